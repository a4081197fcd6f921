"""Reads QR codes in pictures, as a phone does."""

from typing import Any

import zxingcpp


def qr_codes(picture: Any) -> list[Any]:
    """Every QR code in a picture of Pillow or numpy. Only these: of other kinds, a reader sees one now and then."""
    return list(zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)))
