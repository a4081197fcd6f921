"""A checksum inside a PDF, so that a reader who looks for it sees any later change. It proves nothing.

It stands in a comment near the end, where other readers pass over it; a mark at the beginning says that it was there.
"""

import hashlib

OUR_MARK = b"%\xc1\xf3\xf3\xe5\n"  # the second line: bytes above 127 tell programs that the file is not text
_QPDF_MARK = b"%\xbf\xf7\xa2\xfe\n"
_CHECKSUM = b"%sha-256 "
_END = b"startxref"
_LENGTH = len(_CHECKSUM) + 64 + 1


def with_checksum(pdf: bytes) -> bytes:
    """Put our mark at the beginning of a file that pikepdf saved, and its hash into a comment near its end."""
    marked = pdf.replace(_QPDF_MARK, OUR_MARK, 1)
    at = marked.rindex(_END)
    blank = marked[:at] + _CHECKSUM + b"0" * 64 + b"\n" + marked[at:]
    return blank[:at] + _CHECKSUM + hashlib.sha256(blank).hexdigest().encode() + blank[at + _LENGTH - 1 :]


def checksum_holds(pdf: bytes) -> bool | None:
    """Whether no byte was changed since `with_checksum`; None when the file carries no checksum."""
    at = pdf.rfind(_CHECKSUM, max(0, len(pdf) - 2 * _LENGTH))
    if at < 0:
        return None
    written, end = pdf[at + len(_CHECKSUM) : at + _LENGTH - 1], at + _LENGTH - 1
    blank = pdf[: at + len(_CHECKSUM)] + b"0" * 64 + pdf[end:]
    return written == hashlib.sha256(blank).hexdigest().encode()
