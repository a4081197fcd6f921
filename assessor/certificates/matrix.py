"""The matrix of a QR symbol: the smallest version that holds the data, and the best of the eight masks.

`qrcode` encodes, and draws each version once; the rest is done here over arrays, because `qrcode` works module by
module and draws and judges the symbol eight times, which costs more than the rest of a certificate. A version puts the
same bit into the same module whatever the data, and a mask inverts the same modules, so drawings of chosen data tell
both. Penalties (ISO/IEC 18004, 7.8.3) and error correction (7.5.2) are sums over arrays. The result is `qrcode`'s own,
module for module.

    matrix([QRData(b"https://v.example/c#1.", mode=MODE_8BIT_BYTE), QRData(b"0123", mode=MODE_NUMBER)])
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qrcode import QRCode
from qrcode.base import Polynomial, gexp, glog, rs_blocks
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import QRData, length_in_bits

MASKS = 8
_TERMINATOR = 4  # bits
_PADDING = bytes((0xEC, 0x11))
Modules = NDArray[np.bool_]

_FINDER = (True, False, True, True, True, False, True, False, False, False, False)
_RUN_POINTS, _BLOCK_POINTS, _FINDER_POINTS, _SHARE_POINTS = 3, 3, 40, 10


def matrix(segments: Sequence[QRData]) -> tuple[tuple[bool, ...], ...]:
    """The modules of a symbol of level M, row by row, True for dark, without the quiet zone.

    Raises ValueError when no version is large enough.
    """
    version = _version(tuple((segment.mode, len(segment)) for segment in segments))
    empty, places = _places(version)
    drawn = empty.copy()
    drawn.flat[places] ^= np.unpackbits(_codewords(segments, version)).astype(bool)
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


class _Bits:
    """What `QRData` writes itself into."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def put(self, number: int, length: int) -> None:
        """Write a number with so many bits."""
        self.written.append(f"{number:0{length}b}")


def _codewords(segments: Sequence[QRData], version: int) -> NDArray[np.uint8]:
    """Data and error correction in the order in which a symbol holds them (ISO/IEC 18004, 7.4 to 7.6)."""
    blocks = rs_blocks(version, ERROR_CORRECT_M)
    counts = [block.data_count for block in blocks]
    data = np.frombuffer(_data(segments, version, sum(counts)), np.uint8)
    longest, check = max(counts), blocks[0].total_count - blocks[0].data_count
    rows = np.zeros((len(blocks), longest), dtype=np.uint8)
    for row, count, end in zip(rows, counts, np.cumsum(counts), strict=True):
        row[longest - count :] = data[end - count : end]  # a zero before a shorter block changes no remainder
    short = np.array(counts) < longest
    aligned = np.where(short[:, None], np.roll(rows, -1, axis=1), rows)
    return np.concatenate([aligned[:, :-1].T.ravel(), aligned[~short, -1], _remainders(rows, check).T.ravel()])


def _data(segments: Sequence[QRData], version: int, size: int) -> bytes:
    """The segments as so many bytes, with terminator and padding."""
    bits = _Bits()
    for segment in segments:
        bits.put(segment.mode, 4)
        bits.put(len(segment), length_in_bits(segment.mode, version))
        segment.write(bits)
    written = "".join(bits.written)
    written += "0" * min(8 * size - len(written), _TERMINATOR)
    written += "0" * (-len(written) % 8)
    data = int(written, 2).to_bytes(len(written) // 8, "big")
    return data + (_PADDING * size)[: size - len(data)]


def _remainders(rows: NDArray[np.uint8], check: int) -> NDArray[np.uint8]:
    """So many bytes of error correction for each row, all rows at once."""
    multiples, rest = _multiples(check), np.zeros((len(rows), check + 1), dtype=np.uint8)
    for column in rows.T:
        rest[:, :-1] = rest[:, 1:] ^ multiples[column ^ rest[:, 0]]
    return rest[:, :-1]


@lru_cache(maxsize=64)
def _multiples(check: int) -> NDArray[np.uint8]:
    """The generator polynomial of so many bytes, without its first 1, times each of 0 to 255."""
    generator = Polynomial([1], 0)
    for power in range(check):
        generator = generator * Polynomial([1, gexp(power)], 0)
    logarithms = [glog(factor) for factor in generator][1:]
    rows = [[gexp(glog(times) + logarithm) for logarithm in logarithms] for times in range(1, 256)]
    return np.array([[0] * check, *rows], dtype=np.uint8)


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


@lru_cache(maxsize=40)
def _places(version: int) -> tuple[Modules, NDArray[np.int64]]:
    """A symbol of mask 0 whose data are all zero, and which module holds each bit of the data.

    `qrcode` tells: what it draws for the numbers of the bits, a binary place after the other, shows each number.
    """
    bits = 8 * sum(block.total_count for block in rs_blocks(version, ERROR_CORRECT_M))
    numbers = np.arange(bits)

    def drawn(data: Modules) -> Modules:
        code: Any = QRCode(version, ERROR_CORRECT_M)
        code.data_cache = np.packbits(data).tolist()
        code.makeImpl(False, 0)
        return np.array(code.modules, dtype=bool)

    empty = drawn(np.zeros(bits, dtype=bool))
    holds_data = drawn(np.ones(bits, dtype=bool)) ^ empty
    found = sum(
        (drawn((numbers >> place & 1).astype(bool)) ^ empty).astype(np.int64) << place
        for place in range(bits.bit_length())
    )
    places = np.empty(bits, dtype=np.int64)
    places[np.asarray(found)[holds_data]] = np.flatnonzero(holds_data)
    return empty, places
