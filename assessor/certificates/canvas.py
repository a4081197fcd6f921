"""reportlab's canvas with the two things it lacks: fonts of our own, and forms that are drawn once for all documents.

    stamp = stamped(draw, 40, 20)  # once per process
    canvas.place(stamp, 100, 700)

This is the only file that touches what reportlab keeps to itself (`_doc`, `_make_preamble`, `delayedFonts`,
`BasicFonts`); reportlab is pinned because of it. Operators without a method go through its `addLiteral`.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFObject, PDFStream
from reportlab.pdfgen.canvas import Canvas

#: Makes an object one of the document's own, and gives the reference to it.
Refer = Callable[[PDFObject], PDFObject]


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


class PaperCanvas(Canvas):
    """A canvas that begins without a font. Coordinates in points, y upward."""

    def __init__(self, file: BytesIO, size: tuple[float, float]) -> None:
        super().__init__(file, pagesize=size, pageCompression=0, invariant=1, pdfVersion=(1, 7))
        canvas: Any = self
        self._document = canvas._doc
        self._stamps: dict[Stamp, str] = {}

    def place(self, stamp: Stamp, x: float, y: float) -> None:
        """Draw a stamp with its origin at `x`, `y`."""
        name = self._stamps.get(stamp)
        if name is None:
            name = self._stamps[stamp] = f"Stamp{len(self._stamps) + 1}"
            self._document.addForm(name, _form(stamp))
        self.saveState()
        self.translate(x, y)
        self.doForm(name)
        self.restoreState()

    def add_font(self, name: str, write: Callable[[Refer], PDFDictionary]) -> None:
        """Have a font written when the document is saved; pages call it `name`."""
        self._document.delayedFonts.append(_LateFont(name, write))

    def _make_preamble(self) -> None:
        self._preamble = "1 0 0 1 0 0 cm"  # reportlab's own would name a Helvetica that is not embedded


def stamped(draw: Callable[[PaperCanvas], None], width: float, height: float) -> Stamp:
    """What `draw` draws on an empty canvas, as a stamp of this size in points."""
    canvas = PaperCanvas(BytesIO(), (width, height))
    draw(canvas)
    return Stamp(canvas.getCurrentPageContent(), width, height)


def _form(stamp: Stamp) -> PDFStream:
    entries = {
        "Type": "/XObject",
        "Subtype": "/Form",
        "BBox": PDFArray([0, 0, stamp.width, stamp.height]),
        "Resources": PDFDictionary(),
        "Filter": "/FlateDecode",
    }
    return PDFStream(PDFDictionary(entries), stamp.deflated)


@dataclass(frozen=True)
class _LateFont:
    name: str
    write: Callable[[Refer], PDFDictionary]

    def addObjects(self, document: Any) -> None:  # noqa: N802, the name reportlab calls on `delayedFonts`
        """Write the font into the resources of all pages."""
        fonts = document.idToObject["BasicFonts"].dict
        fonts[self.name] = document.Reference(self.write(document.Reference))
