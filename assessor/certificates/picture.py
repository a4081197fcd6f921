"""Page 1 of a certificate as a picture, to keep on a phone and show.

PDFium draws the page, so the picture is the paper. It is not safe for several threads at once, so they take turns.
"""

import struct
import threading
import zlib

import pypdfium2

WIDTH = 1080  # pixels: as wide as a phone's screen, and every module of the symbol is 3 pixels or more

_PDFIUM = threading.Lock()
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def page_picture(pdf: bytes, width: int = WIDTH) -> bytes:
    """Draw page 1 of a PDF of ours as a PNG, `width` pixels wide. The same PDF gives the same bytes."""
    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            bitmap = page.render(scale=width / page.get_width(), rev_byteorder=True, prefer_bgrx=False)
            size, stride, channels = (bitmap.width, bitmap.height), bitmap.stride, bitmap.n_channels
            pixels = bytes(bitmap.buffer)
        finally:
            document.close()
    return _png(pixels, size, stride, channels)


def _png(pixels: bytes, size: tuple[int, int], stride: int, channels: int) -> bytes:
    """Rows of three bytes a pixel as a PNG (ISO/IEC 15948)."""
    width, height = size
    rows = b"".join(b"\0" + pixels[row * stride : row * stride + channels * width] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
