"""Page 1 in the classic layout: a woven frame, the name, what the person can do, the symbol to check it."""

from collections.abc import Callable
from dataclasses import dataclass

from assessor.certificates.certificate import CertificateContent, CertificateUnprintable
from assessor.certificates.colours import CLAY, INK, INK2, LINE, OCHRE, PRIMARY, paint
from assessor.certificates.font_choice import drawable
from assessor.certificates.number import read
from assessor.certificates.paper import HEIGHT, MM, WIDTH, Align
from assessor.certificates.sheet import Sheet
from assessor.certificates.stitches import (
    HOLLOW_LOZENGE,
    LOZENGE,
    draw_frame,
    draw_number_band,
    draw_sign,
    number_band_height,
)
from assessor.certificates.svg_drawing import draw_svg, parse_svg
from assessor.certificates.symbol import draw_symbol
from assessor.certificates.text import Paragraph, Style, isolated

MARGIN = 10 * MM  # what a home printer leaves white
STITCH = 0.57 * MM
COLUMN = 146 * MM
SIDE = (WIDTH - COLUMN) / 2
SYMBOL = 45 * MM
TOP, TOP_WHEN_DEMONSTRATION, SYMBOL_TOP = 23 * MM, 30 * MM, 204 * MM
FOOT = 278 * MM
_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7)


@dataclass(frozen=True)
class Block:
    """A part of the column: its height, what draws it at a top, and its share of the spare room above it."""

    height: float
    draw: Callable[[float], object]
    gap: float = 1.0
    least_gap: float = 0.0


def draw_first_page(sheet: Sheet, content: CertificateContent) -> None:
    """Draw page 1. Raises `CertificateUnprintable` when the texts do not fit even at the smallest size."""
    with sheet.paper.decoration() as canvas:
        draw_frame(canvas, MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN, STITCH)
    if content.demonstration:
        sheet.demonstration_mark(20.5 * MM)
    top = TOP_WHEN_DEMONSTRATION if content.demonstration else TOP
    for block, y in _place(sheet, content, top, SYMBOL_TOP - 6 * MM):
        block.draw(y)
    _draw_dates(sheet, content)
    _draw_badge(sheet, content)
    _draw_symbol(sheet, content)


def _place(sheet: Sheet, content: CertificateContent, top: float, bottom: float) -> list[tuple[Block, float]]:
    """Choose the largest scale at which the column fits, and share out the room that is left."""
    for scale in _SCALES:
        blocks = _column(sheet, content, scale)
        room = bottom - top - sum(block.height + block.least_gap for block in blocks)
        if room >= 0:
            break
    else:
        raise CertificateUnprintable(
            "The texts do not fit on one page. Shorten the title, the tasks or the conditions."
        )
    share = min(room / sum(block.gap for block in blocks), 9 * MM)
    placed, y = [], top
    for block in blocks:
        y += block.least_gap + share * block.gap
        placed.append((block, y))
        y += block.height
    return placed


def _column(sheet: Sheet, content: CertificateContent, k: float) -> list[Block]:
    """The centred column from issuer to conditions, at scale `k`."""

    def centred(paragraph: Paragraph, colour: str, gap: float, least: float = 0.0, role: str = "P") -> Block:
        def draw(y: float) -> float:
            return sheet.write(paragraph, SIDE, y, COLUMN, align="centre", colour=colour, role=role)

        return Block(paragraph.height, draw, gap, least)

    words, labels = sheet.words, sheet.labels
    serif = Style("serif", 12.5 * k)
    blocks = [centred(sheet.lay_out(drawable(content.issuer), Style(size=12 * k, bold=True), COLUMN), INK, 0)]
    if content.project:
        blocks.append(centred(sheet.lay_out(drawable(content.project), Style(size=11 * k), COLUMN), INK2, 0))
    blocks += [
        centred(sheet.fixed(labels["certificate"], Style("display", 44 * k), COLUMN), PRIMARY, 1.2, 2, "H1"),
        centred(sheet.fixed(labels["of_competence"], Style(size=9.5 * k, tracking=2.6), COLUMN), INK2, 0.3, 1),
        centred(sheet.fixed(labels["given_to"], serif, COLUMN), INK2, 1.4, 4),
    ]
    name = sheet.fit(isolated(drawable(content.holder)), _name_styles(k), COLUMN)
    blocks.append(centred(name, INK, 0.3, 1))
    if content.second_spelling:
        second = Style("display", max(11 * k, 0.6 * name.style.size))
        blocks.append(centred(sheet.lay_out(isolated(drawable(content.second_spelling)), second, COLUMN), INK, 0.1))
    shown = words("shown", date=content.issued)
    blocks += [
        Block(1, lambda y: _rule(sheet, y, OCHRE), 0.7, 3),
        centred(sheet.lay_out(shown, serif, 0.78 * COLUMN), INK, 0.7, 3),
        centred(sheet.fit(isolated(content.title), _title_styles(k), COLUMN), CLAY, 0.4, 1, "H2"),
    ]
    if content.level is not None and content.band is not None:
        level = words("level", band=labels[f"band_{content.band}"], level=str(content.level))
        blocks.append(centred(sheet.lay_out(level, serif, COLUMN), INK, 0.2))
        blocks.append(_bands(sheet, content.band, k))
    if content.tasks:
        blocks.append(_tasks(sheet, content.tasks, k))
    if content.conditions:
        blocks.append(centred(sheet.lay_out(content.conditions, Style(size=9 * k), COLUMN), INK2, 0.7, 3))
    return blocks


def _name_styles(k: float) -> list[tuple[Style, int]]:
    """One line as long as it is large, then two or three."""
    one = [(Style("display", size * k, leading=0.95), 1) for size in (40, 36, 32, 28, 25)]
    return [
        *one,
        *((Style("display", size * k, leading=0.95), 2) for size in (25, 22, 19)),
        (Style("display", 16 * k), 3),
    ]


def _title_styles(k: float) -> list[tuple[Style, int]]:
    one = [(Style("display", size * k, bold=True), 1) for size in (26, 24, 22, 20)]
    return [*one, (Style("display", 18 * k, bold=True), 3)]


def _rule(sheet: Sheet, y: float, colour: str) -> None:
    with sheet.paper.decoration() as canvas:
        canvas.setStrokeColor(paint(colour))
        canvas.setLineWidth(1)
        canvas.line(WIDTH / 2 - 48 * MM, HEIGHT - y, WIDTH / 2 + 48 * MM, HEIGHT - y)


def _bands(sheet: Sheet, band: int, k: float) -> Block:
    """Four lozenges with their words; the reached ones are filled and the awarded one is bold."""
    side, between = 19 * k, 20 * k
    names = [sheet.fixed(sheet.labels[f"band_{i}"], Style(size=9.5 * k, bold=i == band)) for i in range(1, 5)]
    height = side + 3 + max(name.height for name in names)

    def draw(y: float) -> None:
        start = (WIDTH - sum(name.width for name in names) - 3 * between) / 2
        for i, name in enumerate(names, start=1):
            x = sheet.left(start, name.width)
            with sheet.paper.decoration() as canvas:
                form, colour = (LOZENGE, PRIMARY) if i <= band else (HOLLOW_LOZENGE, LINE)
                draw_sign(canvas, form, colour, x + (name.width - side) / 2, HEIGHT - y - side, side)
            sheet.paper.write(name, x, y + side + 3, width=name.width, colour=INK if i == band else INK2)
            start += name.width + between

    return Block(height, draw, 0.5, 3)


def _tasks(sheet: Sheet, tasks: tuple[str, ...], k: float) -> Block:
    """What the person can do at work: a heading and a list, as wide as its longest line, in the middle."""
    style, bullet, step = Style(size=10.5 * k), 8 * k, 1.5 * k
    indent = bullet + 7 * k
    heading = sheet.fixed(sheet.labels["can_do"], Style(size=10.5 * k, bold=True))
    lines = [sheet.fixed(task, style, COLUMN - indent) for task in tasks]
    width = min(COLUMN, max(heading.width, indent + max(line.width for line in lines)) + 1)
    height = heading.height + 1 + sum(line.height + step for line in lines)

    def draw(y: float) -> None:
        start = (WIDTH - width) / 2
        y = sheet.write(heading, start, y, width, colour=PRIMARY, role="H3") + 1
        for line in lines:
            y += step
            with sheet.paper.decoration() as canvas:
                middle = y + line.lines[0].ascent - 0.36 * style.size
                draw_sign(canvas, LOZENGE, PRIMARY, sheet.left(start, bullet), HEIGHT - middle - bullet / 2, bullet)
            y = sheet.write(line, start + indent, y, width - indent, role="LI")

    return Block(height, draw, 1.0, 4)


def _draw_badge(sheet: Sheet, content: CertificateContent) -> None:
    """The badge stands on the reading side, well away from the symbol."""
    size = 38 * MM
    alternative = sheet.labels["badge"].format(title=content.title)
    with sheet.paper.figure(alternative, sheet.language) as canvas:
        picture = parse_svg(content.badge_svg)
        draw_svg(canvas, picture, sheet.left(SIDE, size), HEIGHT - SYMBOL_TOP - SYMBOL + 2 * MM, size)


def _draw_dates(sheet: Sheet, content: CertificateContent) -> None:
    dates = [sheet.words("issued", bold=("date",), date=content.issued)]
    if content.valid_until:
        dates.append(sheet.words("valid_until", bold=("date",), date=content.valid_until))
    width = 47 * MM
    paragraphs = [sheet.lay_out(date, Style(size=9.5), width) for date in dates]
    y = SYMBOL_TOP + SYMBOL - sum(paragraph.height for paragraph in paragraphs)
    for paragraph in paragraphs:
        y = sheet.write(paragraph, WIDTH - SIDE - width, y, width, align="end")


def _draw_symbol(sheet: Sheet, content: CertificateContent) -> None:
    """The QR symbol, the number to type, the number in stitches, and the address that must open."""
    left = (WIDTH - SYMBOL) / 2
    labels = sheet.labels
    with sheet.paper.figure(labels["symbol"].format(host=content.host), sheet.language) as canvas:
        draw_symbol(canvas, content.symbol, left, HEIGHT - SYMBOL_TOP - SYMBOL, SYMBOL)

    def below(text: str, style: Style, y: float, *, colour: str = INK, align: Align = "centre") -> float:
        return sheet.write(sheet.lay_out(text, style, COLUMN), SIDE, y, COLUMN, align=align, colour=colour)

    y = below(
        isolated(content.number, ltr=True),
        Style(size=11.5, bold=True, tracking=0.9),
        SYMBOL_TOP + SYMBOL + 3.6 * MM,
    )
    band = number_band_height(SYMBOL)
    with sheet.paper.figure(labels["number"].format(number=content.number), sheet.language) as canvas:
        draw_number_band(canvas, read(content.number), left, HEIGHT - y - 1.2 * MM - band, SYMBOL)
    y = below(labels["scan"], Style(size=9), y + band + 2.6 * MM, colour=INK2)
    y = below(isolated(content.host, ltr=True), Style(size=11.5, bold=True), y - 1)
    if y > FOOT:
        raise CertificateUnprintable("The words under the symbol do not fit. Shorten the host name.")
