"""Login cards to print and cut: ten of 90 × 54 mm on an A4 page, with QR symbol, name and three pictures.

A card tells nothing of origin or level. The words and pictures are a way in for those without a camera. Each card
speaks the language of its owner; the advice around the cards that of the person who prints and cuts them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assessor.certificates.canvas import PaperCanvas
from assessor.certificates.colours import INK, INK2, LINE
from assessor.certificates.font_choice import drawable
from assessor.certificates.paper import HEIGHT, MM, WIDTH, Paper
from assessor.certificates.sheet import Sheet
from assessor.certificates.stitches import band_stamp
from assessor.certificates.svg_drawing import parse_svg, svg_stamp
from assessor.certificates.symbol import draw_symbol
from assessor.certificates.text import Span, Style, isolated

CARD_WIDTH, CARD_HEIGHT = 90 * MM, 54 * MM
COLUMNS, ROWS = 2, 5
LEFT, TOP = (WIDTH - COLUMNS * CARD_WIDTH) / 2, (HEIGHT - ROWS * CARD_HEIGHT) / 2
SYMBOL = 26 * MM
TEXT_LEFT, TEXT_WIDTH = 37.2 * MM, CARD_WIDTH - 41.4 * MM
MAX_CARDS = 500

Note = tuple[tuple[Span, ...], float, str]  # words, distance from the card's top, colour

# The fixed words of a card and the values each names; `CARD_LABELS` is the English source of translations.
CARD_LABELS: Mapping[str, str] = {
    "advice": "Each card is a key: give it to its owner. Lost? Print a new one: the old one stops at once.",
    "cut": "Cut along the dashed lines. Page {page} of {pages}",
    "scan": "Scan with a phone. You start at once.",
    "without_camera": "{host} + 3 words",
    "foot": "code {code} · {date}",
    "symbol": "QR code of the login card of {name}",
    "title": "Login cards: {group}",
}


@dataclass(frozen=True)
class PictureWord:
    """A picture (24 × 24 SVG) and its word in the language of the card."""

    svg: str
    word: str


@dataclass(frozen=True)
class Wording:
    """The fixed words in one language, and the date as it is printed there."""

    language: str
    date: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class LoginCard:
    """One card: the name as the group knows it, the symbol's matrix, the three picture words in order, and the words
    around them in the owner's language.
    """

    name: str
    symbol: tuple[tuple[bool, ...], ...]
    pictures: tuple[PictureWord, PictureWord, PictureWord]
    wording: Wording


def login_cards_pdf(
    cards: Sequence[LoginCard],
    *,
    group: str,
    group_code: str,
    host: str,
    created: datetime,
    language: str = "en",
    labels: Mapping[str, str] = CARD_LABELS,
) -> bytes:
    """Draw the cards of a group, ten a page, in the order given; the same arguments give the same bytes.

    `group_code` are the four digits on the board; `created` (aware) dates the file. `language` and `labels`: of the
    advice around the cards.
    Raises ValueError for no cards or more than `MAX_CARDS`, `DrawingInvalid` for a picture.
    """
    if not 0 < len(cards) <= MAX_CARDS:
        raise ValueError(f"Between 1 and {MAX_CARDS} cards can be printed at a time, not {len(cards)}.")
    paper = Paper(title=labels["title"].format(group=group), author=host, language=language, created=created)
    sheet = Sheet(paper, language, labels)
    own: dict[str, tuple[Sheet, list[Note]]] = {}
    for wording in {card.wording.language: card.wording for card in cards}.values():
        words = Sheet(paper, wording.language, wording.labels)
        own[wording.language] = words, _notes(words, wording.date, group, group_code, host)
    per_page = COLUMNS * ROWS
    pages = -(-len(cards) // per_page)
    for page in range(pages):
        if page:
            paper.next_page()
        on_page = cards[page * per_page : (page + 1) * per_page]
        _draw_sheet(sheet, len(on_page), page + 1, pages)
        for place, card in enumerate(on_page):
            row, column = divmod(place, COLUMNS)
            words, notes = own[card.wording.language]
            _draw_card(words, card, LEFT + column * CARD_WIDTH, TOP + row * CARD_HEIGHT, notes)
    return paper.finish()


def _notes(words: Sheet, date: str, group: str, group_code: str, host: str) -> list[Note]:
    """What stands below the pictures of every card of one language."""
    return [
        (words.words("without_camera", bold=("host",), ltr=("host",), host=host), 37.6 * MM, INK),
        ((Span(isolated(drawable(group))),), 43.2 * MM, INK2),
        (words.words("foot", bold=("code",), ltr=("code",), code=group_code, date=date), 47.2 * MM, INK2),
    ]


def _draw_sheet(sheet: Sheet, count: int, page: int, pages: int) -> None:
    """The advice above, the cutting lines, and the page number below."""
    style = Style(size=9)
    advice = sheet.fixed(sheet.labels["advice"], style, COLUMNS * CARD_WIDTH)
    sheet.write(advice, LEFT, TOP - advice.height - 2 * MM, COLUMNS * CARD_WIDTH, colour=INK2)
    rows = -(-count // COLUMNS)
    with sheet.paper.decoration() as canvas:
        canvas.stroke_with(LINE)
        canvas.setLineWidth(0.7)
        canvas.setDash([3, 2.4])
        bottom = TOP + rows * CARD_HEIGHT
        for row in range(rows + 1):
            y = HEIGHT - TOP - row * CARD_HEIGHT
            canvas.line(LEFT, y, LEFT + COLUMNS * CARD_WIDTH, y)
        for column in range(COLUMNS + 1):
            x = LEFT + column * CARD_WIDTH
            canvas.line(x, HEIGHT - TOP, x, HEIGHT - bottom)
    cut = sheet.lay_out(sheet.words("cut", page=str(page), pages=str(pages)), style, COLUMNS * CARD_WIDTH)
    sheet.write(cut, LEFT, HEIGHT - TOP + 2 * MM, COLUMNS * CARD_WIDTH, colour=INK2)


def _draw_card(sheet: Sheet, card: LoginCard, left: float, top: float, notes: Sequence[Note]) -> None:
    """One card with its corner at `left`, `top`; the symbol is always on the left, as a phone sees it."""
    paper = sheet.paper
    with paper.decoration() as canvas:
        canvas.place(band_stamp(CARD_WIDTH - 8.4 * MM, 3.4 * MM), left + 4.2 * MM, HEIGHT - top - 6.4 * MM)
    name = drawable(card.name)
    styles = [(Style(size=size, bold=True, leading=0.92), 1) for size in (21, 18, 15, 12.5)]
    styles += [(Style(size=size, bold=True, leading=0.9), lines) for size, lines in ((11, 2), (9, 2), (7.5, 3))]
    title = sheet.fit(isolated(name), styles, TEXT_WIDTH)
    x = left + TEXT_LEFT
    above = max(0.0, (9 * MM - title.height) / 2)
    paper.write(title, x, top + 8.2 * MM + above, width=TEXT_WIDTH, role="H1")

    symbol_left, symbol_bottom = left + 5.2 * MM, HEIGHT - top - 11.6 * MM - SYMBOL
    box = symbol_left, symbol_bottom, symbol_left + SYMBOL, symbol_bottom + SYMBOL
    with paper.figure(sheet.labels["symbol"].format(name=name), sheet.language, box) as canvas:
        draw_symbol(canvas, card.symbol, symbol_left, symbol_bottom, SYMBOL)
    scan = sheet.fit(sheet.labels["scan"], [(Style(size=8.5), 2), (Style(size=7.5), 3)], 31 * MM)
    paper.write(scan, left + 3 * MM, top + 41.6 * MM, width=31 * MM, align="centre")

    _draw_pictures(sheet, card.pictures, x, top + 19 * MM)
    for text, place, colour in notes:
        smaller = [(Style(size=size), 1) for size in (9.5, 8.5, 7.5, 6.5)]
        note = sheet.fit(text, smaller if colour == INK else smaller[1:], TEXT_WIDTH)
        paper.write(note, x, top + place, width=TEXT_WIDTH, colour=colour)


def _draw_pictures(sheet: Sheet, pictures: Sequence[PictureWord], left: float, top: float) -> None:
    """Three pictures in reading order, each with its word."""
    between = 1.6 * MM
    width = (TEXT_WIDTH - 2 * between) / 3
    for place, picture in enumerate(pictures):
        start = place * (width + between)
        x = left + (TEXT_WIDTH - start - width if sheet.rtl else start)
        with sheet.paper.decoration() as canvas:
            _draw_picture(canvas, picture, x, HEIGHT - top, width)
        sizes = [(Style(size=size), 1) for size in (9.5, 8.5, 7.5, 6.5)]
        word = sheet.fit(drawable(picture.word), sizes, width)
        sheet.paper.write(word, x, top + 12 * MM, width=width, align="centre")


def _draw_picture(canvas: PaperCanvas, picture: PictureWord, x: float, y: float, width: float) -> None:
    """A picture in a rounded box, its top at `y` (points upward)."""
    height, size = 11.6 * MM, 8.4 * MM
    canvas.stroke_with(INK)
    canvas.setLineWidth(0.9)
    canvas.roundRect(x, y - height, width, height, 2 * MM)
    drawing = parse_svg(picture.svg, INK)
    canvas.place(svg_stamp(drawing, size), x + (width - size) / 2, y - height / 2 - size / 2)
