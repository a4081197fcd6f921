"""Every answer is a stitch: the woven frame, the lozenge, and the band under a certificate's number.

Patterns are rows of characters, one per stitch: `.` is empty, a letter is a colour of `BAND_COLOURS`, `#` is
whatever colour the sign has. The signs of a number's band come from `number`.
"""

from collections.abc import Iterator, Mapping, Sequence

from reportlab.pdfgen.canvas import Canvas

from assessor.certificates.colours import CLAY, OCHRE, PRIMARY
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
BAND = _mirrored_down(
    "o.....pp.....o cc.p.p..p.p.cc c.p.p.cc.p.p.c ...p.c..c.p... ..p.c.oo.c.p.. .p.c.oooo.c.p."
)
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
        path = canvas.beginPath()
        for row, line in enumerate(pattern):
            for start, length in _runs(line, letter):
                path.rect(x + start * width, y + (len(pattern) - 1 - row) * height, length * width, height)
        canvas.setFillColor(colour)
        canvas.drawPath(path, stroke=0, fill=1)


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
    stitch = height / (len(BAND) + 2)
    repeats = max(1, round(width / (len(BAND[0]) * stitch)))
    step = (width / (repeats * len(BAND[0])), stitch)
    draw_pattern(canvas, [row * repeats for row in BAND], x, y + stitch, step, BAND_COLOURS)
    canvas.setFillColor(PRIMARY)
    for edge in (y, y + height - 0.45 * stitch):
        canvas.rect(x, edge, width, 0.45 * stitch, stroke=0, fill=1)


def draw_frame(canvas: Canvas, x: float, y: float, width: float, height: float, stitch: float) -> float:
    """Draw the woven frame of a certificate; return its thickness in points. Lengths in points."""
    side = len(CORNER) * stitch
    thickness = side + 2 * stitch
    canvas.setStrokeColor(PRIMARY)
    canvas.setLineWidth(0.6 * stitch)
    inset = 0.3 * stitch
    canvas.rect(x + inset, y + inset, width - 2 * inset, height - 2 * inset, stroke=1, fill=0)
    inset = thickness - 0.3 * stitch
    canvas.rect(x + inset, y + inset, width - 2 * inset, height - 2 * inset, stroke=1, fill=0)

    canvas.beginForm("corner", 0, 0, side, side)
    draw_pattern(canvas, CORNER, 0, 0, stitch, BAND_COLOURS)
    canvas.endForm()
    far_x, far_y = x + width - stitch - side, y + height - stitch - side
    for left, bottom in ((x + stitch, y + stitch), (far_x, y + stitch), (x + stitch, far_y), (far_x, far_y)):
        _place(canvas, "corner", left, bottom)
    for name, length, upright in (("across", width, False), ("along", height, True)):
        between = length - 2 * (side + 2 * stitch)
        repeats = max(1, round(between / (len(BAND[0]) * stitch)))
        step = between / (repeats * len(BAND[0]))
        _define_tile(canvas, name, step, stitch, upright=upright)
        for repeat in range(repeats):
            offset = side + 2 * stitch + repeat * len(BAND[0]) * step
            for other in (stitch, (width if upright else height) - stitch - side):
                left, bottom = (x + other, y + offset) if upright else (x + offset, y + other)
                _place(canvas, name, left, bottom)
    return thickness


def _define_tile(canvas: Canvas, name: str, step: float, stitch: float, *, upright: bool) -> None:
    """One repeat of the band as a form, so that the page holds it once."""
    pattern = ["".join(row[i] for row in BAND) for i in range(len(BAND[0]))] if upright else BAND
    size = (stitch, step) if upright else (step, stitch)
    canvas.beginForm(name, 0, 0, len(pattern[0]) * size[0], len(pattern) * size[1])
    draw_pattern(canvas, pattern, 0, 0, size, BAND_COLOURS)
    canvas.endForm()


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
