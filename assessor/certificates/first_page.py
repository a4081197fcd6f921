"""Page 1, as its layout says: ornament, columns, badge, and the symbol with what is needed to check it."""

from assessor.certificates import layout as layouts
from assessor.certificates.certificate import CertificateContent, CertificateUnprintable
from assessor.certificates.colours import INK2
from assessor.certificates.font_choice import drawable
from assessor.certificates.layout import Align, Column, Layout
from assessor.certificates.number import read
from assessor.certificates.paper import MM
from assessor.certificates.parts import EMBLEM, Block, Place, block_of, holder
from assessor.certificates.sheet import Sheet
from assessor.certificates.stitches import band_stamp, draw_number_band, frame_stamp, number_band_height, side_stamp
from assessor.certificates.svg_drawing import parse_svg, svg_stamp
from assessor.certificates.symbol import draw_symbol
from assessor.certificates.text import Style, isolated

SIDES: tuple[Align, Align] = ("start", "end")  # of the signatures
STITCH = 0.57 * MM
SYMBOL = layouts.SYMBOL * MM  # always: a phone must read it (design language, 8)
AROUND_SYMBOL = 14 * MM  # room for the words below, on both sides
BELOW = 6 * MM
MOST_ROOM = 9 * MM  # of one share of the spare room
_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7)


def draw_first_page(sheet: Sheet, content: CertificateContent) -> None:
    """Draw page 1. Raises `CertificateUnprintable` when the texts do not fit even at the smallest size."""
    layout = content.layout
    _draw_ornament(sheet, layout)
    if content.demonstration:
        sheet.demonstration_mark(layout.demonstration * MM)
    name_size = 0.0
    for column in layout.columns:
        name_size = _draw_column(sheet, content, column, name_size)
    if layout.badge:
        _draw_badge(sheet, content, layout.badge)
    _draw_emblems(sheet, content)
    _draw_signatures(sheet, content)
    _draw_symbol(sheet, content)


def _draw_ornament(sheet: Sheet, layout: Layout) -> None:
    left, top, width, height = (length * MM for length in layout.ornament_box)
    colours = layout.ornament_colours
    if layout.ornament == "none":
        return
    if layout.ornament == "frame":
        stamp = frame_stamp(width, height, STITCH, colours)
    else:
        stamp = (side_stamp if layout.ornament == "side" else band_stamp)(width, height, colours)
    with sheet.paper.decoration() as canvas:
        canvas.place(stamp, sheet.left(left, width), sheet.paper.height - top - height)


def _draw_column(sheet: Sheet, content: CertificateContent, column: Column, name_size: float) -> float:
    """Draw a column at the largest scale at which it fits; return the size of the holder's name."""
    left, top, width, height = (length * MM for length in column.box)
    if content.demonstration and column.stand == "spread":
        top, height = top + 7 * MM, height - 7 * MM  # under the mark
    for k in _SCALES:
        place = Place(sheet, content, left, width, column.align, content.layout.colours, k)
        blocks, named = _blocks(place, column, name_size)
        room = height - sum(block.height + block.least for block in blocks)
        if room >= 0:
            break
    else:
        raise CertificateUnprintable(
            "The texts do not fit on one page. Shorten the title, the tasks or the conditions."
        )
    shares = sum(block.gap for block in blocks) if column.stand == "spread" else 0
    share = min(room / shares, MOST_ROOM) if shares else 0.0
    y = top + (room if column.stand == "bottom" else 0.0)
    for block in blocks:
        y += block.least + share * block.gap
        block.draw(y)
        y += block.height
    return named


def _blocks(place: Place, column: Column, name_size: float) -> tuple[list[Block], float]:
    """The blocks of a column at one scale; the first part has no room above it."""
    blocks = []
    for part in column.parts:
        if part.part == "holder":
            paragraph = holder(part, place)
            name_size = paragraph.style.size
            blocks.append(place.block(part, paragraph))
        elif block := block_of(part, place, name_size):
            blocks.append(block)
    return blocks, name_size


def _draw_badge(sheet: Sheet, content: CertificateContent, box: tuple[float, float, float]) -> None:
    left, top, size = (length * MM for length in box)
    alternative = sheet.labels["badge"].format(title=content.title)
    x, y = sheet.left(left, size), sheet.paper.height - top - size
    with sheet.paper.figure(alternative, sheet.language, (x, y, x + size, y + size)) as canvas:
        canvas.place(svg_stamp(parse_svg(content.badge_svg), size), x, y)


def _draw_emblems(sheet: Sheet, content: CertificateContent) -> None:
    """The signs of the organisations, all of one size, at the places of the layout."""
    for emblem, (left, top) in zip(content.emblems, content.layout.emblems, strict=False):
        x, y = sheet.left(left * MM, EMBLEM), sheet.paper.height - top * MM - EMBLEM
        with sheet.paper.figure(emblem.reads_as, sheet.language, (x, y, x + EMBLEM, y + EMBLEM)) as canvas:
            canvas.place(svg_stamp(parse_svg(emblem.svg), EMBLEM), x, y)


def _draw_signatures(sheet: Sheet, content: CertificateContent) -> None:
    """A line for ink, and who signs below it; the second one stands against the other side."""
    for at, (one, place) in enumerate(zip(content.signatures, content.layout.signatures, strict=False)):
        left, top, width = (length * MM for length in place)
        x, align = sheet.left(left, width), SIDES[at % 2]
        with sheet.paper.decoration() as canvas:
            canvas.stroke_with(INK2)
            canvas.setLineWidth(0.8)
            canvas.line(x, sheet.paper.height - top, x + width, sheet.paper.height - top)
        name = sheet.fixed(isolated(drawable(one.name)), Style(size=9.5, bold=True), width)
        y = sheet.write(name, left, top + 1.2 * MM, width, align=align)
        sheet.write(sheet.fixed(isolated(drawable(one.role)), Style(size=9), width), left, y, width, align=align)


def _draw_symbol(sheet: Sheet, content: CertificateContent) -> None:
    """The QR symbol, the number to type, the number in stitches, and the address that must open."""
    paper, labels = sheet.paper, sheet.labels
    start, top = (length * MM for length in content.layout.symbol)
    x, bottom = sheet.left(start, SYMBOL), paper.height - top - SYMBOL
    box = x, bottom, x + SYMBOL, bottom + SYMBOL
    with paper.figure(labels["symbol"].format(host=content.host), sheet.language, box) as canvas:
        draw_symbol(canvas, content.symbol, x, bottom, SYMBOL)

    left, width = start - AROUND_SYMBOL, SYMBOL + 2 * AROUND_SYMBOL
    number = sheet.lay_out(isolated(content.number, ltr=True), Style(size=11.5, bold=True, tracking=0.9))
    y = sheet.write(number, left, top + SYMBOL + 3.6 * MM, width, align="centre")
    band = number_band_height(SYMBOL)
    bottom = paper.height - y - 1.2 * MM - band
    box = x, bottom, x + SYMBOL, bottom + band
    with paper.figure(labels["number"].format(number=content.number), sheet.language, box) as canvas:
        draw_number_band(canvas, read(content.number), x, bottom, SYMBOL)
    scan = sheet.fixed(labels["scan"], Style(size=9), width)
    y = sheet.write(scan, left, y + band + 2.6 * MM, width, align="centre", colour=INK2)
    host = sheet.fixed(isolated(content.host, ltr=True), Style(size=11.5, bold=True), width)
    if sheet.write(host, left, y - 1, width, align="centre") > paper.height - BELOW:
        raise CertificateUnprintable("The words under the symbol do not fit. Shorten the host name.")
