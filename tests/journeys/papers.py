"""What a camera sees on a printed page."""

from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image

DPI = 200


def pictures(pdf: bytes, dpi: int = DPI) -> list[Image.Image]:
    """The pages of a PDF as pictures."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil() for page in document]
    finally:
        document.close()


def codes(pdf: bytes) -> list[str]:
    """The texts of the QR codes on all pages, row by row."""
    found = []
    for page in pictures(pdf):
        seen = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
        # rows are further apart than 20 mm, so rounding to them keeps a row together
        row = DPI * 20 / 25.4
        seen.sort(key=lambda code: (round(code.position.top_left.y / row), code.position.top_left.x))
        found += [str(code.text) for code in seen]
    return found


def save_small(picture: Image.Image, path: Path, most_bytes: int) -> None:
    """Save as a PNG with a palette, made smaller until it has at most so many bytes."""
    shown = picture.convert("RGB")
    for colours in (256, 128, 64, 32):
        shown.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= most_bytes:
            return
    raise ValueError(f"{path.name} has {path.stat().st_size} bytes, more than {most_bytes}")
