"""A badge inside its picture: PNG and SVG, as Open Badges 3.0 section 5.3 and the baking of 2.0 say.

A picture carries one badge of one edition: older programs look for another keyword. What is baked is the exact
text given; taking it out again gives the same bytes. A baked picture that was changed afterwards is refused: PNG
by its checksums, SVG of ours by a digest of the picture beside the badge.

    >>> from assessor.openbadges.baking import bake_svg, unbake_svg
    >>> picture = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>'
    >>> unbake_svg(bake_svg(picture, b'{"id":"urn:x:1"}'))
    b'{"id":"urn:x:1"}'
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assessor.openbadges.errors import AlteredCarrier, NotACredential, Unreadable
from assessor.openbadges.svg import Edition, bake_svg, is_svg, svg_alone, unbake_svg

__all__ = ["Edition", "bake_png", "bake_svg", "is_png", "is_svg", "picture_alone", "unbake_png", "unbake_svg"]

MAX_PICTURE_BYTES = 4 * 1024 * 1024
MAX_TEXT_BYTES = 512 * 1024
MAX_CHUNKS = 4096

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"\0\0\0\0IEND\xaeB`\x82"
_KEYWORDS: dict[Edition, bytes] = {"3.0": b"openbadgecredential", "2.0": b"openbadges"}
_PLAIN = b"\0\0\0\0\0"  # not compressed, method 0, no language, no translated keyword (PNG 3, section 11.3.3.4)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A part of a PNG. `encoded`: its bytes in the file, with length and checksum."""

    kind: bytes
    data: bytes
    encoded: bytes

    @classmethod
    def made(cls, kind: bytes, data: bytes) -> "_Chunk":
        checksum = zlib.crc32(data, zlib.crc32(kind))
        return cls(kind, data, struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum))

    @property
    def keyword(self) -> bytes:
        """The keyword of a text chunk; empty = another kind of chunk."""
        return self.data.split(b"\0", 1)[0] if self.kind in {b"iTXt", b"tEXt", b"zTXt"} else b""

    @property
    def holds_badge(self) -> bool:
        return self.keyword in _KEYWORDS.values()


def is_png(data: bytes) -> bool:
    """Whether the bytes begin as a PNG does."""
    return data.startswith(_SIGNATURE)


def bake_png(picture: bytes, text: bytes, edition: Edition = "3.0") -> bytes:
    """The PNG with the badge in one uncompressed iTXt chunk right after IHDR, replacing an older one.

    `text`: the stored bytes of a JSON badge or a compact JWT. Raises `Unreadable` or `AlteredCarrier`
    for a picture that is not a sound PNG.
    """
    header, rest = _without_badge(picture)
    badge = _Chunk.made(b"iTXt", _KEYWORDS[edition] + _PLAIN + text)
    baked = b"".join((header, badge.encoded, rest))
    if not _is_carried(text) or len(baked) > MAX_PICTURE_BYTES:
        raise Unreadable("The text cannot be carried by a PNG.")
    return baked


@lru_cache(maxsize=16)
def _without_badge(picture: bytes) -> tuple[bytes, bytes]:
    """The beginning of a picture, after which a badge goes, and the rest without the badge that it may carry.

    Read again with a badge once, so that the picture is known to carry one. Remembered, for badges by the thousand
    share a few pictures.
    """
    header, *others = _chunks(picture)
    start = _SIGNATURE + header.encoded
    rest = b"".join([chunk.encoded for chunk in others if not chunk.holds_badge])
    unbake_png(start + _Chunk.made(b"iTXt", _KEYWORDS["3.0"] + _PLAIN + b"{}").encoded + rest)
    return start, rest


def _is_carried(text: bytes) -> bool:
    """Whether a reader takes exactly this text out of its chunk again."""
    return bool(text) and b"\0" not in text and len(text) <= MAX_TEXT_BYTES


def picture_alone(data: bytes) -> bytes:
    """A PNG or SVG without the badge that it carries. Raises `Unreadable` or `AlteredCarrier`, as `unbake_png`."""
    if not is_png(data):
        return svg_alone(data)
    return b"".join([_SIGNATURE, *(chunk.encoded for chunk in _chunks(data) if not chunk.holds_badge)])


def unbake_png(data: bytes) -> bytes:
    """The exact text that a PNG carries, whichever the edition.

    Raises `NotACredential` if there is none, `AlteredCarrier` for a wrong checksum or more than one badge,
    `Unreadable` for what is no PNG, and for compressed text (both editions ask for plain text).
    """
    found = [chunk for chunk in _chunks(data) if chunk.holds_badge]
    if not found:
        raise NotACredential("The picture carries no badge.")
    if len(found) > 1:
        raise AlteredCarrier("The picture carries more than one badge.")
    chunk = found[0]
    # Language and translated keyword may be filled in by other bakers: skip to the second NUL after the
    # flags.
    after = len(chunk.keyword) + 1
    flags, rest = chunk.data[after : after + 2], chunk.data[after + 2 :]
    fields = rest.split(b"\0", 2)
    if chunk.kind != b"iTXt" or flags != b"\0\0" or len(fields) != 3:
        raise Unreadable("The badge in the picture is compressed or in an older form.")
    text = fields[2]
    if not _is_carried(text):
        raise Unreadable("The badge in the picture is empty or too large.")
    return text


def _chunks(data: bytes) -> list[_Chunk]:
    if not is_png(data):
        raise Unreadable("The file is not a PNG picture.")
    if len(data) > MAX_PICTURE_BYTES:
        raise Unreadable(f"The picture is larger than {MAX_PICTURE_BYTES // 1024 // 1024} MB.")
    if not data.endswith(_END):
        if _END in data:
            raise _unsound(data, "Something was added after the end of the picture.")
        raise Unreadable("The picture is cut off. Get the whole file again.")
    chunks = list(_read_chunks(data))
    if chunks[0].kind != b"IHDR" or len(chunks[0].data) != 13:
        raise _unsound(data, "The picture does not begin as a PNG does.")
    return chunks


def _read_chunks(data: bytes) -> Iterator[_Chunk]:
    position = len(_SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if position == len(data):
            return
        (length,) = struct.unpack_from(">I", data, position) if position + 12 <= len(data) else (len(data),)
        end = position + 8 + length
        if end + 4 > len(data):
            raise _unsound(data, "The parts of the picture do not fit together: the file was changed or damaged.")
        chunk = _Chunk(data[position + 4 : position + 8], data[position + 8 : end], data[position : end + 4])
        if struct.unpack_from(">I", data, end)[0] != zlib.crc32(data[position + 4 : end]):
            raise _unsound(data, "A checksum of the picture is wrong: the file was changed or damaged.")
        if chunk.kind == b"IEND" and end + 4 != len(data):
            raise _unsound(data, "Something was added after the end of the picture.")
        yield chunk
        position = end + 4
    raise Unreadable("The picture has too many parts.")


def _unsound(data: bytes, reason: str) -> AlteredCarrier | Unreadable:
    """A broken picture that carries a badge was altered; any other broken picture says nothing about badges."""
    carries = b"iTXt" in data or any(keyword + b"\0" in data for keyword in _KEYWORDS.values())
    return AlteredCarrier(reason) if carries else Unreadable(reason)
