"""The certificate as a camera has it in front of it: paper on a desk, the code near the middle of the frame."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pypdfium2
import zxingcpp

from assessor.certificates import cose, qr
from assessor.certificates.pdf import certificate_pdf
from assessor.certificates.summary import Conditions, Device
from tests.unit.certificates.samples import certificate
from tests.unit.certificates.trusted import CERTIFICATE, PREFIX, summary

Pixels: TypeAlias = npt.NDArray[np.float32]
"""Rows of light, 0.0 black to 1.0 white."""

SIDE = 1080  # pixels: what a reader looks at in a frame of 1920 × 1080 is the square in its middle
DESK = 0.35  # light of what lies around the paper
RESOLUTIONS = (150, 300)  # pixels an inch of paper: the phone held further away, and nearer
MM_AN_INCH = 25.4
NAME = "عبد الرحمن محمود الحسيني عبد العزيز"  # 65 bytes: a row of the table of sizes in spec/qr.md


@dataclass(frozen=True)
class Frame:
    """What one step of a degradation gets: the picture so far, its scale, and dice of its own."""

    pixels: Pixels
    per_mm: float
    dice: np.random.Generator

    @property
    def places(self) -> tuple[Pixels, Pixels]:
        """Row and column of every pixel, from the middle, in millimetres."""
        height, width = self.pixels.shape
        rows, columns = np.indices((height, width), dtype=np.float32)
        return (rows - height / 2) / np.float32(self.per_mm), (columns - width / 2) / np.float32(self.per_mm)


@lru_cache(maxsize=1)
def printed_text() -> str:
    """The text of the code: a long Arabic name, five areas, a title of 29 bytes; 65 modules (version 12)."""
    said = summary(
        name=NAME,
        second_spelling=None,
        title="Digital skills: kitchen works",
        area_scores=(34, 41, 22, 46, 58),
        conditions=Conditions(14, Device.PHONE, supervised=True, home_language_help=True),
    )
    return qr.symbol_text(PREFIX, qr.sign_summary(said, CERTIFICATE))


@lru_cache(maxsize=1)
def paper() -> bytes:
    """The certificate with that code, as PDF: 45 mm, 0.69 mm a module."""
    symbol = qr.symbol(printed_text())
    assert len(symbol) == 65
    assert len(qr.read_text(printed_text()).cose) > cose.ENVELOPE_BYTES + 149
    return certificate_pdf(certificate("ar", holder=NAME, second_spelling=None, symbol=symbol))


@lru_cache(maxsize=2)
def clean(dpi: int) -> Pixels:
    """The middle of the frame, as if paper, light and camera were perfect."""
    document = pypdfium2.PdfDocument(paper())
    page = np.asarray(document[0].render(scale=dpi / 72, grayscale=True).to_pil(), dtype=np.float32) / 255
    document.close()
    (found,) = zxingcpp.read_barcodes(np.round(page * 255).astype(np.uint8))
    corners = (found.position.top_left, found.position.bottom_right)
    row, column = (sum(corner.y for corner in corners) // 2, sum(corner.x for corner in corners) // 2)
    desk = np.pad(page, SIDE, constant_values=DESK)  # the corner of the cut lies SIDE / 2 above and left of the code
    top, left = row + SIDE // 2, column + SIDE // 2
    return np.ascontiguousarray(desk[top : top + SIDE, left : left + SIDE])
