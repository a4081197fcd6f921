"""The parts of page 1 that a layout puts into its columns: each becomes a block with a height and a way to draw it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assessor.certificates import layout
from assessor.certificates.certificate import CertificateContent
from assessor.certificates.colours import LINE
from assessor.certificates.font_choice import drawable
from assessor.certificates.layout import Align, Part
from assessor.certificates.paper import MM
from assessor.certificates.sheet import Sheet
from assessor.certificates.stitches import HOLLOW_LOZENGE, LOZENGE, draw_sign
from assessor.certificates.text import Paragraph, Style, isolated

_NAME_SHRINKS = {1: (1.0, 0.9, 0.8, 0.7, 0.625), 2: (0.625, 0.55, 0.475), 3: (0.4,)}
_TWO_LINES_SHRINK = {2: (1.0, 0.9, 0.8, 0.7, 0.6), 3: (0.5, 0.4)}
_RULE = 96 * MM
EMBLEM = layout.EMBLEM * MM
_BESIDE_EMBLEMS = frozenset({"issuer", "project", "partners"})


@dataclass(frozen=True)
class Block:
    """A part of a column, ready: its height, what draws it at a top, and its share of the spare room above it."""

    height: float
    draw: Callable[[float], object]
    gap: float
    least: float


@dataclass(frozen=True)
class Place:
    """Where a column stands: its start and width in points, how its lines stand, and the scale of its texts."""

    sheet: Sheet
    content: CertificateContent
    start: float
    width: float
    align: Align
    colours: Mapping[str, str]
    k: float

    def style(self, part: Part, size: float | None = None) -> Style:
        """The style of a part at this scale; `size` instead of its own."""
        return Style(part.font, (size or part.size) * self.k, part.bold, tracking=part.tracking)

    def block(self, part: Part, paragraph: Paragraph) -> Block:
        """A paragraph as a block."""

        def draw(y: float) -> float:
            colour = self.colours[part.colour]
            return self.sheet.write(
                paragraph, self.start, y, self.width, align=self.align, colour=colour, role=part.role
            )

        return Block(paragraph.height, draw, part.gap, part.least)

    @property
    def beside_emblems(self) -> float:
        """The width that the emblems leave: both sides of a middle column, one side of others."""
        layout = self.content.layout
        shown = min(len(self.content.emblems), len(layout.emblems))
        return self.width - (EMBLEM + 3 * MM) * ((2 * bool(shown)) if self.align == "centre" else shown)

    def offset(self, width: float) -> float:
        """Where something of this width starts inside the column."""
        return self.start + {"start": 0.0, "centre": 0.5, "end": 1.0}[self.align] * (self.width - width)


def block_of(part: Part, place: Place, name_size: float) -> Block | None:
    """The block of a part other than `holder`, None when this certificate has nothing to say there.

    `name_size` is the size of the holder's name, in points: the second spelling is at least 60 % of it.
    """
    if part.part == "rule":
        return _rule(part, place)
    if part.part == "bands":
        return _bands(part, place)
    if part.part == "tasks":
        return _tasks(part, place) if place.content.tasks else None
    if part.part == "second_spelling":
        return _second_spelling(part, place, name_size) if place.content.second_spelling else None
    paragraph = _words(part, place)
    return place.block(part, paragraph) if paragraph else None


def holder(part: Part, place: Place) -> Paragraph:
    """The name as large as it fits: first on the lines the part allows, then smaller on more."""
    shrinks = _NAME_SHRINKS if part.lines == 1 else _TWO_LINES_SHRINK
    styles = [
        (Style(part.font, part.size * shrink * place.k, part.bold, leading=0.95), lines)
        for lines, steps in shrinks.items()
        for shrink in steps
    ]
    return place.sheet.fit(isolated(drawable(place.content.holder)), styles, place.width)


def _second_spelling(part: Part, place: Place, name_size: float) -> Block:
    style = Style(part.font, max(part.size * place.k, 0.6 * name_size), part.bold)
    return place.block(
        part, place.sheet.lay_out(isolated(drawable(place.content.second_spelling or "")), style, place.width)
    )


def _words(part: Part, place: Place) -> Paragraph | None:
    """Parts that are one sentence, the same on many papers."""
    sheet, content, labels = place.sheet, place.content, place.sheet.labels
    style, width = place.style(part), place.beside_emblems if part.part in _BESIDE_EMBLEMS else place.width
    if part.part == "title":
        one_line = [(place.style(part, part.size * shrink), 1) for shrink in (1.0, 0.92, 0.85, 0.77)]
        return sheet.fit_fixed(isolated(content.title), [*one_line, (place.style(part, part.size * 0.7), 3)], width)
    if part.part == "shown":
        return sheet.fixed(sheet.words("shown", date=content.issued), style, 0.78 * width)
    if part.part in ("tested", "issued", "valid_until"):
        date = content.valid_until if part.part == "valid_until" else content.issued
        return sheet.fixed(sheet.words(part.part, bold=("date",), date=date), style, width) if date else None
    if part.part == "partners":
        return (
            sheet.fixed(sheet.words("partners", list=drawable(content.partners)), style, width)
            if content.partners
            else None
        )
    if part.part == "level":
        if content.band is None:
            return None
        return sheet.fixed(
            sheet.words("level", band=labels[f"band_{content.band}"], level=str(content.level)), style, width
        )
    text = {
        "issuer": drawable(content.issuer),
        "project": drawable(content.project or ""),
        "conditions": content.conditions,
    }.get(part.part, labels.get(part.part, ""))
    return sheet.fixed(text, style, width) if text else None


def _rule(part: Part, place: Place) -> Block:
    width = min(_RULE, place.width)

    def draw(y: float) -> None:
        x, paper = place.sheet.left(place.offset(width), width), place.sheet.paper
        with paper.decoration() as canvas:
            canvas.stroke_with(place.colours["rule"])
            canvas.setLineWidth(1)
            canvas.line(x, paper.height - y, x + width, paper.height - y)

    return Block(1, draw, part.gap, part.least)


def _bands(part: Part, place: Place) -> Block | None:
    """Four lozenges with their words; the reached ones are filled and the awarded one is bold.

    They show what `level` says, so they are decoration to assistive technology.
    """
    sheet, band, labels = place.sheet, place.content.band, place.sheet.labels
    if band is None:
        return None
    side, size = 2 * part.size * place.k, part.size * place.k
    names = [sheet.fixed(labels[f"band_{i}"], Style(size=size, bold=i == band)) for i in range(1, 5)]
    boxes = [max(name.width, side) for name in names]
    between = min(2.1 * size, (place.width - sum(boxes)) / 3)

    def draw(y: float) -> None:
        start = place.offset(sum(boxes) + 3 * between)
        for i, (name, width) in enumerate(zip(names, boxes, strict=True), start=1):
            x = sheet.left(start, width)
            middle = x + (width - side) / 2 if place.align == "centre" else sheet.left(start, side)
            with sheet.paper.decoration() as canvas:
                form, colour = (LOZENGE, place.colours["accent"]) if i <= band else (HOLLOW_LOZENGE, LINE)
                draw_sign(canvas, form, colour, middle, sheet.paper.height - y - side, side)
            align: Align = "centre" if place.align == "centre" else "start"
            colour = place.colours["text" if i == band else "quiet"]
            sheet.paper.write(name, x, y + side + 3, width=width, align=align, colour=colour, role="Artifact")
            start += width + between

    return Block(side + 3 + max(name.height for name in names), draw, part.gap, part.least)


def _tasks(part: Part, place: Place) -> Block:
    """What the person can do at work: a heading and a list; in the middle only as wide as its longest line."""
    sheet, k, size = place.sheet, place.k, part.size * place.k
    bullet, step = 0.76 * size, (0.75 * size if part.rules else 1.5 * k)
    indent = bullet + 0.67 * size
    heading = sheet.fixed(sheet.labels["can_do"], Style(size=size, bold=True))
    lines = [sheet.fixed(task, Style(size=size), place.width - indent) for task in place.content.tasks]
    widest = max(heading.width, indent + max(line.width for line in lines)) + 1
    width = min(place.width, widest) if place.align == "centre" else place.width
    height = heading.height + 1 + sum(line.height + step for line in lines)

    def draw(y: float) -> None:
        start, paper = place.offset(width), sheet.paper
        y = sheet.write(heading, start, y, width, colour=place.colours["accent"], role="H3") + 1
        with paper.part("L"):
            for line in lines:
                with paper.decoration() as canvas:
                    if part.rules:
                        canvas.stroke_with(place.colours["rule"])
                        canvas.setLineWidth(0.6)
                        x = sheet.left(start, width)
                        canvas.line(x, paper.height - y - step / 2, x + width, paper.height - y - step / 2)
                    middle = paper.height - (y + step + line.lines[0].ascent - 0.36 * size)
                    draw_sign(
                        canvas, LOZENGE, place.colours["accent"], sheet.left(start, bullet), middle - bullet / 2, bullet
                    )
                with paper.part("LI"):
                    y = sheet.write(line, start + indent, y + step, width - indent, role="LBody")

    return Block(height, draw, part.gap, part.least)
