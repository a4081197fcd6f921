"""Page 2, the same for every layout: tasks, parts of the test with ranges, what was not tested, checking.

Page 3, where the holder chose a second language, says the same in it.
"""

from dataclasses import dataclass
from functools import lru_cache

from assessor.certificates.canvas import PaperCanvas, Stamp, stamped
from assessor.certificates.certificate import AreaScore, CertificateContent, PageTooFull
from assessor.certificates.colours import HAIR, INK2, LINE, PRIMARY, RANGE, SUNK
from assessor.certificates.font_choice import drawable
from assessor.certificates.paper import HEIGHT, MM, WIDTH, Align
from assessor.certificates.sheet import Sheet
from assessor.certificates.stitches import LOZENGE, band_stamp, draw_sign
from assessor.certificates.text import FSI, Span, isolated

SIDE = 18 * MM
COLUMN = WIDTH - 2 * SIDE
NAMES, BAR, RESULT = 56 * MM, 78 * MM, 38 * MM
HEADS = ("area_column", "result_column")
SIDES: tuple[Align, Align] = ("start", "end")


@dataclass(frozen=True)
class PageNumber:
    """Which page this is, of how many."""

    page: int = 2
    pages: int = 2


def draw_second_page(sheet: Sheet, content: CertificateContent, number: PageNumber) -> None:
    """Draw page 2, or 3, at the scale of the sheet. Raises `PageTooFull` when the texts do not fit."""
    with sheet.paper.decoration() as canvas:
        canvas.place(band_stamp(COLUMN + 8 * MM, 4.5 * MM), SIDE - 4 * MM, HEIGHT - 14.5 * MM)
    y = 20 * MM
    if content.demonstration:
        sheet.demonstration_mark(17 * MM)
        y += 6 * MM
    y = _head(sheet, content, number, y)
    if content.tasks:
        y = _tasks(sheet, content.tasks, _heading(sheet, "can_do", y + 8 * sheet.mm))
    if content.areas:
        y = _areas(sheet, content, y + 8 * sheet.mm)
    if content.not_tested:
        words = [
            Span(span.text, not span.text.startswith(FSI))
            for span in sheet.words("not_tested", list=content.not_tested)
        ]
        y = sheet.write(sheet.fixed(tuple(words), sheet.style(size=10.5), COLUMN), SIDE, y + 5 * sheet.mm, COLUMN)
    if content.conditions:
        y = _heading(sheet, "obtained", y + 9 * sheet.mm)
        y = sheet.write(sheet.fixed(content.conditions, sheet.style(size=10.5), COLUMN), SIDE, y, COLUMN)
    y = _how_to_check(sheet, content, _heading(sheet, "check", y + 9 * sheet.mm))
    if y > _foot(sheet, content):
        raise PageTooFull(f"Page {number.page} is too full. Shorten the names of the areas or the conditions.")


def _head(sheet: Sheet, content: CertificateContent, at: PageNumber, top: float) -> float:
    """Whose certificate this is; page 3 is headed by what it is, and says the dates of page 1 too."""
    translated = at.page > 2
    if translated:
        words = sheet.words("same_in", language=content.language_name)
        heading = sheet.fixed(words, sheet.style(size=13, bold=True), COLUMN)
        top = sheet.write(heading, SIDE, top, COLUMN, colour=PRIMARY, role="H1") + 1 * sheet.mm
    number = sheet.lay_out(isolated(content.number, ltr=True), sheet.style(size=10.5))
    width = COLUMN - number.width - 6 * MM
    names = [(sheet.style(size=size, bold=True), lines) for size, lines in ((16, 1), (14, 1), (12, 3))]
    name = sheet.fit(isolated(drawable(content.holder)), names, width)
    y = sheet.write(name, SIDE, top, width, role="H2" if translated else "H1")
    sheet.write(
        number,
        SIDE + COLUMN - number.width,
        top + name.lines[0].ascent - number.lines[0].ascent,
        number.width,
    )
    if content.second_spelling:
        second = sheet.lay_out(isolated(drawable(content.second_spelling)), sheet.style(size=12), COLUMN)
        y = sheet.write(second, SIDE, y, COLUMN)
    parts = [isolated(content.title)]
    if content.level is not None:
        band = sheet.labels[f"band_{content.band}"]
        parts.append("".join(span.text for span in sheet.words("level", band=band, level=str(content.level))))
    for label, date in (("issued", content.issued), ("valid_until", content.valid_until)) if translated else ():
        if date:
            parts.append("".join(span.text for span in sheet.words(label, date=date)))
    parts.append(isolated(sheet.labels["second_page"].format(page=at.page, pages=at.pages)))
    line = sheet.fixed(" · ".join(parts), sheet.style(size=10.5), COLUMN)
    return sheet.write(line, SIDE, y + 1 * sheet.mm, COLUMN, colour=INK2)


def _heading(sheet: Sheet, label: str, top: float) -> float:
    heading = sheet.fixed(sheet.labels[label], sheet.style(size=13, bold=True), COLUMN)
    return sheet.write(heading, SIDE, top, COLUMN, colour=PRIMARY, role="H2") + 2 * sheet.mm


def _tasks(sheet: Sheet, tasks: tuple[str, ...], top: float) -> float:
    """The work tasks between thin lines, each beside a stitch."""
    indent, size = 7 * MM, 3.2 * MM
    y = top
    with sheet.paper.part("L"):
        for task in tasks:
            line = sheet.fixed(task, sheet.style(size=10.5), COLUMN - indent)
            with sheet.paper.decoration() as canvas:
                _hairline(canvas, y)
                middle = y + 1.1 * sheet.mm + line.lines[0].ascent - 0.36 * line.style.size
                draw_sign(canvas, LOZENGE, PRIMARY, sheet.left(SIDE, size), HEIGHT - middle - size / 2, size)
            with sheet.paper.part("LI"):
                sheet.write(line, SIDE + indent, y + 1.1 * sheet.mm, COLUMN - indent, role="LBody")
            y += line.height + 2.2 * sheet.mm
    with sheet.paper.decoration() as canvas:
        _hairline(canvas, y)
    return y


def _hairline(canvas: PaperCanvas, y: float) -> None:
    canvas.stroke_with(HAIR)
    canvas.setLineWidth(0.5)
    canvas.line(SIDE, HEIGHT - y, SIDE + COLUMN, HEIGHT - y)


def _areas(sheet: Sheet, content: CertificateContent, top: float) -> float:
    """A row per area: its name, the range as a bar between 0 and 100, and the same in numbers."""
    y = _heading(sheet, "areas", top)
    with sheet.paper.part("Table"):
        with sheet.paper.part("TR"):
            y = _column_heads(sheet, y)
        for area in content.areas:
            with sheet.paper.part("TR"):
                y = _area(sheet, area, y)
    quarter = BAR / 4
    below = y
    for band in range(1, 5):
        styles = [(sheet.style(size=size), 1) for size in (7.5, 7, 6.5, 6)]
        word = sheet.fit_fixed(sheet.labels[f"band_{band}"], styles, quarter - 2)
        start = SIDE + NAMES + (band - 1) * quarter
        below = max(
            below, sheet.write(word, start, y + 0.5 * sheet.mm, quarter, align="centre", colour=INK2, role="Artifact")
        )
    has_range = {area.low is not None for area in content.areas if area.score is not None}
    if not has_range:
        return below
    sentences = [sheet.labels[label] for label, said in (("range", True), ("no_range", False)) if said in has_range]
    if content.certainty is not None and _exceeds_level(content):
        sentences.append(sheet.labels["above_level"].format(percent=content.certainty))
    note = sheet.fixed(" ".join(sentences), sheet.style(size=9), COLUMN)
    return sheet.write(note, SIDE, below + 2 * sheet.mm, COLUMN, colour=INK2)


def _exceeds_level(content: CertificateContent) -> bool:
    """Whether the line of an area lies in a band above that of the level.

    The level is what the test as a whole shows with certainty, a line the best guess for one part: both are right,
    and look wrong side by side.
    """
    return content.band is not None and any((area.score or 0) > 25 * content.band for area in content.areas)


def _column_heads(sheet: Sheet, top: float) -> float:
    heads = [sheet.fixed(sheet.labels[label], sheet.style(size=9, bold=True), NAMES) for label in HEADS]
    for head, start, align in zip(heads, (SIDE, SIDE + COLUMN - NAMES), SIDES, strict=True):
        sheet.write(head, start, top, NAMES, align=align, colour=INK2, role="TH", scope="Column")
    return top + max(head.height for head in heads)


def _area(sheet: Sheet, area: AreaScore, top: float) -> float:
    name = sheet.fixed(area.name, sheet.style(size=10.5), NAMES - 5 * MM)
    result = sheet.fixed(_result(sheet, area), sheet.style(size=10.5), RESULT)
    height = max(max(name.height, result.height) + 2 * sheet.mm, 8.5 * sheet.mm)
    sheet.write(name, SIDE, top + (height - name.height) / 2, NAMES, role="TH")
    sheet.write(result, SIDE + COLUMN - RESULT, top + (height - result.height) / 2, RESULT, align="end", role="TD")
    with sheet.paper.decoration() as canvas:
        bottom = HEIGHT - top - height / 2 - 1.7 * MM
        _bar(canvas, area, sheet.left(SIDE + NAMES, BAR), bottom, 3.4 * MM, rtl=sheet.rtl)
        _hairline(canvas, top + height)
    return top + height


def _result(sheet: Sheet, area: AreaScore) -> tuple[Span, ...]:
    """The score in numbers, and its range where one was stated."""
    if area.score is None:
        return sheet.words("not_assessed")
    if area.low is None:
        return (Span(str(area.score), True),)
    return sheet.words("area_result", bold=("score",), score=str(area.score), low=str(area.low), high=str(area.high))


def _bar(canvas: PaperCanvas, area: AreaScore, left: float, bottom: float, height: float, *, rtl: bool) -> None:
    """The scale with its four bands, the range and the estimate; hatched when the area was not assessed."""

    def at(score: int) -> float:
        return left + BAR * ((100 - score) if rtl else score) / 100

    canvas.stroke_with(LINE)
    canvas.setLineWidth(0.6)
    if area.score is None:
        canvas.place(_hatch(height), left, bottom)
    canvas.rect(left, bottom, BAR, height)
    for cut in (25, 50, 75) if area.score is not None else ():
        canvas.line(at(cut), bottom, at(cut), bottom + height)
    if area.score is None:
        return
    if area.low is not None and area.high is not None:
        canvas.fill_with(RANGE)
        canvas.stroke_with(PRIMARY)
        canvas.setLineWidth(1)
        ends = sorted((at(area.low), at(area.high)))
        canvas.rect(ends[0], bottom + 0.5, ends[1] - ends[0], height - 1, fill=1)
    canvas.stroke_with(PRIMARY)
    canvas.setLineWidth(2.4)
    canvas.line(at(area.score), bottom - 2, at(area.score), bottom + height + 2)


@lru_cache(maxsize=4)
def _hatch(height: float) -> Stamp:
    """What fills the bar of an area that was not assessed."""

    def draw(canvas: PaperCanvas) -> None:
        inside = canvas.beginPath()
        inside.rect(0, 0, BAR, height)
        canvas.clipPath(inside, stroke=0)
        canvas.stroke_with(LINE)
        canvas.setLineWidth(0.6)
        for offset in range(-10, int(BAR) + 10, 5):
            canvas.line(offset, 0, offset + height, height)

    return stamped(draw, BAR, height)


def _how_to_check(sheet: Sheet, content: CertificateContent, top: float) -> float:
    """Three steps side by side, each under a bar and a figure."""
    gap = 6 * MM
    width = (COLUMN - 2 * gap) / 3
    end = top
    for step in (1, 2, 3):
        start = SIDE + (step - 1) * (width + gap)
        with sheet.paper.decoration() as canvas:
            canvas.fill_with(PRIMARY)
            canvas.rect(sheet.left(start, width), HEIGHT - top - 2.4, width, 2.4, stroke=0, fill=1)
        figure = sheet.fixed(str(step), sheet.style(size=17, bold=True))
        y = sheet.write(figure, start, top + 2 * sheet.mm, width, colour=PRIMARY)
        values = {"host": content.host} if step == 2 else {}
        words = sheet.words(f"check_{step}", bold=tuple(values), ltr=tuple(values), **values)
        end = max(end, sheet.write(sheet.fixed(words, sheet.style(size=10.5), width), start, y, width))
    return end


def _foot(sheet: Sheet, content: CertificateContent) -> float:
    """Write the notes at the bottom, and whether somebody checked the words; return the y where they begin."""
    gap = 8 * MM
    width = (COLUMN - gap) / 2
    notes = [sheet.fixed(sheet.labels[label], sheet.style(size=8.5), width) for label in ("attached", "framework")]
    unchecked = None if content.reviewed else sheet.fixed(sheet.labels["unreviewed"], sheet.style(size=8.5), COLUMN)
    below = HEIGHT - 16 * MM - (unchecked.height + 1 * MM if unchecked else 0)
    top = below - max(note.height for note in notes)
    with sheet.paper.decoration() as canvas:
        canvas.fill_with(SUNK)
        canvas.rect(SIDE - 3 * MM, 12 * MM, COLUMN + 6 * MM, HEIGHT - top - 8 * MM, stroke=0, fill=1)
    for start, note in ((SIDE, notes[0]), (SIDE + width + gap, notes[1])):
        sheet.write(note, start, top, width, colour=INK2)
    if unchecked:
        sheet.write(unchecked, SIDE, below + 1 * MM, COLUMN, colour=INK2)
    return top - 4 * MM
