"""The table of degradations: a name, what happens in which order with which parameters, and a seed.

The strengths are such that zbar reads about as many frames as in the table of spec/qr.md ("Decoding, measured": 87 % at
150 dpi, 78 % at 300): as bad as there, by the reader that is easier to defeat. `frame` makes the picture that a reader
gets.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.degradations import in_camera, in_light, on_paper
from tests.degradations.decoders import Gray
from tests.degradations.scene import MM_AN_INCH, Frame, Pixels, clean


@dataclass(frozen=True)
class Step:
    """One thing that happens; `how` are the parameters of `what`."""

    what: Callable[..., Pixels]
    how: dict[str, Any]


@dataclass(frozen=True)
class Degradation:
    """Everything that happened to one certificate."""

    name: str
    steps: tuple[Step, ...]


def frame(degradation: Degradation, dpi: int, seed: int) -> Gray:
    """The frame of 1080 × 1080 pixels; the same arguments always give the same bytes.

    No two rows of the table share their dice: else all blots would fall on one spot.
    """
    per_mm, pixels = dpi / MM_AN_INCH, clean(dpi)
    dice = np.random.default_rng([1000 * seed + DEGRADATIONS.index(degradation), dpi])
    for step in degradation.steps:
        pixels = step.what(Frame(pixels, per_mm, dice), **step.how)
    return in_camera.eight_bits(pixels)


def _step(what: Callable[..., Pixels], **how: Any) -> Step:
    return Step(what, how)


def _one(name: str, *steps: Step) -> Degradation:
    return Degradation(name, steps)


DEGRADATIONS = (
    # The camera
    _one("out of focus", _step(in_camera.out_of_focus, sigma=0.24)),
    _one("far out of focus", _step(in_camera.out_of_focus, sigma=0.3)),
    _one("lens not focused", _step(in_camera.defocus, radius=0.42)),
    _one("moved sideways", _step(in_camera.motion, length=0.9, degrees=10)),
    _one("moved aslant", _step(in_camera.motion, length=1.1, degrees=50)),
    _one("noise", _step(in_camera.noise, sigma=0.12)),
    _one("much noise in the dark", _step(in_camera.exposure, gain=0.35), _step(in_camera.noise, sigma=0.04)),
    _one("dead pixels", _step(in_camera.dead_pixels, share=0.01)),
    _one("JPEG of quality 10", _step(in_camera.jpeg, quality=10)),
    _one("JPEG of quality 5", _step(in_camera.jpeg, quality=5)),
    _one("too much light", _step(in_camera.exposure, gain=2.6, gamma=0.7), _step(in_camera.out_of_focus, sigma=0.15)),
    _one("sharpened too much", _step(in_camera.out_of_focus, sigma=0.2), _step(in_camera.sharpening, amount=3)),
    _one("scaled without care", _step(in_camera.poor_scaling, factor=0.71)),
    _one("photograph of a screen", _step(in_camera.screen, pitch=0.3, degrees=4, depth=0.4)),
    _one(
        "screen in moiré, softened",
        _step(in_camera.screen, pitch=0.4, degrees=17, depth=0.7),
        _step(in_camera.out_of_focus, sigma=0.12),
    ),
    # How it is held
    _one("turned by 13°", _step(in_light.rotation, degrees=13)),
    _one("turned by 45°", _step(in_light.rotation, degrees=45)),
    _one("upside down and a little more", _step(in_light.rotation, degrees=187)),
    _one("from the side", _step(in_light.perspective, across=0.5, down=0.1)),
    _one("from below, steeply", _step(in_light.perspective, across=-0.2, down=0.5)),
    _one("pulled in at an angle", _step(in_light.skew, across=0.18, squeeze=0.9)),
    _one("from further away", _step(in_light.further_away, factor=0.62)),
    _one("curled", _step(in_light.curl, radius=55)),
    _one("curled strongly, aslant", _step(in_light.curl, radius=50, degrees=30)),
    _one("wavy paper", _step(in_light.waves, height=0.22, length=28)),
    _one("a wide lens, very near", _step(in_light.lens, barrel=0.12)),
    # Light
    _one("low contrast", _step(in_light.low_contrast, black=0.4, white=0.58), _step(in_camera.noise, sigma=0.015)),
    _one("uneven light", _step(in_light.uneven_light, dark=0.12, degrees=25), _step(in_camera.noise, sigma=0.015)),
    _one("shadow of a hand", _step(in_light.hand_shadow, dark=0.4, soft=1.5)),
    _one("glare", _step(in_light.glare, radius=6, strength=1.0)),
    _one("in a plastic sleeve", _step(in_light.sleeve, bands=4, strength=0.5)),
    _one("flickering lamps", _step(in_light.flicker, period=17, depth=0.45)),
    # The paper
    _one("photocopied", _step(on_paper.photocopy, generations=1, grain=0.22)),
    _one("copied from a copy, dark", _step(on_paper.photocopy, generations=2, grain=0.16, threshold=0.58)),
    _one("ink bleeds", _step(on_paper.ink_bleed, spread=0.15)),
    _one("almost no ink", _step(on_paper.thin_ink, loss=0.13), _step(on_paper.fading, left=0.5)),
    _one("faded", _step(on_paper.fading, left=0.35, patchy=0.15)),
    _one("printed in dots", _step(on_paper.halftone, lines_per_inch=85, degrees=30)),
    _one("folded once", _step(on_paper.creases, folds=1, width=0.6, depth=0.35, shift=0.3)),
    _one("folded twice", _step(on_paper.creases, folds=2, width=0.4, depth=0.3, shift=0.2)),
    _one("crumpled", _step(on_paper.crumple, height=0.3, size=11)),
    _one("drops of coffee", _step(on_paper.blots, count=6, radius=3, light=0.45)),
    _one("blots of ink", _step(on_paper.blots, count=4, radius=1.6, light=0.05)),
    _one("correction fluid", _step(on_paper.blots, count=4, radius=1.6, light=1.0)),
    _one("ring of a cup", _step(on_paper.ring_stain, radius=16, width=1.8, light=0.55)),
    _one("dirty roller", _step(on_paper.dirt_lines, count=2, width=0.3, light=0.0)),
    _one("scratched", _step(on_paper.dirt_lines, count=4, width=0.3, light=1.0)),
    _one("worn", _step(on_paper.worn, share=0.015, size=1.0)),
    _one("stamped over an edge", _step(on_paper.stamp, radius=12, light=0.6)),
    # Several things at once
    _one(
        "a phone in a hurry",
        _step(in_light.perspective, across=0.25, down=0.2),
        _step(in_light.rotation, degrees=9),
        _step(in_camera.motion, length=0.55, degrees=70),
        _step(in_camera.noise, sigma=0.05),
        _step(in_camera.jpeg, quality=40),
    ),
    _one(
        "in a cellar",
        _step(in_light.uneven_light, dark=0.4, degrees=140),
        _step(in_light.rotation, degrees=-21),
        _step(in_camera.exposure, gain=0.5),
        _step(in_camera.out_of_focus, sigma=0.15),
        _step(in_camera.noise, sigma=0.015),
    ),
    _one(
        "carried in a pocket",
        _step(on_paper.creases, folds=1, width=0.4, depth=0.35, shift=0.15),
        _step(on_paper.crumple, height=0.25, size=14),
        _step(on_paper.blots, count=1, radius=1.6, light=0.4),
        _step(in_light.perspective, across=-0.2, down=0.15),
        _step(in_camera.out_of_focus, sigma=0.15),
    ),
    _one(
        "copied, folded, photographed",
        _step(on_paper.photocopy, generations=1, grain=0.12),
        _step(on_paper.creases, folds=1, width=0.4, depth=0.3, shift=0.2),
        _step(in_light.hand_shadow, dark=0.6, soft=3),
        _step(in_camera.out_of_focus, sigma=0.12),
        _step(in_camera.jpeg, quality=30),
    ),
    _one(
        "sent by a messenger",
        _step(in_light.rotation, degrees=4),
        _step(in_light.further_away, factor=0.8),
        _step(in_camera.jpeg, quality=20),
        _step(in_camera.jpeg, quality=15),
    ),
)
