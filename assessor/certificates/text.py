"""Paragraphs of any script, from characters to placed glyph clusters.

Steps (spec pdf-text, section 1): isolate foreign values, order by UAX #9, choose a font per chunk, break
lines, shape every line with HarfBuzz, and put its runs in visual order. Nothing is drawn here.

    >>> paragraph = lay_out(fill("Issued {date}", date="12 November 2026"), "en", Style(size=10))
    >>> len(paragraph.lines), paragraph.text
    (1, 'Issued 12 November 2026')
"""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from string import Formatter

import uharfbuzz as hb

from assessor.certificates import bidi
from assessor.certificates.font_choice import (
    BIDI_CONTROLS,
    ISOLATE_STARTERS,
    JOINERS,
    NO_SCRIPT,
    CharacterNotDrawable,
    choose_faces,
    clean,
    scripts_and_isolates,
)
from assessor.certificates.fonts import Face, Role, chain

FSI, LRI, PDI = "\u2068", "\u2066", "\u2069"
RTL_LANGUAGES = frozenset({"ar", "fa", "ur", "ps", "he", "ckb", "sd", "ug", "dv", "yi"})

_WITHOUT_CONTROLS = {ord(character): None for character in BIDI_CONTROLS}
_WHOLE_ISOLATE = 28  # characters: a written date, a number, a host name


@dataclass(frozen=True)
class Style:
    """How a paragraph is set. `size` and `tracking` in points; `leading` multiplies the line height.

    `tracking` (letter-spacing) is ignored in lines of other scripts than Latin, Greek and Cyrillic: letters join there.
    """

    role: Role = "sans"
    size: float = 10.0
    bold: bool = False
    leading: float = 1.0
    tracking: float = 0.0


@dataclass(frozen=True)
class Span:
    """A piece of a paragraph; `bold` is added to the weight of the style."""

    text: str
    bold: bool = False


Text = str | tuple[Span, ...]
Glyph = tuple[int, int, int]  # glyph id, shift to the right, shift upward, in font units
Recipe = tuple[Glyph, ...]


@dataclass(frozen=True)
class Cluster:
    """The smallest shaped unit: what is drawn, which text it stands for, and its advance (font units).

    Equal keys are the same character of a font. They are short, because every letter is looked up by its key.
    """

    recipe: Recipe
    text: str
    advance: int
    key: tuple[Recipe | int, str]


@dataclass(frozen=True)
class Run:
    """Clusters of one face and direction, in visual order from left to right."""

    face: Face
    clusters: tuple[Cluster, ...]
    rtl: bool


@dataclass(frozen=True)
class Line:
    """A line ready to draw; lengths in points.

    `ascent` is the baseline's distance from the line's top, `tracking` what is added after every cluster.
    """

    runs: tuple[Run, ...]
    width: float
    ascent: float
    height: float
    tracking: float


@dataclass(frozen=True)
class Paragraph:
    """Laid out text. `text` is the logical string without controls; `ordered` says it needed UAX #9."""

    lines: tuple[Line, ...]
    text: str
    language: str
    rtl: bool
    ordered: bool
    style: Style

    @property
    def height(self) -> float:
        """Height of all lines, in points."""
        return sum(line.height for line in self.lines)

    @property
    def width(self) -> float:
        """Width of the widest line, in points."""
        return max((line.width for line in self.lines), default=0.0)


def is_rtl(language: str) -> bool:
    """Whether pages in this language run from right to left."""
    return language.partition("-")[0] in RTL_LANGUAGES


def isolated(value: str, *, ltr: bool = False) -> str:
    """Wrap a foreign value so that it cannot disturb its sentence; its own controls are dropped.

    `ltr` fixes the direction for numbers, codes and host names; otherwise the first strong letter decides.
    """
    return f"{LRI if ltr else FSI}{clean(value)}{PDI}"


def fill(template: str, *, bold: Collection[str] = (), ltr: Collection[str] = (), **values: str) -> tuple[Span, ...]:
    """Put isolated values into a translated sentence with `{name}` fields.

    `bold` and `ltr` name the fields to emphasise and those that always run left to right. A field that
    was not given raises KeyError.
    """
    spans: list[Span] = []
    for literal, field, _, _ in Formatter().parse(template):
        if literal:
            spans.append(Span(literal))
        if field is not None:
            spans.append(Span(isolated(values[field], ltr=field in ltr), bold=field in bold))
    return tuple(spans)


def lay_out(
    text: Text,
    language: str,
    style: Style,
    width: float | None = None,
    *,
    rtl: bool | None = None,
) -> Paragraph:
    """Order, shape and break one paragraph.

    `language` (BCP 47) chooses glyph forms and, unless `rtl` is given, the paragraph's direction. `width` in
    points; None sets one line. Raises `CharacterNotDrawable`.
    """
    spans = (Span(text),) if isinstance(text, str) else text
    spans = tuple(replace(span, text=unicodedata.normalize("NFC", span.text)) for span in spans)
    whole = "".join(span.text for span in spans)
    right_to_left = is_rtl(language) if rtl is None else rtl
    weights = [style.bold or span.bold for span in spans for _ in span.text]
    scripts, isolates = scripts_and_isolates(whole)
    prepared = _Prepared(
        text=whole,
        codes=[ord(character) for character in whole],
        levels=bidi.levels(whole, int(right_to_left)),
        faces=choose_faces(whole, scripts, isolates, weights, style.role, language),
        scripts=scripts,
        whole=_kept_whole(whole),
        language=language,
        base=int(right_to_left),
    )
    limits = [(0, len(whole))] if width is None else list(_break_lines(prepared, style, width))
    lines = tuple(_line(prepared, start, end, style) for start, end in limits)
    readable = whole.translate(_WITHOUT_CONTROLS)
    return Paragraph(lines, readable, language, right_to_left, readable != whole or any(prepared.levels), style)


@lru_cache(maxsize=2048)
def lay_out_fixed(text: Text, language: str, style: Style, width: float | None = None) -> Paragraph:
    """The same for texts that come again on many papers. Never for names: results are kept."""
    return lay_out(text, language, style, width)


def fit(
    text: Text,
    language: str,
    styles: Sequence[tuple[Style, int]],
    width: float,
    lay: Callable[[Text, str, Style, float], Paragraph] = lay_out,
) -> Paragraph:
    """Lay out with the first style that needs no more lines than it may; the last one is taken anyway.

    `lay` is `lay_out`, or `lay_out_fixed` for a text that comes again.
    """
    for style, most_lines in styles:
        paragraph = lay(text, language, style, width)
        if len(paragraph.lines) <= most_lines:
            break
    return paragraph


@dataclass(frozen=True)
class _Prepared:
    """A paragraph with what is known per character, before lines are broken."""

    text: str
    codes: list[int]
    levels: list[int]
    faces: list[Face]
    scripts: list[str]
    whole: list[bool]  # characters before which no line may break: dates, numbers, codes
    language: str
    base: int


def _kept_whole(text: str) -> list[bool]:
    """Mark the inside of short isolates, where a line is not broken."""
    result, opened = [False] * len(text), []
    for i, character in enumerate(text):
        if character in ISOLATE_STARTERS:
            opened.append(i)
        elif character == PDI and opened:
            start = opened.pop()
            if i - start <= _WHOLE_ISOLATE:
                result[start + 1 : i + 1] = [True] * (i - start)
    return result


def _break_lines(prepared: _Prepared, style: Style, width: float) -> Iterator[tuple[int, int]]:
    """Break after spaces and hyphens between letters; a word wider than the line is cut between letters."""
    text = prepared.text
    advances = _advances(prepared, style)
    start = 0
    while start < len(text):
        used, last_break, inner_break, i = 0.0, 0, 0, start
        while i < len(text):
            fits = used + advances[i] <= width or text[i].isspace()
            if not fits and i > start:
                break
            used += advances[i]
            i += 1
            if _may_break_before(text, i):
                inner_break = i
                if i == len(text) or not prepared.whole[i]:
                    last_break = i
        end = i if i == len(text) else (last_break or inner_break or _cut(text, advances, start, i))
        yield start, end
        start = end
    if not text:
        yield 0, 0


def _may_break_before(text: str, i: int) -> bool:
    if i >= len(text):
        return True
    if text[i - 1] in "-\u2010":
        return i > 1 and text[i - 2].isalpha() and text[i].isalpha()
    return text[i - 1] == " " and text[i] != " " and text[i] not in BIDI_CONTROLS - {FSI, LRI, "\u2067"}


def _cut(text: str, advances: Sequence[float], start: int, i: int) -> int:
    """The last place at or before `i` where a too long word may be cut: never inside a cluster."""
    for place in range(i, start + 1, -1):
        inside = unicodedata.category(text[place])[0] == "M" or text[place] in JOINERS or advances[place] == 0
        if not inside and text[place - 1] not in JOINERS:
            return place
    return i


def _advances(prepared: _Prepared, style: Style) -> list[float]:
    """Advance of every character, in points, a cluster's on its first character."""
    result = [0.0] * len(prepared.text)
    for start, end in _runs(prepared, 0, len(prepared.text), prepared.levels):
        face = prepared.faces[start]
        infos, positions = _shape(prepared, start, end, prepared.levels[start])
        for info, position in zip(infos, positions, strict=True):
            result[info.cluster] += position.x_advance * face.points(style.size)
    if style.tracking:
        result = [advance and advance + style.tracking for advance in result]
    return result


def _line(prepared: _Prepared, start: int, end: int, style: Style) -> Line:
    """Shape one line again, now that its ends are known, and put its runs in visual order."""
    while end > start and prepared.text[end - 1] == " ":
        end -= 1
    shown = bidi.reset_line_end(prepared.text[start:end], prepared.levels[start:end], prepared.base)
    line_levels = [*prepared.levels[:start], *shown]
    limits = list(_runs(prepared, start, end, line_levels))
    order = bidi.visual_order([line_levels[first] for first, _ in limits])
    runs = [_run(prepared, *limits[i], line_levels[limits[i][0]]) for i in order]
    runs = [run for run in runs if run.clusters]
    faces = [run.face for run in runs] or [chain(style.role, style.bold, "Latn")[0]]
    scale = style.size * style.leading
    height = max(face.line for face in faces) * scale
    ascent = max(face.ascent for face in faces) * style.size + (height - height / style.leading) / 2
    width = sum(c.advance * run.face.points(style.size) for run in runs for c in run.clusters)
    tracking = style.tracking if all(face.spaced for face in faces) else 0.0
    width += tracking * max(0, sum(len(run.clusters) for run in runs) - 1)
    return Line(tuple(runs), width, ascent, height, tracking)


def _runs(prepared: _Prepared, start: int, end: int, levels: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Limits of equal level, script and face."""
    first = start
    for i in range(start + 1, end + 1):
        if (
            i == end
            or levels[i] != levels[first]
            or prepared.faces[i] is not prepared.faces[first]
            or prepared.scripts[i] != prepared.scripts[first]
        ):
            yield first, i
            first = i


def _shape(prepared: _Prepared, start: int, end: int, level: int) -> tuple[list[hb.GlyphInfo], list[hb.GlyphPosition]]:
    """Shape one run with the whole paragraph as context, so that letters join over run borders."""
    buffer = hb.Buffer()
    buffer.add_codepoints(prepared.codes, start, end - start)
    buffer.direction = "rtl" if level % 2 else "ltr"
    script = prepared.scripts[start]
    buffer.script = "Latn" if script in NO_SCRIPT else script
    buffer.language = prepared.language
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    hb.shape(prepared.faces[start].font, buffer)
    return buffer.glyph_infos, buffer.glyph_positions


def _run(prepared: _Prepared, start: int, end: int, level: int) -> Run:
    infos, positions = _shape(prepared, start, end, level)
    starts = sorted({info.cluster for info in infos})
    following = dict(zip(starts, [*starts[1:], end], strict=True))
    clusters: list[Cluster] = []
    i = 0
    while i < len(infos):
        first, pen, glyphs = infos[i].cluster, 0, []
        while i < len(infos) and infos[i].cluster == first:
            position = positions[i]
            if infos[i].codepoint == 0:
                raise CharacterNotDrawable(prepared.text[first])
            glyphs.append((infos[i].codepoint, pen + position.x_offset, position.y_offset))
            pen += position.x_advance
            i += 1
        text = prepared.text[first : following[first]].translate(_WITHOUT_CONTROLS)
        if text:
            recipe = tuple(glyphs)
            plain = len(recipe) == 1 and glyphs[0][1:] == (0, 0)
            clusters.append(Cluster(recipe, text, pen, (glyphs[0][0] if plain else recipe, text)))
    return Run(prepared.faces[start], tuple(clusters), bool(level % 2))
