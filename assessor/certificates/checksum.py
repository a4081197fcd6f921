"""A checksum inside a PDF, so that a reader who looks for it sees any later change. It proves nothing.

It stands in a comment near the end, where other readers pass over it; a mark at the beginning says that it was there.
In a sealed file it leaves the bytes of the signature out, which are made last and cover the checksum.
"""

import hashlib
import re

OUR_MARK = b"%\xc1\xf3\xf3\xe5\n"  # the second line: bytes above 127 tell programs that the file is not text
_QPDF_MARK = b"%\xbf\xf7\xa2\xfe\n"
_CHECKSUM = b"%sha-256 "
_END = b"startxref"
_LENGTH = len(_CHECKSUM) + 64 + 1
_RANGE = re.compile(rb"/ByteRange \[ (0 \d{1,10} +\d{1,10} +\d{1,10} *) \] /Contents <")


def with_checksum(pdf: bytes) -> bytes:
    """Put our mark at the beginning of a file that pikepdf saved, and its hash into a comment near its end."""
    return filled(with_room(pdf))


def with_room(pdf: bytes) -> bytes:
    """Put our mark at the beginning of a file that pikepdf saved, and a comment with an empty checksum near its end."""
    marked = pdf.replace(_QPDF_MARK, OUR_MARK, 1)
    at = marked.rindex(_END)
    return marked[:at] + _CHECKSUM + b"0" * 64 + b"\n" + marked[at:]


def filled(blank: bytes) -> bytes:
    """Write the hash into a file with an empty checksum and, if it has one, an empty seal."""
    at = blank.rindex(_CHECKSUM)
    return blank[:at] + _CHECKSUM + hashlib.sha256(blank).hexdigest().encode() + blank[at + _LENGTH - 1 :]


def checksum_holds(pdf: bytes) -> bool | None:
    """Whether no byte was changed since `with_checksum`, but for those of a seal; None: the file has no checksum."""
    at = pdf.rfind(_CHECKSUM, max(0, len(pdf) - 2 * _LENGTH))
    if at < 0:
        return None
    written, end = pdf[at + len(_CHECKSUM) : at + _LENGTH - 1], at + _LENGTH - 1
    blank = pdf[: at + len(_CHECKSUM)] + b"0" * 64 + pdf[end:]
    if place := seal_place(blank):
        blank = blank[: place[0]] + b"0" * (place[1] - place[0]) + blank[place[1] :]
    return written == hashlib.sha256(blank).hexdigest().encode()


def ranged(pdf: bytes) -> bytes:
    """Write into the place of a seal which bytes it covers: all but those of the signature itself."""
    found = _RANGE.search(pdf)
    if found is None:
        return pdf
    end = pdf.index(b">", found.end()) + 1
    numbers = b"0 %d %d %d" % (found.end() - 1, end, len(pdf) - end)
    return pdf[: found.start(1)] + numbers.ljust(len(found[1])) + pdf[found.end(1) :]


def seal_place(pdf: bytes) -> tuple[int, int] | None:
    """Where the digits of a seal over the whole of this file stand; None where it has none, or one over less."""
    found = _RANGE.search(pdf)
    if found is None:
        return None
    _, start, end, rest = (int(number) for number in found[1].split())
    spans = start == found.end() - 1 and start < end and pdf[end - 1 : end] == b">" and end + rest == len(pdf)
    digits = pdf[start + 1 : end - 1]
    return (start + 1, end - 1) if spans and not digits.strip(b"0123456789abcdef") else None
