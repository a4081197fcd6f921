"""Hostile texts, PNG and SVG of Open Badges 2.0, for `hostile_older_badges`."""

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from assessor.openbadges.baking import bake_svg
from assessor.openbadges.strict_json import JsonObject, write_json
from tests.unit.openbadges.badges import PICTURE_SVG
from tests.unit.openbadges.older_badges import PLACES, documents

ID = PLACES.assertion
EVIL = "https://eve.example"
Case = dict[str, Any]


def case(name: str, badge: bytes | JsonObject, result: int, check: str, reason: str, **more: Any) -> Case:
    """One case. `web`: a merge patch for each address; null = cannot be reached."""
    data = badge if isinstance(badge, bytes) else write_json(badge)
    try:
        carried = {"badge": data.decode("utf-8")}
    except UnicodeDecodeError:
        carried = {"base64": base64.b64encode(data).decode("ascii")}
    return {"name": name, **carried, **more, "result": result, "check": check, "reason": reason}


def hosted_badge(**changes: Any) -> JsonObject:
    """Ada's hosted badge with other members; None takes one away."""
    whole = documents()[ID] | changes
    return {name: value for name, value in whole.items() if value is not None}


def texts() -> Iterator[Case]:
    """JSON that two readers could read in two ways."""
    whole = write_json(hosted_badge()).decode()
    for name, text, reason in (
        ("a member twice", whole.replace("{", '{"id":"urn:x:1",', 1), "stands twice"),
        ("a member twice inside", whole.replace('"hashed":true', '"hashed":true,"hashed":false'), "stands twice"),
        ("not a number", whole.replace('"hashed":true', '"hashed":NaN'), "not a number"),
        ("infinity", whole.replace('"hashed":true', '"hashed":1e999'), "too large"),
        ("a huge number", whole.replace('"hashed":true', f'"hashed":{"9" * 4000}'), "too large"),
        ("half a character", whole.replace("Band", "\\ud800"), "lone surrogate"),
        ("nested too deeply", whole.replace('"hashed":true', f'"hashed":{"[" * 60}{"]" * 60}'), "nested"),
        ("nested beyond reading", '{"a":' + "[" * 8000 + "]" * 8000 + "}", "nested"),
        ("too many values", '{"a":[' + "0," * 10_001 + "0]}", "too many"),
        ("not closed", whole[:-1], "not JSON"),
        ("something after", whole + "{}", "not JSON"),
        ("a comment", whole.replace("{", "{/* */", 1), "not JSON"),
    ):
        yield case(name, text.encode(), 10, "reading", reason)
    yield case(
        "Latin letters of one byte", whole.replace("Band", "é").encode("latin-1", "replace"), 10, "reading", "UTF-8"
    )
    yield case("an address that cannot be reached", f"{EVIL}/badge.json".encode(), 10, "reading", "cannot be reached")
    yield case("an address that was taken away", ID.encode(), 9, "reading", "taken away", gone=[ID])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def carriers() -> Iterator[Case]:
    """Pictures with tricks."""
    start, end = b"\x89PNG\r\n\x1a\n", _chunk(b"IEND", b"")
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixel = _chunk(b"IDAT", zlib.compress(b"\0\0"))
    text = write_json(hosted_badge())
    badge = _chunk(b"iTXt", b"openbadges\0\0\0\0\0" + text)
    newer = _chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")
    bomb = zlib.compress(bytes(1_000_000), 9)
    body = header + badge + pixel
    for name, result, data, reason in (
        ("two badges", 7, header + badge + badge + pixel, "more than one"),
        ("a badge of each edition", 7, header + newer + badge + pixel, "more than one"),
        ("a wrong checksum", 7, header + badge[:-1] + b"x" + pixel, "checksum"),
        ("a badge before the header", 7, badge + header + pixel, "does not begin"),
        ("a length beyond the file", 7, header + b"\xff\xff\xff\xff" + badge[4:] + pixel, "do not fit"),
        ("a packed bomb", 10, header + _chunk(b"iTXt", b"openbadges\0\1\0\0\0" + bomb) + pixel, "compressed"),
        (
            "a packed bomb in an older chunk",
            10,
            header + _chunk(b"zTXt", b"openbadges\0\0" + bomb) + pixel,
            "compressed",
        ),
        ("an older chunk", 10, header + _chunk(b"tEXt", b"openbadges\0" + text) + pixel, "older form"),
        ("an empty badge", 10, header + _chunk(b"iTXt", b"openbadges\0\0\0\0\0") + pixel, "empty"),
        (
            "a badge with zeros",
            10,
            header + _chunk(b"iTXt", b"openbadges\0\0\0\0\0{}\0{}") + pixel,
            "empty or too large",
        ),
        ("a badge cut short", 10, header + _chunk(b"iTXt", b"openbadges\0\0") + pixel, "compressed"),
        ("too many parts", 10, header + _chunk(b"abCd", b"") * 5000 + pixel, "too many parts"),
        ("no badge", 9, header + pixel, "no badge"),
    ):
        yield case(f"PNG: {name}", start + data + end, result, "reading", reason)
    yield case("PNG: something after", start + body + end + text, 7, "reading", "after the end")
    yield case("PNG: another picture after", start + body + end + start + body + end, 7, "reading", "after the end")
    yield case("PNG: cut off", start + body, 10, "reading", "cut off")
    yield case("GIF", b"GIF89a" + text, 10, "reading", "in any form")
    yield case("PDF", b"%PDF-2.0 " + text, 9, "reading", "attachments")


def drawings() -> Iterator[Case]:
    """SVG with tricks."""
    text = write_json(hosted_badge()).decode()
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:o="http://openbadges.org" xmlns:n="https://purl.imsglobal.org/ob/v3p0"'
    badge = f"<o:assertion><![CDATA[{text}]]></o:assertion>"
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    for name, result, inside, reason in (
        ("two badges", 7, badge + badge, "more than one"),
        ("a badge of each edition", 7, badge + "<n:credential>{}</n:credential>", "more than one"),
        (
            "another address beside",
            7,
            f'<o:assertion verify="{EVIL}/1"><![CDATA[{text}]]></o:assertion>',
            "another badge",
        ),
        ("an unknown attribute", 7, '<o:assertion id="x">{}</o:assertion>', "unknown attribute"),
        ("markup inside", 10, "<o:assertion><b/>{}</o:assertion>", "markup"),
        ("the end of plain text inside", 10, '<o:assertion>{"a":"]]&gt;"}</o:assertion>', "not plain text"),
        ("plain text ended early", 10, "<o:assertion><![CDATA[{}]]>]]></o:assertion>", "not well-formed"),
        ("an empty badge", 10, "<o:assertion/>", "empty"),
        ("a script", 10, badge + "<script>1</script>", "script"),
        ("an event", 10, badge + '<rect onclick="x()"/>', "script"),
        ("a script in a link", 10, badge + '<a href=" JavaScript:x()"/>', "script"),
        ("foreign content", 10, badge + "<foreignObject/>", "script"),
        ("not closed", 10, badge + "<g>", "not well-formed"),
        ("nested too deeply", 10, badge + "<g>" * 100 + "</g>" * 100, "too large or nested"),
        ("no badge", 9, "<g/>", "no badge"),
    ):
        yield case(f"SVG: {name}", f"<svg {spaces}>{inside}</svg>".encode(), result, "reading", reason)
    entities = f"<!DOCTYPE svg [{laughs}]><svg {spaces}><title>&a8;</title>{badge}</svg>"
    yield case("SVG: entities in entities", entities.encode(), 10, "reading", "entities")
    outside = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg {spaces}>&x;{badge}</svg>'
    yield case("SVG: an entity from outside", outside.encode(), 10, "reading", "entities")
    remote = f'<!DOCTYPE svg SYSTEM "{EVIL}/x.dtd"><svg {spaces}>&x;{badge}</svg>'
    yield case("SVG: an entity from elsewhere", remote.encode(), 10, "reading", "entities")
    baked = bake_svg(PICTURE_SVG, write_json(hosted_badge()), "2.0")
    yield case("SVG: another picture", baked.replace(b'r="1"', b'r="2"'), 7, "reading", "was changed")
    yield case("SVG: in 16 bits", f"<svg {spaces}>{badge}</svg>".encode("utf-16"), 10, "reading", "in any form")
