"""Small PDFs that ask for much memory or time, and the pieces to write any PDF from."""

import struct
import zlib

Objects = dict[int, bytes]

JSON_LD = b"/Subtype/application#2Fvc+ld+json"
PAGES = {2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"}
#: The names of the attachments are object 5, and the attachment is object 7.
OPEN: Objects = {
    1: b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 5 0 R>>>>",
    **PAGES,
    5: b"<</Names[(credential.json)6 0 R]>>",
    6: b"<</Type/Filespec/F(credential.json)/UF(credential.json)/EF<</F 7 0 R>>>>",
}
_MB = 2**20


def written(clear: Objects, packed: Objects | None = None, places: dict[int, tuple[int, int]] | None = None) -> bytes:
    """A PDF of objects in clear and packed into object stream 90; `places`: others as (object stream, index)."""
    clear, packed, places = dict(clear), packed or {}, dict(places or {})
    if packed:
        clear[90] = _object_stream(packed)
        places |= {number: (90, index) for index, number in enumerate(packed)}
    out, starts = bytearray(b"%PDF-1.7\n"), {}
    for number, body in clear.items():
        starts[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    last = max(*clear, *places) + 1
    starts[last] = end = len(out)
    rows = [(1, starts[n], 0) if n in starts else (2, *places.get(n, (0, 0))) for n in range(1, last + 1)]
    table = b"".join(struct.pack(">BII", *row) for row in [(0, 0, 65535), *rows])
    entries = b"/Type/XRef/Size %d/W[1 4 4]/Root 1 0 R/Filter/FlateDecode" % (last + 1)
    out += b"%d 0 obj\n%b\nendobj\n" % (last, stream(entries, zlib.compress(table)))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % end)


def stream(entries: bytes, data: bytes) -> bytes:
    """A stream with the entries of its dictionary."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def attached(entries: bytes, data: bytes) -> bytes:
    """A PDF with this stream as its credential."""
    return written(OPEN | {7: stream(b"/Type/EmbeddedFile" + JSON_LD + entries, data)})


def lzw(data: bytes) -> bytes:
    """Up to 250 bytes as LZW, one code each."""
    return _bits([(256, 9), *((byte, 9) for byte in data), (257, 9)])


def lzw_of_zeros(blocks: int) -> bytes:
    """LZW of 7.3 MB of zeros a block: each code repeats the last one and a zero more."""
    growing = [(code, (code + 1).bit_length()) for code in range(258, 4090)]
    block = [(0, 9), *growing, (256, 12)]
    return _bits([(256, 9), *block * blocks, (257, 9)])


def filter_by_reference() -> bytes:
    """The word LZW stands only in packed bytes; said to be one byte long, the attachment is 730 MB."""
    hidden = zlib.compress(lzw_of_zeros(100), 9)
    entries = b"/Type/EmbeddedFile" + JSON_LD + b"/Filter[/FlateDecode 8 0 R]/Params<</Size 1>>"
    return written({7: stream(entries, hidden)}, OPEN | {8: b"/LZWDecode"})


def names_in_a_hidden_filter() -> bytes:
    """The same in the object stream that the names of the attachments stand in: nothing need be attached."""
    hidden = stream(b"/Type/ObjStm/N 1/First 4/Filter[/FlateDecode 8 0 R]", zlib.compress(lzw_of_zeros(100), 9))
    objects = {number: body for number, body in OPEN.items() if number < 5}
    return written({4: hidden}, objects | {8: b"/LZWDecode"}, {5: (4, 0)})


def lists_in_lists() -> bytes:
    """30 MB of numbers in an object stream, packed to 30 kB; each needs a hundred bytes when it is read."""
    return written({}, OPEN | {5: b"[" + (b"[" + b"1 " * 150_000 + b"]") * 100 + b"]"})


def packed_often() -> bytes:
    """An attachment of 400 MB, deflated twice: 2 kB."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(bytes(_MB)) for _ in range(400)) + packer.flush()
    return attached(b"/Filter[/FlateDecode/FlateDecode]", zlib.compress(once, 9))


def longer_when_decoded() -> bytes:
    """Every z of ASCII85 stands for four bytes."""
    return attached(b"/Filter[/FlateDecode/ASCII85Decode]", zlib.compress(b"z" * (64 * _MB) + b"~>", 9))


def branches_that_meet() -> bytes:
    """A tree of names whose two branches are the same one, forty times: 2 to the 40 ways, and no stream at all."""
    tree = {20 + n: b"<</Limits[(a)(z)]/Kids[%d 0 R %d 0 R]>>" % (21 + n, 21 + n) for n in range(40)}
    return written(OPEN | tree | {5: b"<</Kids[20 0 R]>>", 60: b"<</Limits[(a)(z)]/Names[(credential.json)6 0 R]>>"})


GREEDY = (
    filter_by_reference,
    names_in_a_hidden_filter,
    lists_in_lists,
    packed_often,
    longer_when_decoded,
    branches_that_meet,
)


def _object_stream(objects: Objects) -> bytes:
    starts, body = [], b""
    for number, value in objects.items():
        starts.append(b"%d %d " % (number, len(body)))
        body += value + b" "
    head = b"".join(starts)
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(objects), len(head))
    return stream(entries, zlib.compress(head + body, 9))


def _bits(codes: list[tuple[int, int]]) -> bytes:
    out, held, count = bytearray(), 0, 0
    for code, width in codes:
        held, count = held << width | code, count + width
        while count >= 8:
            count -= 8
            out.append(held >> count & 255)
            held &= (1 << count) - 1
    return bytes(out) + (bytes([held << 8 - count]) if count else b"")
