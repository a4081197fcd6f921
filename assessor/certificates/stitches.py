"""Every answer is a stitch: the woven frame, the lozenge, and the band under a certificate's number.

Patterns are rows of characters, one per stitch: `.` is empty, a letter is a colour of the band, `#` is
whatever colour the sign has. The signs of a number's band come from `number`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from assessor.certificates.canvas import PaperCanvas, Stamp, stamped
from assessor.certificates.colours import CLAY, OCHRE, PRIMARY
from assessor.certificates.number import NUMBER_BYTES, STITCH_COLOURS, STITCH_FORMS, stitches

Pattern = Sequence[str]

BandColours = tuple[str, str, str]  # of the letters p, c and o
BAND_COLOURS: BandColours = (PRIMARY, CLAY, OCHRE)
SIGN_SIDE = 7


def _rows(drawn: str) -> tuple[str, ...]:
    return tuple(drawn.split())


def _mirrored_down(drawn: str) -> tuple[str, ...]:
    upper = _rows(drawn)
    return upper + upper[-2::-1]


LOZENGE, HOLLOW_LOZENGE = _rows(STITCH_FORMS[0]), _rows(STITCH_FORMS[1])
BAND = _mirrored_down("o.....pp.....o cc.p.p..p.p.cc c.p.p.cc.p.p.c ...p.c..c.p... ..p.c.oo.c.p.. .p.c.oooo.c.p.")
CORNER = _mirrored_down("ppppppppppp pcc..c..ccp pc..c.c..cp p..c...c..p p.c..o..c.p pc..ooo..cp")


def draw_pattern(
    canvas: PaperCanvas,
    pattern: Pattern,
    x: float,
    y: float,
    step: float | tuple[float, float],
    colours: Mapping[str, str],
) -> None:
    """Draw a pattern with its lower left corner at `x`, `y` (points, upward); `step` is a stitch's size.

    Neighbours in a row become one rectangle and a colour one path, so that no hairlines show between them.
    """
    width, height = step if isinstance(step, tuple) else (step, step)
    for letter, colour in colours.items():
        canvas.saveState()
        canvas.fill_with(colour)
        canvas.transform(width, 0, 0, height, x, y)
        canvas.addLiteral(f"{_cells(tuple(pattern), letter)} f")
        canvas.restoreState()


@lru_cache(maxsize=256)
def _cells(pattern: tuple[str, ...], letter: str, left: int = 0) -> str:
    """The rectangles of one colour as operators, in stitches from the lower left corner; the pattern begins at `left`.

    As one text: the canvas has a call for every rectangle, and a frame has thousands.
    """
    last = len(pattern) - 1
    return " ".join(
        f"{left + start} {last - row} {length} 1 re"
        for row, line in enumerate(pattern)
        for start, length in _runs(line, letter)
    )


def draw_sign(canvas: PaperCanvas, form: Pattern, colour: str, x: float, y: float, size: float) -> None:
    """Draw one 7 × 7 sign of `size` points with its lower left corner at `x`, `y`."""
    draw_pattern(canvas, form, x, y, size / SIGN_SIDE, {"#": colour})


def number_band_height(width: float) -> float:
    """Height in points of a number band of `width` points."""
    return width * SIGN_SIDE / _band_stitches()


def draw_number_band(canvas: PaperCanvas, number: bytes, x: float, y: float, width: float) -> None:
    """Draw the signs of a number, always left to right, `width` points wide in all."""
    stitch = width / _band_stitches()
    canvas.saveState()
    canvas.transform(stitch, 0, 0, stitch, x, y)
    for place, sign in enumerate(stitches(number)):
        canvas.fill_with(STITCH_COLOURS[sign.colour])
        canvas.addLiteral(f"{_cells(_rows(STITCH_FORMS[sign.form]), '#', place * (SIGN_SIDE + 1))} f")
    canvas.restoreState()


def _band_stitches() -> int:
    """Stitches across a number band: the signs and one empty stitch between two."""
    return (SIGN_SIDE + 1) * len(stitches(bytes(NUMBER_BYTES))) - 1


@lru_cache(maxsize=64)
def band_stamp(width: float, height: float, colours: BandColours = BAND_COLOURS) -> Stamp:
    """A horizontal band between two lines: as many whole repeats as fit, stretched to the width."""

    def draw(canvas: PaperCanvas) -> None:
        stitch = height / (len(BAND) + 2)
        pattern, step = _repeated(width, stitch)
        draw_pattern(canvas, pattern, 0, stitch, (step, stitch), _letters(colours))
        canvas.fill_with(colours[0])
        for edge in (0, height - 0.45 * stitch):
            canvas.rect(0, edge, width, 0.45 * stitch, stroke=0, fill=1)

    return stamped(draw, width, height)


@lru_cache(maxsize=64)
def frame_stamp(width: float, height: float, stitch: float, colours: BandColours = BAND_COLOURS) -> Stamp:
    """The woven frame of a certificate, 13 stitches thick. Lengths in points."""

    def draw(canvas: PaperCanvas) -> None:
        side = len(CORNER) * stitch
        canvas.stroke_with(colours[0])
        canvas.setLineWidth(0.6 * stitch)
        for inset in (0.3 * stitch, side + 1.7 * stitch):
            canvas.rect(inset, inset, width - 2 * inset, height - 2 * inset)
        far_x, far_y = width - stitch - side, height - stitch - side
        for left, bottom in ((stitch, stitch), (far_x, stitch), (stitch, far_y), (far_x, far_y)):
            draw_pattern(canvas, CORNER, left, bottom, stitch, _letters(colours))

        start = side + 2 * stitch
        across, step = _repeated(width - 2 * start, stitch)
        for bottom in (stitch, far_y):
            draw_pattern(canvas, across, start, bottom, (step, stitch), _letters(colours))
        along, step = _repeated(height - 2 * start, stitch)
        for left in (stitch, far_x):
            draw_pattern(canvas, _turned(along), left, start, (stitch, step), _letters(colours))

    return stamped(draw, width, height)


@lru_cache(maxsize=64)
def side_stamp(width: float, height: float, colours: BandColours = BAND_COLOURS) -> Stamp:
    """The band upright and large, between two lines."""

    def draw(canvas: PaperCanvas) -> None:
        stitch = width / (len(BAND) + 2)
        pattern, step = _repeated(height, stitch)
        draw_pattern(canvas, _turned(pattern), stitch, 0, (stitch, step), _letters(colours))
        canvas.fill_with(colours[0])
        for edge in (0, width - 0.45 * stitch):
            canvas.rect(edge, 0, 0.45 * stitch, height, stroke=0, fill=1)

    return stamped(draw, width, height)


def _letters(colours: BandColours) -> Mapping[str, str]:
    return dict(zip("pco", colours, strict=True))


def _repeated(length: float, stitch: float) -> tuple[Pattern, float]:
    """The band of `length` points in whole repeats, and the length of a stitch, a little stretched."""
    repeats = max(1, round(length / (len(BAND[0]) * stitch)))
    return tuple(row * repeats for row in BAND), length / (repeats * len(BAND[0]))


def _turned(pattern: Pattern) -> Pattern:
    """The same band upright."""
    return tuple("".join(column) for column in zip(*pattern, strict=True))


def _runs(line: str, letter: str) -> Iterator[tuple[int, int]]:
    """Start and length of every unbroken row of `letter`."""
    start = 0
    while (start := line.find(letter, start)) >= 0:
        end = start
        while end < len(line) and line[end] == letter:
            end += 1
        yield start, end - start
        start = end
