"""The matrix of a QR symbol: the smallest version that holds the data, and the best of the eight masks.

`qrcode` encodes and draws; only the best mask is found here, because `qrcode` draws and judges the symbol eight times,
module by module, and that costs more than the rest of a certificate. A mask inverts the same modules whatever the
data, so one symbol gives the other seven, and the penalties (ISO/IEC 18004, 7.8.3) are sums over arrays. The result
is `qrcode`'s own, module for module.

    matrix([QRData(b"https://v.example/c#1.", mode=MODE_8BIT_BYTE), QRData(b"0123", mode=MODE_NUMBER)])
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import QRData

MASKS = 8
Modules = NDArray[np.bool_]

_FINDER = (True, False, True, True, True, False, True, False, False, False, False)
_RUN_POINTS, _BLOCK_POINTS, _FINDER_POINTS, _SHARE_POINTS = 3, 3, 40, 10


def matrix(segments: Sequence[QRData]) -> tuple[tuple[bool, ...], ...]:
    """The modules of a symbol of level M, row by row, True for dark, without the quiet zone.

    Raises ValueError when no version is large enough.
    """
    version = _version(tuple((segment.mode, len(segment)) for segment in segments))
    code = _code(segments, version)
    code.make(fit=False)
    drawn = np.array(code.modules, dtype=bool)
    judged, finished = _changes(version)
    mask = int(np.argmin(penalties(drawn ^ judged)))
    return tuple(map(tuple, (drawn ^ finished[mask]).tolist()))


def _code(segments: Sequence[QRData], version: int | None = None) -> Any:
    code: Any = QRCode(version, ERROR_CORRECT_M, mask_pattern=0)
    for segment in segments:
        code.add_data(segment)
    return code


@lru_cache(maxsize=1024)
def _version(shape: tuple[tuple[int, int], ...]) -> int:
    """The smallest version for segments of these modes and lengths: `qrcode` writes all bits to count them."""
    return int(_code([QRData(b"0" * length, mode) for mode, length in shape]).best_fit())


def penalties(symbols: Modules) -> NDArray[np.int64]:
    """The penalty of each symbol of a stack of shape (n, side, side): lines, blocks, false finders, share of dark."""
    turned = symbols.swapaxes(1, 2)
    points = sum(_line_points(one) + _FINDER_POINTS * _false_finders(one) for one in (symbols, turned))
    pairs = symbols[:, :, 1:] == symbols[:, :, :-1]
    alike = pairs[:, 1:] & pairs[:, :-1] & (symbols[:, 1:, 1:] == symbols[:, :-1, 1:])
    return np.asarray(points + _BLOCK_POINTS * _count(alike) + _SHARE_POINTS * _share_steps(symbols))


def _line_points(symbols: Modules) -> NDArray[np.int64]:
    """A row of five of one colour costs 3, and every further module of it 1."""
    same = symbols[:, :, 1:] == symbols[:, :, :-1]
    pairs = same[:, :, 1:] & same[:, :, :-1]
    fives = pairs[:, :, 2:] & pairs[:, :, :-2]
    starts = _count(fives[:, :, :1]) + _count(fives[:, :, 1:] & ~fives[:, :, :-1])
    return _count(fives) + (_RUN_POINTS - 1) * starts


def _false_finders(symbols: Modules) -> NDArray[np.int64]:
    """How often a row looks like a finder pattern with four light modules on one side."""
    places = symbols.shape[2] - len(_FINDER) + 1
    before = np.ones((*symbols.shape[:2], places), dtype=bool)
    after = before.copy()
    for place, dark in enumerate(_FINDER):
        here = symbols[:, :, place : place + places]
        before &= here if dark else ~here
        here = symbols[:, :, len(_FINDER) - 1 - place :][:, :, :places]
        after &= here if dark else ~here
    return _count(before) + _count(after)


def _share_steps(symbols: Modules) -> NDArray[np.int64]:
    """Whole steps of 5 % between the share of dark modules and a half."""
    share = _count(symbols) / symbols[0].size
    return np.asarray(np.abs(share * 100 - 50) / 5, dtype=np.int64)


def _count(stack: Modules) -> NDArray[np.int64]:
    return np.asarray(np.count_nonzero(stack, axis=(1, 2)), dtype=np.int64)


@lru_cache(maxsize=40)
def _changes(version: int) -> tuple[Modules, Modules]:
    """Where each mask differs from mask 0: as `qrcode` judges it, without format and version, and finished."""
    code: Any = QRCode(version, ERROR_CORRECT_M)

    def drawn(mask: int, *, unfinished: bool) -> Modules:
        code.makeImpl(unfinished, mask)
        return np.array(code.modules, dtype=bool)

    first = drawn(0, unfinished=False)
    judged, finished = (
        np.array([drawn(mask, unfinished=unfinished) ^ first for mask in range(MASKS)]) for unfinished in (True, False)
    )
    return judged, finished
