"""Every answer is a stitch: the woven frame, the lozenge, and the band under a certificate's number.

Patterns are rows of characters, one per stitch: `.` is empty, a letter is a colour of `BAND_COLOURS`, `#` is
whatever colour the sign has. The signs of a number's band come from `number`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from reportlab.pdfgen.canvas import Canvas

from assessor.certificates.cluster_font import write_code
from assessor.certificates.colours import CLAY, OCHRE, PRIMARY, paint
from assessor.certificates.number import NUMBER_BYTES, STITCH_COLOURS, STITCH_FORMS, stitches

Pattern = Sequence[str]

BAND_COLOURS = {"p": PRIMARY, "c": CLAY, "o": OCHRE}
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
    canvas: Canvas,
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
        canvas.setFillColor(paint(colour))
        cells = _cells(tuple(pattern), letter)
        write_code(canvas, f"q {width:.5f} 0 0 {height:.5f} {x:.3f} {y:.3f} cm {cells} f Q")


@lru_cache(maxsize=256)
def _cells(pattern: tuple[str, ...], letter: str) -> str:
    """The rectangles of one colour, in stitches from the lower left corner."""
    last = len(pattern) - 1
    return " ".join(
        f"{start} {last - row} {length} 1 re"
        for row, line in enumerate(pattern)
        for start, length in _runs(line, letter)
    )


def draw_sign(canvas: Canvas, form: Pattern, colour: str, x: float, y: float, size: float) -> None:
    """Draw one 7 × 7 sign of `size` points with its lower left corner at `x`, `y`."""
    draw_pattern(canvas, form, x, y, size / SIGN_SIDE, {"#": colour})


def number_band_height(width: float) -> float:
    """Height in points of a number band of `width` points."""
    return width * SIGN_SIDE / _band_stitches()


def draw_number_band(canvas: Canvas, number: bytes, x: float, y: float, width: float) -> None:
    """Draw the signs of a number, always left to right, `width` points wide in all."""
    stitch = width / _band_stitches()
    for place, sign in enumerate(stitches(number)):
        form, colour = _rows(STITCH_FORMS[sign.form]), STITCH_COLOURS[sign.colour]
        draw_sign(canvas, form, colour, x + place * (SIGN_SIDE + 1) * stitch, y, SIGN_SIDE * stitch)


def _band_stitches() -> int:
    """Stitches across a number band: the signs and one empty stitch between two."""
    return (SIGN_SIDE + 1) * len(stitches(bytes(NUMBER_BYTES))) - 1


def draw_band(canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    """Draw a horizontal band between two lines: as many whole repeats as fit, stretched to the width."""
    name = f"band-{width:.2f}-{height:.2f}"
    if not canvas.hasForm(name):
        stitch = height / (len(BAND) + 2)
        canvas.beginForm(name, 0, 0, width, height)
        draw_pattern(canvas, *_repeated(width, stitch, 0, stitch))
        canvas.setFillColor(paint(PRIMARY))
        for edge in (0, height - 0.45 * stitch):
            canvas.rect(0, edge, width, 0.45 * stitch, stroke=0, fill=1)
        canvas.endForm()
    _place(canvas, name, x, y)


def draw_frame(canvas: Canvas, x: float, y: float, width: float, height: float, stitch: float) -> None:
    """Draw the woven frame of a certificate, 13 stitches thick. Lengths in points."""
    side = len(CORNER) * stitch
    canvas.setStrokeColor(paint(PRIMARY))
    canvas.setLineWidth(0.6 * stitch)
    for inset in (0.3 * stitch, side + 1.7 * stitch):
        canvas.rect(x + inset, y + inset, width - 2 * inset, height - 2 * inset, stroke=1, fill=0)
    far_x, far_y = x + width - stitch - side, y + height - stitch - side
    for left, bottom in ((x + stitch, y + stitch), (far_x, y + stitch), (x + stitch, far_y), (far_x, far_y)):
        draw_pattern(canvas, CORNER, left, bottom, stitch, BAND_COLOURS)

    start = side + 2 * stitch
    canvas.beginForm("across", 0, 0, width, side)
    draw_pattern(canvas, *_repeated(width - 2 * start, stitch, 0, 0))
    canvas.endForm()
    canvas.beginForm("along", 0, 0, side, height)
    pattern, _, _, (step, _), colours = _repeated(height - 2 * start, stitch, 0, 0)
    upright = tuple("".join(column) for column in zip(*pattern, strict=True))
    draw_pattern(canvas, upright, 0, 0, (stitch, step), colours)
    canvas.endForm()
    for other in (y + stitch, far_y):
        _place(canvas, "across", x + start, other)
    for other in (x + stitch, far_x):
        _place(canvas, "along", other, y + start)


def _repeated(
    length: float, stitch: float, x: float, y: float
) -> tuple[tuple[str, ...], float, float, tuple[float, float], Mapping[str, str]]:
    """The band of `length` points at `x`, `y`, as `draw_pattern` takes it: whole repeats, a little stretched."""
    repeats = max(1, round(length / (len(BAND[0]) * stitch)))
    step = length / (repeats * len(BAND[0]))
    return tuple(row * repeats for row in BAND), x, y, (step, stitch), BAND_COLOURS


def _place(canvas: Canvas, form: str, x: float, y: float) -> None:
    canvas.saveState()
    canvas.translate(x, y)
    canvas.doForm(form)
    canvas.restoreState()


def _runs(line: str, letter: str) -> Iterator[tuple[int, int]]:
    """Start and length of every unbroken row of `letter`."""
    start = 0
    while (start := line.find(letter, start)) >= 0:
        end = start
        while end < len(line) and line[end] == letter:
            end += 1
        yield start, end - start
        start = end
