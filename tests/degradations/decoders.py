"""Readers of QR codes: zxing-cpp, which phones and our scanner have, and zbar where it is installed (`libzbar0`)."""

import importlib
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import zxingcpp

Gray: TypeAlias = npt.NDArray[np.uint8]
Reader: TypeAlias = Callable[[Gray], list[bytes]]
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


class NoZbar(RuntimeError):
    """zbar is not installed; the message says what to install."""


def zxing(frame: Gray) -> list[bytes]:
    """What zxing-cpp reads, as it comes: no second try, no preparation."""
    return [bytes(found.bytes) for found in zxingcpp.read_barcodes(frame, formats=_QR)]


def zbar() -> Reader:
    """The reader of zbar. Raises `NoZbar`."""
    try:
        pyzbar = importlib.import_module("pyzbar.pyzbar")
    except ImportError as missing:
        raise NoZbar("zbar is not installed: pip install pyzbar, and apt-get install libzbar0") from missing

    def read(frame: Gray) -> list[bytes]:
        found = pyzbar.decode((frame.tobytes(), frame.shape[1], frame.shape[0]), symbols=[pyzbar.ZBarSymbol.QRCODE])
        return [bytes(one.data) for one in found]

    return read
