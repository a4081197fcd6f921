"""reportlab's canvas for pages that pikepdf writes: with fonts of our own, and drawings that stand in a file once.

    stamp = stamped(draw, 40, 20)  # once per process
    canvas.place(stamp, 100, 700)
    canvas.next_page()
    with canvas.document() as pdf: ...

reportlab writes the operators of a page; what reportlab would make of them is never saved. This is the only file that
touches what reportlab keeps to itself (`_make_preamble`, `_preamble`, `_startPage`); reportlab is pinned because of it.
Operators without a method go through its `addLiteral`.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

from assessor.certificates.colours import paint

Size = tuple[float, float]  # points
#: Writes a font into a document and gives its dictionary.
WriteFont = Callable[[pikepdf.Pdf], Dictionary]


@dataclass(frozen=True, eq=False)
class Stamp:
    """A drawing to place again and again: its code, and the box from its origin, in points."""

    code: str
    width: float
    height: float

    @cached_property
    def deflated(self) -> bytes:
        """The code as it stands in the file."""
        return zlib.compress(self.code.encode("ascii"))

    def write(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """The drawing as a form of this document (PDF 32000-1, 8.10)."""
        return pdf.make_stream(
            self.deflated,
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, self.width, self.height]),
            Resources=Dictionary(),
            Filter=Name.FlateDecode,
        )


class PaperCanvas(Canvas):
    """Pages of a document that begins without a font. Coordinates in points, y upward."""

    def __init__(self, size: Size) -> None:
        super().__init__(BytesIO(), pagesize=size, pageCompression=0)
        self._size = size
        self._pages: list[tuple[str, Size]] = []
        self._stamps: dict[Stamp, str] = {}
        self._fonts: dict[str, WriteFont] = {}

    def fill_with(self, colour: str) -> None:
        """Fill what comes in this colour (`#rrggbb`). As an operator: reportlab formats each part of it anew."""
        self.addLiteral(f"{paint(colour)} rg")

    def stroke_with(self, colour: str) -> None:
        """Draw the lines that come in this colour (`#rrggbb`)."""
        self.addLiteral(f"{paint(colour)} RG")

    def place(self, stamp: Stamp, x: float, y: float) -> None:
        """Draw a stamp with its origin at `x`, `y`."""
        name = self._stamps.setdefault(stamp, f"Stamp{len(self._stamps) + 1}")
        self.addLiteral(f"q 1 0 0 1 {x:.3f} {y:.3f} cm /{name} Do Q")

    def add_font(self, name: str, write: WriteFont) -> None:
        """Have a font written with the document; pages call it `name`."""
        self._fonts[name] = write

    def next_page(self, size: Size | None = None) -> None:
        """End this page and begin another, of the same size unless one is given."""
        canvas: Any = self
        self._pages.append((canvas.getCurrentPageContent(), self._size))
        canvas._startPage()
        self._size = size or self._size

    def document(self) -> pikepdf.Pdf:
        """The pages that are ended, as a document that whoever asks for it closes."""
        pdf = pikepdf.new()
        fonts = {f"/{name}": pdf.make_indirect(write(pdf)) for name, write in self._fonts.items()}
        forms = {f"/{name}": stamp.write(pdf) for stamp, name in self._stamps.items()}
        resources = pdf.make_indirect(Dictionary(Font=Dictionary(fonts), XObject=Dictionary(forms)))
        for code, (width, height) in self._pages:
            page = Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, width, height]),
                Contents=pdf.make_stream(code.encode("ascii")),
                Resources=resources,
            )
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        return pdf

    def _make_preamble(self) -> None:
        self._preamble = ""  # reportlab's own would name a Helvetica that is not embedded


def stamped(draw: Callable[[PaperCanvas], None], width: float, height: float) -> Stamp:
    """What `draw` draws on an empty canvas, as a stamp of this size in points."""
    canvas = PaperCanvas((width, height))
    draw(canvas)
    return Stamp(canvas.getCurrentPageContent(), width, height)
