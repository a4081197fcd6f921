"""A document of pages: text in every script, tags for assistive technology, reproducible bytes.

Coordinates are points from the top left corner, y downward, as in the pictures of the design; only what is drawn
on the canvas itself counts upward. What is text is tagged as a structure element in drawing order, inside the `part`
that is open; everything else is an artifact, except a `figure` with a text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from pikepdf import Dictionary, Name

from assessor.certificates.canvas import PaperCanvas, Size
from assessor.certificates.cluster_font import ClusterFonts
from assessor.certificates.colours import INK
from assessor.certificates.finishing import Attachment, Description, Element, Entries, finished
from assessor.certificates.seal import Seal
from assessor.certificates.text import Paragraph

MM = 72 / 25.4
A4 = WIDTH, HEIGHT = 595.276, 841.890

Align = Literal["start", "centre", "end", "left", "right"]
Scope = Literal["Row", "Column"]


class Paper:
    """Draws pages and remembers their structure; `finish` gives the bytes.

    `created` (aware) is written as the document's date: the clock is never read. Pages have the size of the first
    unless `next_page` says otherwise, in points.
    """

    def __init__(self, *, title: str, author: str, language: str, created: datetime, size: Size = A4) -> None:
        self._about = Description(title, author, language, created)
        self._canvas = PaperCanvas(size)
        self._fonts = ClusterFonts(self._canvas)
        self._document = Element("Document")
        self._open = [self._document]
        self._size, self._page, self._marked = size, 0, 0

    @property
    def width(self) -> float:
        """Width of the page, in points."""
        return self._size[0]

    @property
    def height(self) -> float:
        """Height of the page, in points."""
        return self._size[1]

    def next_page(self, size: Size | None = None) -> None:
        """End this page and begin another."""
        self._canvas.next_page(size)
        self._size = size or self._size
        self._page += 1
        self._marked = 0

    def write(
        self,
        paragraph: Paragraph,
        x: float,
        top: float,
        *,
        width: float = 0.0,
        align: Align = "start",
        colour: str = INK,
        role: str = "P",
        scope: Scope = "Row",
    ) -> float:
        """Draw a paragraph whose box begins at `x`, `top`; return the y below it.

        `start` and `end` follow the paragraph's direction inside `width`; `left` and `right` do not. The role
        `Artifact` is for words that say again what was said, and is skipped by assistive technology. `scope`: what a
        header of a table (`TH`) is the head of.
        """
        side = {
            "start": "right" if paragraph.rtl else "left",
            "end": "left" if paragraph.rtl else "right",
        }.get(align, align)
        entries = self._spoken(paragraph.language)
        if paragraph.ordered or len(paragraph.lines) > 1:  # spaces at line ends are not drawn
            entries["/ActualText"] = paragraph.text
        if role == "TH":
            entries["/A"] = Dictionary(O=Name.Table, Scope=Name(f"/{scope}"))
        with self.decoration() if role == "Artifact" else self._tagged(role, entries) as canvas:
            canvas.fill_with(colour)
            for line in paragraph.lines:
                spare = width - line.width
                left = x + {"left": 0.0, "right": spare, "centre": spare / 2}[side]
                self._fonts.draw(line, left, self.height - top - line.ascent, paragraph.style)
                top += line.height
        return top

    @contextmanager
    def part(self, role: str) -> Iterator[None]:
        """What is written inside belongs together, as a list (`L` of `LI`) or a table (`Table` of `TR`)."""
        element = Element(role)
        self._open[-1].parts.append(element)
        self._open.append(element)
        yield
        self._open.pop()

    @contextmanager
    def figure(self, alternative: str, language: str, box: tuple[float, float, float, float]) -> Iterator[PaperCanvas]:
        """Whatever is drawn inside is a picture that reads as `alternative`; `box` is left, bottom, right, top."""
        place = Dictionary(O=Name.Layout, Placement=Name.Block, BBox=[round(number, 2) for number in box])
        with self._tagged("Figure", {**self._spoken(language), "/Alt": alternative, "/A": place}) as canvas:
            canvas.saveState()
            yield canvas
            canvas.restoreState()

    @contextmanager
    def decoration(self) -> Iterator[PaperCanvas]:
        """Whatever is drawn inside is skipped by assistive technology."""
        self._canvas.addLiteral("/Artifact BMC")
        self._canvas.saveState()
        yield self._canvas
        self._canvas.restoreState()
        self._canvas.addLiteral("EMC")

    def finish(self, attachment: Attachment | None = None, seal: Seal | None = None) -> bytes:
        """End the last page and return the tagged PDF. The same drawing gives the same bytes."""
        self._canvas.next_page()
        with self._canvas.document() as pdf:
            return finished(pdf, self._about, self._document, attachment, seal)

    @contextmanager
    def _tagged(self, role: str, entries: Entries) -> Iterator[PaperCanvas]:
        self._open[-1].parts.append(Element(role, entries, (self._page, self._marked)))
        self._canvas.addLiteral(f"/{role} <</MCID {self._marked}>> BDC")
        self._marked += 1
        yield self._canvas
        self._canvas.addLiteral("EMC")

    def _spoken(self, language: str) -> Entries:
        """The language of an element, where it is not the document's."""
        return {} if language == self._about.language else {"/Lang": language}
