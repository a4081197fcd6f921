"""A document of A4 pages: text in every script, tags for assistive technology, reproducible bytes.

Coordinates are points from the top left corner, y downward, as in the pictures of the design. What is text is
tagged as a structure element in drawing order; everything else is an artifact, except a `figure` with a text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

from assessor.certificates.cluster_font import ClusterFonts, write_code
from assessor.certificates.colours import INK, paint
from assessor.certificates.text import Paragraph

WIDTH, HEIGHT = 595.276, 841.890
MM = 72 / 25.4

Align = Literal["start", "centre", "end", "left", "right"]


@dataclass(frozen=True)
class Element:
    """One structure element: its page (from 0), marked content id, role and what readers should say."""

    page: int
    mcid: int
    role: str
    language: str
    actual_text: str | None = None
    alternative: str | None = None


class Paper:
    """Draws pages and remembers their structure; `finish` gives the bytes.

    `created` (aware) is written as the document's date: the clock is never read.
    """

    def __init__(self, *, title: str, author: str, language: str, created: datetime) -> None:
        self._buffer = BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=(WIDTH, HEIGHT), pageCompression=0, invariant=1)
        self._fonts = ClusterFonts(self.canvas)
        self._title, self._author, self._language, self._created = title, author, language, created
        self._elements: list[Element] = []
        self._page = 0
        self._mcid = 0

    def next_page(self) -> None:
        """End this page and begin another."""
        self.canvas.showPage()
        self._page += 1
        self._mcid = 0

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
    ) -> float:
        """Draw a paragraph whose box begins at `x`, `top`; return the y below it.

        `start` and `end` follow the paragraph's direction inside `width`; `left` and `right` do not.
        """
        side = {
            "start": "right" if paragraph.rtl else "left",
            "end": "left" if paragraph.rtl else "right",
        }.get(align, align)
        actual = paragraph.text if paragraph.ordered else None
        with self._tagged(role, paragraph.language, actual_text=actual):
            self.canvas.setFillColor(paint(colour))
            for line in paragraph.lines:
                spare = width - line.width
                left = x + {"left": 0.0, "right": spare, "centre": spare / 2}[side]
                self._fonts.draw(line, left, HEIGHT - top - line.ascent, paragraph.style)
                top += line.height
        return top

    @contextmanager
    def figure(self, alternative: str, language: str) -> Iterator[Canvas]:
        """Whatever is drawn inside is a picture that reads as `alternative`."""
        with self._tagged("Figure", language, alternative=alternative):
            self.canvas.saveState()
            yield self.canvas
            self.canvas.restoreState()

    @contextmanager
    def decoration(self) -> Iterator[Canvas]:
        """Whatever is drawn inside is skipped by assistive technology."""
        write_code(self.canvas, "/Artifact BMC")
        self.canvas.saveState()
        yield self.canvas
        self.canvas.restoreState()
        write_code(self.canvas, "EMC")

    def finish(self) -> bytes:
        """Return the tagged PDF; the same drawing gives the same bytes."""
        self.canvas.showPage()
        self.canvas.save()
        with pikepdf.open(BytesIO(self._buffer.getvalue())) as pdf:
            self._describe(pdf)
            _add_structure(pdf, self._elements, self._language)
            output = BytesIO()
            pdf.save(
                output,
                compress_streams=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
            )
        return output.getvalue()

    @contextmanager
    def _tagged(
        self, role: str, language: str, *, actual_text: str | None = None, alternative: str | None = None
    ) -> Iterator[None]:
        self._elements.append(Element(self._page, self._mcid, role, language, actual_text, alternative))
        write_code(self.canvas, f"/{role} <</MCID {self._mcid}>> BDC")
        self._mcid += 1
        yield
        write_code(self.canvas, "EMC")

    def _describe(self, pdf: pikepdf.Pdf) -> None:
        stamp = pdf_date(self._created)
        del pdf.docinfo
        pdf.docinfo = pdf.make_indirect(
            Dictionary(Title=self._title, Author=self._author, Producer="Assessor", CreationDate=stamp, ModDate=stamp)
        )


def pdf_date(moment: datetime) -> str:
    """Format an aware time as a PDF date in UTC."""
    return moment.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")


def _add_structure(pdf: pikepdf.Pdf, elements: list[Element], language: str) -> None:
    """Write the structure tree, parent tree and catalogue entries of a tagged document (PDF 32000-1, 14.7).

    The reading direction is left unset: with R2L one common reader turns every Latin line round.
    """
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root))
    kids, parents = Array(), [Array() for _ in pdf.pages]
    for element in elements:
        entry = Dictionary(
            Type=Name.StructElem,
            S=Name("/" + element.role),
            P=document,
            Pg=pdf.pages[element.page].obj,
            K=element.mcid,
            Lang=element.language,
        )
        if element.actual_text is not None:
            entry.ActualText = element.actual_text
        if element.alternative is not None:
            entry.Alt = element.alternative
        kid = pdf.make_indirect(entry)
        kids.append(kid)
        parents[element.page].append(kid)
    document.K = kids
    root.K = document
    numbers = Array()
    for number, (page, list_) in enumerate(zip(pdf.pages, parents, strict=True)):
        numbers.append(number)
        numbers.append(pdf.make_indirect(list_))
        page.obj.StructParents = number
        page.obj.Tabs = Name.S
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
    root.ParentTreeNextKey = len(parents)
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = language
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
