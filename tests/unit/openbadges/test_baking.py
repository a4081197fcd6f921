"""Pictures carry the exact bytes of a badge, and say so when they were changed."""

import io
import struct
import zlib

import pytest
from PIL import Image

from assessor.openbadges.baking import bake_png, bake_svg, unbake_png, unbake_svg
from assessor.openbadges.errors import AlteredCarrier, NotACredential, OpenBadgesError, Unreadable
from assessor.openbadges.reading import read_credential
from tests.unit.openbadges.badges import PICTURE_SVG, signed

TEXT = b'{"name":"Zo\xc3\xab <&> \\"A\\""}'
TOKEN = b"eyJhbGciOiJFZERTQSJ9.e30.AAAA"


def _png() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(data, "PNG")
    return data.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("text", [TEXT, TOKEN, b'{"a":"' + b"x" * 100_000 + b'"}'])
def test_what_was_baked_comes_out_unchanged(text: bytes) -> None:
    assert unbake_png(bake_png(_png(), text)) == text
    assert unbake_svg(bake_svg(PICTURE_SVG, text)) == text


def test_the_chunk_stands_uncompressed_behind_the_header() -> None:
    baked = bake_png(_png(), TEXT)

    assert baked[33:] == _chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + TEXT) + _png()[33:]
    assert Image.open(io.BytesIO(baked)).getpixel((0, 0)) == (0, 128, 128)


def test_the_element_has_the_namespace_of_the_standard_and_the_picture_stays() -> None:
    json_form, jwt_form = bake_svg(PICTURE_SVG, TEXT), bake_svg(PICTURE_SVG, TOKEN)

    assert b'<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"' in json_form
    assert b"<![CDATA[" + TEXT + b"]]></openbadges:credential><circle" in json_form
    assert b' verify="' + TOKEN + b'"/><circle' in jwt_form


def test_an_older_badge_in_the_picture_is_replaced() -> None:
    assert bake_png(bake_png(_png(), TOKEN), TEXT) == bake_png(_png(), TEXT)
    for older in (TOKEN, TEXT):
        assert bake_svg(bake_svg(PICTURE_SVG, older), TEXT) == bake_svg(PICTURE_SVG, TEXT)


def test_every_changed_byte_of_a_baked_picture_is_noticed() -> None:
    baked = {"png": bake_png(_png(), TEXT), "svg": bake_svg(PICTURE_SVG, TEXT)}

    for data in baked.values():
        for place in range(len(data)):
            for mask in (0x01, 0x20, 0x80):
                changed = data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]
                try:
                    _, text = read_credential(changed)
                except OpenBadgesError:
                    continue
                assert text != TEXT, (place, mask)


def test_a_picture_without_a_badge_says_so() -> None:
    with pytest.raises(NotACredential):
        unbake_png(_png())
    with pytest.raises(NotACredential):
        unbake_svg(PICTURE_SVG)


def _with_chunk(chunk: bytes, *, before_header: bool = False) -> bytes:
    png = _png()
    return png[:8] + chunk + png[8:] if before_header else png[:33] + chunk + png[33:]


KEYWORD = b"openbadgecredential\0"


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (_with_chunk(_chunk(b"iTXt", KEYWORD + b"\0\0\0\0" + TEXT) * 2), AlteredCarrier),
        (_with_chunk(_chunk(b"iTXt", KEYWORD + b"\0\0\0\0" + TEXT), before_header=True), AlteredCarrier),
        (_with_chunk(_chunk(b"iTXt", KEYWORD + b"\1\0\0\0" + zlib.compress(bytes(10**7)))), Unreadable),
        (_with_chunk(_chunk(b"zTXt", KEYWORD + b"\0" + zlib.compress(TEXT))), Unreadable),
        (_with_chunk(_chunk(b"tEXt", KEYWORD + TEXT)), Unreadable),
        (_with_chunk(_chunk(b"iTXt", KEYWORD + b"\0\0\0\0")), Unreadable),
        (_with_chunk(_chunk(b"iTXt", KEYWORD + b"\0\0")), Unreadable),
        (_with_chunk(_chunk(b"iTXt", KEYWORD + b"\0\0\0\0" + TEXT)[:-1] + b"x"), AlteredCarrier),
        (_with_chunk(_chunk(b"abCd", b"") * 5000), Unreadable),
        (bake_png(_png(), TEXT) + b"more", AlteredCarrier),
        (bake_png(_png(), TEXT) + _png()[-12:], AlteredCarrier),
        (bake_png(_png(), TEXT)[:-4], Unreadable),
        (_png() + b"more", Unreadable),
        (_png()[:-4], Unreadable),
        (_png()[:8], Unreadable),
        (_png()[:8] + b"\xff\xff\xff\xffIHDR" + _png()[-12:], Unreadable),
        (b"GIF89a", Unreadable),
    ],
)
def test_a_png_with_tricks_is_refused(data: bytes, refusal: type[OpenBadgesError]) -> None:
    with pytest.raises(refusal):
        unbake_png(data)


NAMESPACES = b'xmlns="http://www.w3.org/2000/svg" xmlns:o="https://purl.imsglobal.org/ob/v3p0"'
INNER = b"<o:credential><![CDATA[" + TEXT + b"]]></o:credential>"


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"<svg " + NAMESPACES + b">" + INNER * 2 + b"</svg>", AlteredCarrier),
        (b"<svg " + NAMESPACES + b'><o:credential extra="1">x</o:credential></svg>', AlteredCarrier),
        (
            b"<svg " + NAMESPACES + b'><o:credential digestSRI="sha256-x">x</o:credential></svg>',
            AlteredCarrier,
        ),
        (b"<svg " + NAMESPACES + b"><o:credential/></svg>", Unreadable),
        (b"<svg " + NAMESPACES + b"><o:credential><g/></o:credential></svg>", Unreadable),
        (b"<svg " + NAMESPACES + b"><o:credential>]]&gt;</o:credential></svg>", Unreadable),
        (b"<svg " + NAMESPACES + b"><script/>" + INNER + b"</svg>", Unreadable),
        (b"<svg " + NAMESPACES + b' onload="x()">' + INNER + b"</svg>", Unreadable),
        (b"<svg " + NAMESPACES + b'><a href=" javascript:x()"/>' + INNER + b"</svg>", Unreadable),
        (b"<svg " + NAMESPACES + b">" + b"<g>" * 100 + b"</g>" * 100 + INNER + b"</svg>", Unreadable),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg " + NAMESPACES + b">" + INNER + b"</svg>", Unreadable),
        (
            b'<!DOCTYPE svg SYSTEM "https://eve.example/x.dtd"><svg ' + NAMESPACES + b">&a;" + INNER + b"</svg>",
            Unreadable,
        ),
        (b"<html>" + INNER + b"</html>", Unreadable),
        (b"<svg " + NAMESPACES + b">" + INNER, Unreadable),
        (b"<svg " + NAMESPACES + b"/>", Unreadable),
        (b"<svg " + NAMESPACES + b">" + b" " * 2_000_000 + INNER + b"</svg>", Unreadable),
        (b'<?xml version="1.0" encoding="utf-16"?><svg/>', Unreadable),
    ],
)
def test_an_svg_with_tricks_is_refused(data: bytes, refusal: type[OpenBadgesError]) -> None:
    with pytest.raises(refusal):
        unbake_svg(data)


def test_a_badge_of_another_baker_is_read() -> None:
    doctype = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'

    assert unbake_svg(doctype + b"<svg " + NAMESPACES + b">\n" + INNER + b"</svg>") == TEXT
    with_language = _chunk(b"iTXt", KEYWORD + b"\0\0en\0badge\0" + TEXT)
    assert unbake_png(_with_chunk(with_language)) == TEXT


def test_a_text_that_would_change_on_the_way_is_not_baked() -> None:
    for text in (b'{"a":"]]>"}', b'{"a":"\r\n"}', b" {}", b"", b"{\x00}"):
        with pytest.raises(OpenBadgesError):
            bake_svg(PICTURE_SVG, text)


def test_the_form_of_a_file_is_found_from_its_bytes() -> None:
    stored = signed()

    assert read_credential(b"\n" + stored + b"\n") == ("json", stored)
    assert read_credential(bake_png(_png(), stored)) == ("png", stored)
    assert read_credential(bake_svg(PICTURE_SVG, stored)) == ("svg", stored)
    assert read_credential(TOKEN) == ("jwt", TOKEN)
    for data in (b"", b"hello", b"GIF89a", b"\x00" * 100, b"[]"):
        with pytest.raises(Unreadable):
            read_credential(data)
    with pytest.raises(NotACredential, match="PDF"):
        read_credential(b"%PDF-2.0 ...")
