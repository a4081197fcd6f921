"""What the camera adds: focus, movement, noise, compression, the pixels of a screen.

Every function takes a `Frame` and gives the pixels after it. What belongs to optics is in millimetres of paper, so that
it is as bad at every resolution; what belongs to the sensor is in pixels.
"""

from io import BytesIO

import numpy as np
from PIL import Image
from scipy import ndimage, signal

from tests.degradations.scene import Frame, Pixels


def out_of_focus(frame: Frame, *, sigma: float) -> Pixels:
    """Everything is soft: a Gaussian of this width."""
    return np.asarray(ndimage.gaussian_filter(frame.pixels, sigma * frame.per_mm), np.float32)


def defocus(frame: Frame, *, radius: float) -> Pixels:
    """A point becomes a disc, as in a lens that is not focused."""
    reach = int(np.ceil(radius * frame.per_mm))
    steps = np.arange(-reach, reach + 1)
    disc = np.clip(radius * frame.per_mm - np.hypot(*np.meshgrid(steps, steps)) + 0.5, 0, 1)
    return _spread(frame.pixels, disc)


def motion(frame: Frame, *, length: float, degrees: float) -> Pixels:
    """The hand moved while the shutter was open."""
    half, angle = length * frame.per_mm / 2, np.radians(degrees)
    reach = int(np.ceil(half)) + 1
    path = np.zeros((2 * reach + 1, 2 * reach + 1))
    for step in np.linspace(-half, half, 8 * reach):
        row, column = reach + step * np.sin(angle), reach + step * np.cos(angle)
        down, right = int(row), int(column)
        share = np.outer([1 - row + down, row - down], [1 - column + right, column - right])
        path[down : down + 2, right : right + 2] += share
    return _spread(frame.pixels, path)


def noise(frame: Frame, *, sigma: float) -> Pixels:
    """A small sensor in the evening."""
    return np.asarray(frame.pixels + frame.dice.normal(0, sigma, frame.pixels.shape), np.float32)


def dead_pixels(frame: Frame, *, share: float) -> Pixels:
    """Single pixels that are black or white whatever they see."""
    dice = frame.dice.random(frame.pixels.shape)
    return np.where(dice < share, np.float32(0), np.where(dice > 1 - share, np.float32(1), frame.pixels))


def exposure(frame: Frame, *, gain: float, gamma: float = 1.0) -> Pixels:
    """Far too much light, or far too little."""
    return np.asarray(np.clip(gain * np.clip(frame.pixels, 0, 1) ** gamma, 0, 1), np.float32)


def jpeg(frame: Frame, *, quality: int) -> Pixels:
    """Sent by a messenger: compressed until little is left."""
    buffer = BytesIO()
    Image.fromarray(eight_bits(frame.pixels)).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer), np.float32) / np.float32(255)


def sharpening(frame: Frame, *, amount: float) -> Pixels:
    """A phone that "improves" its pictures: bright and dark seams along every edge."""
    soft = ndimage.gaussian_filter(frame.pixels, 1.6)
    return np.asarray(np.clip(frame.pixels + amount * (frame.pixels - soft), 0, 1), np.float32)


def screen(frame: Frame, *, pitch: float, degrees: float, depth: float) -> Pixels:
    """Photographed from a screen: its pixels (`pitch` mm of the paper shown) and the sensor's make moiré."""
    height, width = frame.pixels.shape
    rows, columns = np.indices((height, width), dtype=np.float32)
    angle, pitch = np.radians(degrees), pitch * frame.per_mm
    across = (columns * np.cos(angle) + rows * np.sin(angle)) / pitch
    down = (rows * np.cos(angle) - columns * np.sin(angle)) / pitch
    cells = [np.floor(down) + 0.5, np.floor(across) + 0.5]  # one light value for every pixel of the screen
    at = [
        (cells[0] * np.cos(angle) + cells[1] * np.sin(angle)) * pitch,
        (cells[1] * np.cos(angle) - cells[0] * np.sin(angle)) * pitch,
    ]
    shown = ndimage.map_coordinates(frame.pixels, at, order=1, mode="nearest")
    grid = 1 - depth * (0.5 - 0.25 * (np.cos(2 * np.pi * across) + np.cos(2 * np.pi * down)))
    return np.asarray((0.06 + 0.94 * shown) * grid, np.float32)


def poor_scaling(frame: Frame, *, factor: float) -> Pixels:
    """Made smaller without care and then larger again, as chat programs do with pictures."""
    side = frame.pixels.shape[0]
    small = Image.fromarray(frame.pixels).resize((round(side * factor),) * 2, Image.Resampling.NEAREST)
    return np.asarray(small.resize((side, side), Image.Resampling.BILINEAR), np.float32)


def eight_bits(pixels: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """What a sensor hands on."""
    return np.round(np.clip(pixels, 0, 1) * 255).astype(np.uint8)


def _spread(pixels: Pixels, over: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Pixels:
    """Every point becomes the picture `over`."""
    reach = over.shape[0] // 2
    wide = np.pad(pixels, reach, mode="edge")
    return np.asarray(signal.fftconvolve(wide, (over / over.sum()).astype(np.float32), mode="valid"), np.float32)
