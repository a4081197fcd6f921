"""Certificates as cards for a wallet: ten of 85.6 × 54 mm (ISO/IEC 7810, ID-1) on an A4 page, to print and cut.

A card says what is signed, in the language of its certificate, and carries the same QR code and number.
"""

from collections.abc import Sequence

from assessor.certificates.attachment import credential_attachment
from assessor.certificates.certificate import CertificateContent, CertificateUnprintable
from assessor.certificates.colours import AMBER, CLAY, INK, INK2, LINE
from assessor.certificates.font_choice import clean, drawable
from assessor.certificates.paper import HEIGHT, MM, WIDTH, Paper
from assessor.certificates.sheet import Sheet
from assessor.certificates.stitches import band_stamp
from assessor.certificates.symbol import draw_symbol
from assessor.certificates.text import Paragraph, Style, isolated

CARD_WIDTH, CARD_HEIGHT = 85.6 * MM, 54 * MM
COLUMNS, ROWS = 2, 5
MAX_CARDS = 500
LEFT, TOP = (WIDTH - COLUMNS * CARD_WIDTH) / 2, (HEIGHT - ROWS * CARD_HEIGHT) / 2
SYMBOL = 36 * MM
INNER, TEXT_WIDTH = 4 * MM, CARD_WIDTH - SYMBOL - 13 * MM
_SCALES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6)
_LEAST_SPARE = 9.0  # points between the parts of a card in all, so that a reader sees them apart


def wallet_card_pdf(content: CertificateContent, credential: bytes) -> bytes:
    """Draw a single card with its signed credential attached, so that the file proves itself as the paper does.

    The same certificate gives the same bytes. Raises `CertificateUnprintable` for texts that do not fit.
    """
    return _drawn([content]).finish(credential_attachment(credential))


def wallet_cards_pdf(contents: Sequence[CertificateContent]) -> bytes:
    """Draw a card for each certificate, ten a page; the same certificates give the same bytes.

    Language and date of the first are the document's, and its words the advice below the cards. Raises
    `CertificateUnprintable` for no cards, more than `MAX_CARDS`, or texts that do not fit.
    """
    if not 0 < len(contents) <= MAX_CARDS:
        raise CertificateUnprintable(f"Between 1 and {MAX_CARDS} cards can be printed at a time, not {len(contents)}.")
    return _drawn(contents).finish()


def _drawn(contents: Sequence[CertificateContent]) -> Paper:
    first = contents[0]
    paper = Paper(title=clean(first.title), author=clean(first.issuer), language=first.language, created=first.created)
    per_page = COLUMNS * ROWS
    pages = -(-len(contents) // per_page)
    for page in range(pages):
        if page:
            paper.next_page()
        on_page = contents[page * per_page : (page + 1) * per_page]
        for place, content in enumerate(on_page):
            row, column = divmod(place, COLUMNS)
            _draw_card(
                Sheet(paper, content.language, content.labels),
                content,
                LEFT + column * CARD_WIDTH,
                TOP + row * CARD_HEIGHT,
            )
        _draw_cutting_lines(paper, len(on_page))
        advice = Sheet(paper, first.language, first.labels)
        words = advice.lay_out(advice.words("cut", page=str(page + 1), pages=str(pages)), Style(size=9))
        advice.write(words, LEFT, HEIGHT - TOP + 1.5 * MM, COLUMNS * CARD_WIDTH, colour=INK2)
    return paper


def _draw_cutting_lines(paper: Paper, count: int) -> None:
    rows = -(-count // COLUMNS)
    with paper.decoration() as canvas:
        canvas.stroke_with(LINE)
        canvas.setLineWidth(0.6)
        canvas.setDash([3, 2.4])
        for row in range(rows + 1):
            y = HEIGHT - TOP - row * CARD_HEIGHT
            canvas.line(LEFT, y, LEFT + COLUMNS * CARD_WIDTH, y)
        for column in range(COLUMNS + 1):
            x = LEFT + column * CARD_WIDTH
            canvas.line(x, HEIGHT - TOP, x, HEIGHT - TOP - rows * CARD_HEIGHT)


def _draw_card(sheet: Sheet, content: CertificateContent, left: float, top: float) -> None:
    """One card with its corner at `left`, `top`: words where reading starts, the symbol on the other side."""
    paper, rtl = sheet.paper, sheet.rtl
    with paper.decoration() as canvas:
        canvas.place(band_stamp(CARD_WIDTH - 2 * INNER, 2.6 * MM), left + INNER, HEIGHT - top - 5.3 * MM)
    words_left = left + CARD_WIDTH - INNER - TEXT_WIDTH if rtl else left + INNER
    symbol_left = left + 5 * MM if rtl else left + CARD_WIDTH - 5 * MM - SYMBOL
    _draw_symbol(sheet, content, symbol_left, top + 8.1 * MM)

    y = top + 7.6 * MM
    if content.demonstration:
        mark = sheet.fit_fixed(sheet.labels["demonstration"], [(Style(size=6.5, bold=True), 2)], TEXT_WIDTH - 4)
        with paper.decoration() as canvas:
            canvas.fill_with(AMBER)
            canvas.rect(words_left, HEIGHT - y - mark.height - 2, TEXT_WIDTH, mark.height + 2, stroke=0, fill=1)
        y = paper.write(mark, words_left + 2, y + 1, width=TEXT_WIDTH - 4) + 3
    room = top + CARD_HEIGHT - 3.5 * MM - y
    for k in _SCALES:
        parts = _words(sheet, content, k)
        spare = room - sum(paragraph.height for paragraph, _, _, _ in parts)
        if spare >= (0 if k == _SCALES[-1] else _LEAST_SPARE):
            break
    else:
        raise CertificateUnprintable("The texts do not fit on a card. Shorten the title or the issuer's name.")
    shares = sum(share for *_, share in parts)
    for paragraph, colour, role, share in parts:
        y += spare * share / shares
        y = paper.write(paragraph, words_left, y, width=TEXT_WIDTH, colour=colour, role=role)


def _words(sheet: Sheet, content: CertificateContent, k: float) -> list[tuple[Paragraph, str, str, float]]:
    """What a card says from top to bottom: paragraph, colour, role, and share of the spare room above."""
    names = [(Style("display", size * k), lines) for size, lines in ((17, 1), (14, 2), (11, 3))]
    name = sheet.fit(isolated(drawable(content.holder)), names, TEXT_WIDTH)
    parts = [(sheet.fixed(drawable(content.issuer), Style(size=7 * k, bold=True), TEXT_WIDTH), INK2, "P", 0.0)]
    parts.append((name, INK, "H1", 1.0))
    if content.second_spelling:
        style = Style("display", max(7.0 * k, 0.6 * name.style.size))
        second = sheet.lay_out(isolated(drawable(content.second_spelling)), style, TEXT_WIDTH)
        parts.append((second, INK, "P", 0.0))
    title = sheet.fixed(isolated(content.title), Style(size=9.5 * k, bold=True), TEXT_WIDTH)
    parts.append((title, CLAY, "H2", 1.0))
    if content.band is not None:
        band = sheet.labels[f"band_{content.band}"]
        level = sheet.words("level", band=band, level=str(content.level))
        parts.append((sheet.fixed(level, Style(size=7 * k), TEXT_WIDTH), INK, "P", 0.0))
    dates = [("issued", content.issued), ("valid_until", content.valid_until)]
    for place, (label, date) in enumerate(dates):
        if date:
            words = sheet.words(label, bold=("date",), date=date)
            parts.append((sheet.fixed(words, Style(size=7 * k), TEXT_WIDTH), INK, "P", 0.0 if place else 1.0))
    return parts


def _draw_symbol(sheet: Sheet, content: CertificateContent, x: float, top: float) -> None:
    """The QR symbol, and below it the number and the host."""
    paper, bottom = sheet.paper, HEIGHT - top - SYMBOL
    box = x, bottom, x + SYMBOL, bottom + SYMBOL
    with paper.figure(sheet.labels["symbol"].format(host=content.host), sheet.language, box) as canvas:
        draw_symbol(canvas, content.symbol, x, bottom, SYMBOL)
    number = sheet.lay_out(isolated(content.number, ltr=True), Style(size=8.5, bold=True, tracking=0.5))
    y = paper.write(number, x, top + SYMBOL + 1.8 * MM, width=SYMBOL, align="centre")
    sizes = [(Style(size=size), 1) for size in (8, 7, 6, 5)]
    host = sheet.fit_fixed(isolated(content.host, ltr=True), sizes, SYMBOL + 4 * MM)
    paper.write(host, x - 2 * MM, y - 1.5, width=SYMBOL + 4 * MM, align="centre", colour=INK2)
