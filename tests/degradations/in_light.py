"""How the paper is held and what light falls on it: angle, bend, shadow, glare. Lengths are millimetres of paper.

Every function takes a `Frame` and gives the pixels after it.
"""

import numpy as np
from PIL import Image
from scipy import ndimage

from tests.degradations.scene import DESK, Frame, Pixels


def rotation(frame: Frame, *, degrees: float) -> Pixels:
    """The phone, or the paper, is turned."""
    turned = ndimage.rotate(frame.pixels, degrees, reshape=False, order=1, cval=DESK)
    return np.asarray(turned, np.float32)


def perspective(frame: Frame, *, across: float, down: float) -> Pixels:
    """Seen from the side: at the far edge of the frame everything is smaller by these shares."""
    height, width = frame.pixels.shape
    rows, columns = np.indices((height, width), dtype=np.float32)
    u, v = 2 * columns / width - 1, 2 * rows / height - 1
    scale = 1 / (1 - across * u / 2 - down * v / 2)
    at = [(v * scale + 1) * height / 2, (u * scale + 1) * width / 2]
    return np.asarray(ndimage.map_coordinates(frame.pixels, at, order=1, cval=DESK), np.float32)


def skew(frame: Frame, *, across: float, squeeze: float = 1.0) -> Pixels:
    """A copier pulled the paper in at an angle, or stretched it."""
    rows, columns = frame.places
    middle = frame.pixels.shape[0] / 2
    at = [rows * frame.per_mm / squeeze + middle, (columns + across * rows) * frame.per_mm + middle]
    return np.asarray(ndimage.map_coordinates(frame.pixels, at, order=1, cval=DESK), np.float32)


def further_away(frame: Frame, *, factor: float) -> Pixels:
    """The phone is held further away: every pixel of the camera gathers the light of more paper."""
    side = frame.pixels.shape[0]
    smaller = round(side * factor)
    small = np.asarray(Image.fromarray(frame.pixels).resize((smaller, smaller), Image.Resampling.BOX), np.float32)
    around = np.full_like(frame.pixels, DESK)
    start = (side - smaller) // 2
    around[start : start + smaller, start : start + smaller] = small
    return around


def curl(frame: Frame, *, radius: float, degrees: float = 0.0) -> Pixels:
    """Rolled around a cylinder whose axis is turned by `degrees`: the sides are squeezed and darker."""
    rows, columns = frame.places
    angle = np.radians(degrees)
    across = columns * np.cos(angle) + rows * np.sin(angle)
    share = np.clip(across / radius, -0.98, 0.98)
    longer = radius * np.arcsin(share) - across
    middle = frame.pixels.shape[0] / 2
    at = [
        (rows + longer * np.sin(angle)) * frame.per_mm + middle,
        (columns + longer * np.cos(angle)) * frame.per_mm + middle,
    ]
    bent = ndimage.map_coordinates(frame.pixels, at, order=1, cval=DESK)
    return np.asarray(bent * np.sqrt(1 - share**2) ** 0.8, np.float32)


def waves(frame: Frame, *, height: float, length: float) -> Pixels:
    """Paper that was wet: it lies in waves."""
    rows, columns = frame.places
    middle = frame.pixels.shape[0] / 2
    phase = 2 * np.pi * (columns + 0.4 * rows) / length
    at = [(rows + height * np.sin(phase)) * frame.per_mm + middle, columns * frame.per_mm + middle]
    moved = ndimage.map_coordinates(frame.pixels, at, order=1, mode="nearest")
    return np.asarray(moved * (0.85 + 0.15 * np.cos(phase)), np.float32)


def lens(frame: Frame, *, barrel: float) -> Pixels:
    """A wide lens very near: straight lines bend."""
    height, width = frame.pixels.shape
    rows, columns = np.indices((height, width), dtype=np.float32)
    u, v = 2 * columns / width - 1, 2 * rows / height - 1
    scale = 1 + barrel * (u**2 + v**2)
    at = [(v * scale + 1) * height / 2, (u * scale + 1) * width / 2]
    return np.asarray(ndimage.map_coordinates(frame.pixels, at, order=1, cval=DESK), np.float32)


def low_contrast(frame: Frame, *, black: float, white: float) -> Pixels:
    """Grey print on grey paper, or fog on the lens."""
    return np.asarray(black + (white - black) * frame.pixels, np.float32)


def uneven_light(frame: Frame, *, dark: float, degrees: float) -> Pixels:
    """A lamp at one side: within the width of the code the light falls from 1 to `dark`."""
    rows, columns = frame.places
    angle = np.radians(degrees)
    share = np.clip(0.5 + (columns * np.cos(angle) + rows * np.sin(angle)) / 60, 0, 1)
    return np.asarray(frame.pixels * (1 - (1 - dark) * share), np.float32)


def hand_shadow(frame: Frame, *, dark: float, soft: float) -> Pixels:
    """The hand with the phone: fingers of shadow over half of the code."""
    rows, columns = frame.places
    fingers = [np.abs(rows - offset - 0.15 * columns) < 5.5 for offset in (-21.0, -6.0, 8.0, 21.0)]
    hand = np.logical_or.reduce(fingers) & (columns < 6 + 3 * np.sin(rows / 7))
    palm = columns < -14
    covered = ndimage.gaussian_filter(np.asarray(hand | palm, np.float32), soft * frame.per_mm)
    return np.asarray(frame.pixels * (1 - (1 - dark) * covered), np.float32)


def glare(frame: Frame, *, radius: float, strength: float) -> Pixels:
    """A lamp mirrored in a plastic sleeve: too much light on one part of the code."""
    rows, columns = frame.places
    row, column = frame.dice.uniform(-15, 15, 2)
    spot = np.exp(-((np.hypot(rows - row, columns - column) / radius) ** 2))
    return np.asarray(np.clip(frame.pixels + strength * spot, 0, 1), np.float32)


def sleeve(frame: Frame, *, bands: int, strength: float) -> Pixels:
    """Plastic over the paper: bright streaks, and greyer black everywhere."""
    rows, columns = frame.places
    pixels = 0.12 + 0.8 * frame.pixels
    for _ in range(bands):
        angle, width = frame.dice.uniform(0, np.pi), frame.dice.uniform(1, 3)
        away = columns * np.cos(angle) + rows * np.sin(angle) - frame.dice.uniform(-20, 20)
        pixels = pixels + strength * np.exp(-((away / width) ** 2))
    return np.asarray(np.clip(pixels, 0, 1), np.float32)


def flicker(frame: Frame, *, period: float, depth: float) -> Pixels:
    """Lamps that flicker faster than the shutter: dark bands across the frame."""
    rows, _ = frame.places
    return np.asarray(frame.pixels * (1 - depth * (0.5 + 0.5 * np.sin(2 * np.pi * rows / period))), np.float32)
