"""Helps pages place things: margins, mirroring, and sentences set in the certificate's language."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from assessor.certificates.colours import AMBER, INK
from assessor.certificates.paper import MM, Align, Paper, Scope
from assessor.certificates.text import Paragraph, Span, Style, Text, fill, fit, is_rtl, lay_out, lay_out_fixed


@dataclass(frozen=True)
class Sheet:
    """A paper, the language it speaks and its fixed words. Lengths in points from the top left."""

    paper: Paper
    language: str
    labels: Mapping[str, str]
    scale: float = 1.0  # of `style` and `mm`

    @property
    def mm(self) -> float:
        """A millimetre between texts of this scale, in points."""
        return MM * self.scale

    def style(self, size: float, bold: bool = False) -> Style:
        """Text to read, in points at scale 1."""
        return Style(size=size * self.scale, bold=bold)

    @property
    def rtl(self) -> bool:
        """Whether the page runs from right to left."""
        return is_rtl(self.language)

    def words(
        self, label: str, *, bold: Collection[str] = (), ltr: Collection[str] = (), **values: str
    ) -> tuple[Span, ...]:
        """The fixed words of `label` with isolated values."""
        return fill(self.labels[label], bold=bold, ltr=ltr, **values)

    def lay_out(self, text: Text, style: Style, width: float | None = None) -> Paragraph:
        """Lay out what belongs to one person, in the page's language."""
        return lay_out(text, self.language, style, width)

    def fixed(self, text: Text, style: Style, width: float | None = None) -> Paragraph:
        """Lay out what stands on many papers, such as words of the template or the issuer; it is remembered."""
        return lay_out_fixed(text, self.language, style, width)

    def fit(self, text: Text, styles: Sequence[tuple[Style, int]], width: float) -> Paragraph:
        """Lay out what belongs to one person with the first of `styles` that keeps to its number of lines."""
        return fit(text, self.language, styles, width)

    def fit_fixed(self, text: Text, styles: Sequence[tuple[Style, int]], width: float) -> Paragraph:
        """The same for what stands on many papers; it is remembered."""
        return fit(text, self.language, styles, width, lay_out_fixed)

    def left(self, start: float, width: float) -> float:
        """The left edge of a box that begins `start` from the side where reading starts."""
        return self.paper.width - start - width if self.rtl else start

    def write(
        self,
        paragraph: Paragraph,
        start: float,
        top: float,
        width: float,
        *,
        align: Align = "start",
        colour: str = INK,
        role: str = "P",
        scope: Scope = "Row",
    ) -> float:
        """Write a paragraph into a box that begins `start` from the reading side; return the y below."""
        x = self.left(start, width)
        return self.paper.write(paragraph, x, top, width=width, align=align, colour=colour, role=role, scope=scope)

    def demonstration_mark(self, top: float) -> None:
        """Say on the paper that it is not a real certificate, in words that survive grey."""
        paragraph = self.fixed(self.labels["demonstration"], Style(size=9.5, bold=True))
        width, height = paragraph.width + 20, paragraph.height + 5
        page = self.paper
        with page.decoration() as canvas:
            canvas.fill_with(AMBER)
            canvas.stroke_with(INK)
            canvas.setLineWidth(1)
            canvas.setDash([4, 3])
            canvas.roundRect((page.width - width) / 2, page.height - top - height, width, height, 4, fill=1)
        self.write(paragraph, 0, top + 2.5, page.width, align="centre")
