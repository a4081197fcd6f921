"""What happens to the paper: printing, copying, folding, spilling. Lengths are millimetres of paper.

Every function takes a `Frame` and gives the pixels after it.
"""

import numpy as np
from PIL import Image
from scipy import ndimage

from tests.degradations.scene import MM_AN_INCH, Frame, Pixels

FINE = 300  # dpi of printers and copiers that matter here, whatever the camera sees


def ink_bleed(frame: Frame, *, spread: float, soft: float = 0.08) -> Pixels:
    """Wet ink grows by `spread` to every side, and its edges are soft."""
    grown = ndimage.minimum_filter(frame.pixels, footprint=_disc(spread * frame.per_mm))
    return _blurred(grown, soft * frame.per_mm)


def thin_ink(frame: Frame, *, loss: float, soft: float = 0.08) -> Pixels:
    """An almost empty cartridge: black shrinks by `loss` on every side."""
    shrunk = ndimage.maximum_filter(frame.pixels, footprint=_disc(loss * frame.per_mm))
    return _blurred(shrunk, soft * frame.per_mm)


def fading(frame: Frame, *, left: float, patchy: float = 0.0) -> Pixels:
    """Years in a window: `left` of the black remains, here and there less by `patchy`."""
    strength = left - patchy * _clouds(frame, 15)
    return np.asarray(1 - (1 - frame.pixels) * strength, np.float32)


def photocopy(frame: Frame, *, generations: int, grain: float, threshold: float = 0.5) -> Pixels:
    """Copied again and again by a machine that knows black and white only, with grain and specks of dust."""
    fine, per_mm = _finer(frame)
    for _ in range(generations):
        grains = _blurred(frame.dice.normal(0, 1, fine.shape), 0.06 * per_mm)
        fine = np.asarray(_blurred(fine, 0.11 * per_mm) + grain * grains / grains.std() > threshold, np.float32)
        specks = _blurred(frame.dice.random(fine.shape), 0.12 * per_mm)
        fine[specks > specks.mean() + 4.2 * specks.std()] = 0
    return _as_wide_as(frame, _blurred(fine, 0.05 * per_mm))


def halftone(frame: Frame, *, lines_per_inch: float, degrees: float) -> Pixels:
    """Printed once more as a picture: greys became dots of a raster."""
    fine, per_mm = _finer(frame)
    rows, columns = Frame(fine, per_mm, frame.dice).places
    angle, period = np.radians(degrees), MM_AN_INCH / lines_per_inch
    along = (columns * np.cos(angle) + rows * np.sin(angle)) / period
    across = (rows * np.cos(angle) - columns * np.sin(angle)) / period
    raster = 0.5 + 0.25 * (np.cos(2 * np.pi * along) + np.cos(2 * np.pi * across))
    soft = 0.08 + 0.84 * _blurred(fine, 0.12 * per_mm)
    return _as_wide_as(frame, _blurred(np.asarray(soft > raster, np.float32), 0.07 * per_mm))


def creases(frame: Frame, *, folds: int, width: float, depth: float, shift: float) -> Pixels:
    """Folded and smoothed: along each line the ink is broken, one side is darker, and the halves do not quite meet."""
    pixels, (rows, columns) = frame.pixels, frame.places
    for _ in range(folds):
        angle = frame.dice.uniform(0, np.pi)
        away = columns * np.cos(angle) + rows * np.sin(angle) - frame.dice.uniform(-14, 14)
        move = shift * frame.per_mm * (away > 0)
        at = [rows * frame.per_mm + pixels.shape[0] / 2 + move, columns * frame.per_mm + pixels.shape[1] / 2 + move]
        pixels = ndimage.map_coordinates(pixels, at, order=1, mode="nearest")
        broken = np.exp(-((away / width) ** 2))
        pixels = pixels + (0.85 - pixels) * broken * frame.dice.uniform(0.4, 1, pixels.shape)
        pixels = pixels * (1 - depth * np.exp(-np.abs(away) / 6) * (away > 0))
    return np.asarray(pixels, np.float32)


def crumple(frame: Frame, *, height: float, size: float) -> Pixels:
    """Crushed to a ball and opened: every place moved by up to `height`, with light and shade on the slopes."""
    slope = [height * (2 * _clouds(frame, size) - 1) for _ in range(2)]
    rows, columns = frame.places
    middle = frame.pixels.shape[0] / 2
    at = [(place + move) * frame.per_mm + middle for place, move in zip((rows, columns), slope, strict=True)]
    moved = ndimage.map_coordinates(frame.pixels, at, order=1, mode="nearest")
    shade = np.gradient(slope[0], axis=0) * frame.per_mm
    return np.asarray(moved * (0.9 + 0.25 * np.clip(shade, -1, 1)), np.float32)


def blots(frame: Frame, *, count: int, radius: float, light: float) -> Pixels:
    """Drops on the code itself: coffee (0.4), ink (0.05), correction fluid (1.0)."""
    pixels, (rows, columns) = frame.pixels.copy(), frame.places
    for _ in range(count):
        row, column = frame.dice.uniform(-20, 20, 2)
        edge = radius * frame.dice.uniform(0.7, 1.2) * (0.85 + 0.3 * _clouds(frame, 2))
        inside = np.clip((edge - np.hypot(rows - row, columns - column)) * 4, 0, 1)
        dropped = light if light >= 0.9 else pixels * light  # what is white covers, what is dark mixes
        pixels += (dropped - pixels) * inside
    return pixels


def ring_stain(frame: Frame, *, radius: float, width: float, light: float) -> Pixels:
    """Where a cup stood."""
    rows, columns = frame.places
    row, column = frame.dice.uniform(-12, 12, 2)
    ring = np.exp(-(((np.hypot(rows - row, columns - column) - radius) / width) ** 2))
    return np.asarray(frame.pixels * (1 - (1 - light) * ring), np.float32)


def dirt_lines(frame: Frame, *, count: int, width: float, light: float) -> Pixels:
    """A dirty roller, a pen, a scratch: straight lines across the code, dark (0) or white (1)."""
    pixels, (rows, columns) = frame.pixels.copy(), frame.places
    for _ in range(count):
        angle = frame.dice.uniform(0, np.pi)
        away = np.abs(columns * np.cos(angle) + rows * np.sin(angle) - frame.dice.uniform(-20, 20))
        pixels += (light - pixels) * np.clip((width / 2 - away) * frame.per_mm + 0.5, 0, 1)
    return pixels


def worn(frame: Frame, *, share: float, size: float) -> Pixels:
    """Toner that came off in flakes: `share` of the surface is white."""
    flakes = _clouds(frame, size)
    return np.where(flakes < np.quantile(flakes, share), np.float32(0.92), frame.pixels)


def stamp(frame: Frame, *, radius: float, light: float) -> Pixels:
    """Somebody stamped beside the line: two rings and bars in blue ink over an edge of the code."""
    rows, columns = frame.places
    row, column = 17.0, -2.0
    away = np.hypot(rows - row, columns - column)
    rings = (np.abs(away - radius) < 0.5) | (np.abs(away - 0.7 * radius) < 0.3)
    bars = (away < 0.6 * radius) & (np.sin(rows * 2.2) > 0.5)
    return np.where(rings | bars, frame.pixels * np.float32(light), frame.pixels)


def _disc(radius: float) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    reach = np.arange(-int(np.ceil(radius)), int(np.ceil(radius)) + 1)
    return np.hypot(*np.meshgrid(reach, reach)) <= max(radius, 0.5)


def _blurred(pixels: Pixels | np.ndarray[tuple[int, ...], np.dtype[np.float64]], sigma: float) -> Pixels:
    return np.asarray(ndimage.gaussian_filter(np.asarray(pixels, np.float32), sigma), np.float32)


def _finer(frame: Frame) -> tuple[Pixels, float]:
    """The paper at no less than 300 dpi, as machines see it, and pixels a millimetre."""
    times = int(np.ceil(FINE / (frame.per_mm * MM_AN_INCH)))
    height, width = frame.pixels.shape
    picture = Image.fromarray(frame.pixels).resize((width * times, height * times), Image.Resampling.BICUBIC)
    return np.asarray(picture, np.float32), frame.per_mm * times


def _as_wide_as(frame: Frame, fine: Pixels) -> Pixels:
    height, width = frame.pixels.shape
    return np.asarray(Image.fromarray(fine).resize((width, height), Image.Resampling.BOX), np.float32)


def _clouds(frame: Frame, size: float) -> Pixels:
    """Smooth noise from 0 to 1 whose hills are about `size` mm wide."""
    height, width = frame.pixels.shape
    cells = max(4, round(width / frame.per_mm / size))
    coarse = Image.fromarray(frame.dice.random((cells, cells), dtype=np.float32))
    clouds = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return np.asarray((clouds - clouds.min()) / (clouds.max() - clouds.min()), np.float32)
