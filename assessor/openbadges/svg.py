"""A badge inside an SVG, as first child of the root.

`<openbadges:credential>` (Open Badges 3.0, 5.3.2) or `<openbadges:assertion>` (baking of 2.0).

The parser gives byte positions, so the picture itself is carried byte for byte. Ours adds the attribute
`digestSRI` with the digest of the picture; the standard leaves the picture unprotected.
"""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NoReturn
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from assessor.openbadges.errors import AlteredCarrier, NotACredential, OpenBadgesError, Unreadable
from assessor.openbadges.grammar import is_iri
from assessor.openbadges.strict_json import read_json

MAX_SVG_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 20_000

Edition = Literal["3.0", "2.0"]

_SVG_ROOT = "http://www.w3.org/2000/svg svg"
_ELEMENTS: dict[Edition, tuple[str, str]] = {
    "3.0": ("https://purl.imsglobal.org/ob/v3p0", "credential"),
    "2.0": ("http://openbadges.org", "assertion"),
}
_NAMES: dict[str, Edition] = {f"{space} {local}": edition for edition, (space, local) in _ELEMENTS.items()}
_INSIDE = [[name] for name in _NAMES]
_FOREIGN = frozenset({"script", "foreignobject", "iframe", "handler"})
_SCHEMES_OF_SCRIPT = ("javascript:", "vbscript:")
_JWT = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


def is_svg(data: bytes) -> bool:
    """Whether the bytes look like XML rather than JSON, JWT or a bitmap."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def bake_svg(picture: bytes, text: bytes, edition: Edition = "3.0") -> bytes:
    """The SVG with the badge inside, replacing an older one.

    JSON is put into CDATA, a compact JWT into the attribute `verify`. A hosted badge of 2.0 has its address there,
    beside the JSON. Raises `Unreadable` for a picture that
    is not plain SVG (UTF-8, no entities, no script) and for text that cannot be carried unchanged.
    """
    if b"]]>" in text:
        raise Unreadable("The badge holds “]]>”, which cannot be carried by an SVG.")
    clean, position = _without_badge(picture)
    baked = clean[:position] + _element(clean, text, edition) + clean[position:]
    if unbake_svg(baked) != text:
        raise Unreadable("The badge cannot be carried by an SVG without a change.")
    return baked


@lru_cache(maxsize=16)
def _without_badge(picture: bytes) -> tuple[bytes, int]:
    """A picture without the badge that it may carry, and where one goes; remembered, for badges share few pictures."""
    clean = _scan(picture).without_credential(picture)
    return clean, _scan(clean).content_start


def svg_alone(data: bytes) -> bytes:
    """An SVG without the badge that it carries. Raises `Unreadable` for what is no plain SVG."""
    return _scan(data).without_credential(data)


def unbake_svg(data: bytes) -> bytes:
    """The exact text that an SVG carries, whichever the edition; of 2.0 also the bare address of a hosted badge.

    Raises `NotACredential` if there is none, `AlteredCarrier` for two, or when the picture is not the one
    that the badge was put into, `Unreadable` for what is no plain SVG.
    """
    found = _scan(data)
    if not found.credentials:
        raise NotACredential("The picture carries no badge.")
    if len(found.credentials) > 1:
        raise AlteredCarrier("The picture carries more than one badge.")
    attributes, body = found.attributes, "".join(found.body).strip()
    if unknown := set(attributes) - {"verify", "digestSRI"}:
        raise AlteredCarrier(f"The badge in the picture has an unknown attribute “{min(unknown)[:40]}”.")
    text = _text(found.edition, attributes.get("verify", ""), body).encode()
    if not text or b"]]>" in text:
        raise Unreadable("The badge in the picture is empty or not plain text.")
    if "digestSRI" in attributes:
        start, end = found.credentials[0]
        clean = found.without_credential(data)
        if start != found.content_start or data[start:end] != _element(clean, text, found.edition):
            raise AlteredCarrier("The picture was changed after the badge was put into it.")
    return text


def _text(edition: Edition, verify: str, body: str) -> str:
    """The badge of an element: 3.0 has one of both; 2.0 may have the JSON and, beside it, its address."""
    if edition == "3.0" or not body:
        return verify or body
    # Readers that follow the address and readers that take the JSON must come to the same badge.
    if verify and f'"{verify}"' not in body.replace("\\/", "/"):
        raise AlteredCarrier("The picture names another badge than the one that it carries.")
    return body


def _element(picture: bytes, text: bytes, edition: Edition) -> bytes:
    namespace, local = _ELEMENTS[edition]
    digest = base64.b64encode(hashlib.sha256(picture).digest()).decode("ascii")
    opening = f'<openbadges:{local} xmlns:openbadges="{namespace}" digestSRI="sha256-{digest}"'
    if _JWT.fullmatch(text):
        return f"{opening} verify={quoteattr(text.decode('ascii'))}/>".encode()
    if edition == "2.0":
        opening += f" verify={quoteattr(_address(text))}"
    return f"{opening}><![CDATA[".encode() + text + f"]]></openbadges:{local}>".encode()


def _address(text: bytes) -> str:
    """Where a hosted badge of 2.0 lives: its id."""
    address = read_json(text).get("id")
    if not isinstance(address, str) or not is_iri(address):
        raise Unreadable("The badge has no address.")
    return address


@dataclass
class _Scan:
    """Where things stand in an SVG, in bytes."""

    content_start: int = 0
    credentials: list[tuple[int, int]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    edition: Edition = "3.0"
    path: list[str] = field(default_factory=list)
    elements: int = 0
    opened_at: int = 0

    def without_credential(self, data: bytes) -> bytes:
        for start, end in reversed(self.credentials):
            data = data[:start] + data[end:]
        return data


def _scan(data: bytes) -> _Scan:
    """Read an SVG once: well-formed UTF-8 without entities, scripts or remote parts.

    Expat resolves nothing from outside; a DOCTYPE is taken only without declarations of its own.
    """
    if len(data) > MAX_SVG_BYTES:
        raise Unreadable(f"The SVG is larger than {MAX_SVG_BYTES // 1024} kB.")
    scan = _Scan()
    parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: _opened(scan, parser, data, name, attributes)
    parser.EndElementHandler = lambda name: _closed(scan, parser, data, name)
    parser.CharacterDataHandler = lambda text: scan.body.append(text) if scan.path[-1:] in _INSIDE else None
    parser.StartDoctypeDeclHandler = lambda _name, _system, _public, inner: _refuse_entities() if inner else None
    parser.EntityDeclHandler = lambda *_: _refuse_entities()
    parser.SkippedEntityHandler = lambda *_: _refuse_entities()
    try:
        parser.Parse(data, True)
    except OpenBadgesError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable(f"The file is not well-formed XML: {error}.") from error
    return scan


def _refuse_entities() -> NoReturn:
    raise Unreadable("The SVG declares or uses entities, which is not safe.")


def _opened(scan: _Scan, parser: expat.XMLParserType, data: bytes, name: str, attributes: dict[str, str]) -> None:
    scan.elements += 1
    if scan.elements > MAX_ELEMENTS or len(scan.path) >= MAX_DEPTH:
        raise Unreadable("The SVG is too large or nested too deeply.")
    if not scan.path:
        if name != _SVG_ROOT:
            raise Unreadable("The file is XML, but not an SVG picture.")
        scan.content_start = _end_of_tag(data, parser.CurrentByteIndex)
        if data[scan.content_start - 2 : scan.content_start] == b"/>":
            raise Unreadable("The SVG picture is empty.")
    if scan.path[-1:] in _INSIDE:
        raise Unreadable("The badge in the picture holds markup.")
    _refuse_script(name, attributes)
    if name in _NAMES:
        scan.opened_at, scan.attributes, scan.body = parser.CurrentByteIndex, attributes, []
        scan.edition = _NAMES[name]
    scan.path.append(name)


def _closed(scan: _Scan, parser: expat.XMLParserType, data: bytes, name: str) -> None:
    scan.path.pop()
    if name in _NAMES:
        opening_end = _end_of_tag(data, scan.opened_at)
        is_empty_tag = data[opening_end - 2 : opening_end] == b"/>"
        end = opening_end if is_empty_tag else _end_of_tag(data, parser.CurrentByteIndex)
        scan.credentials.append((scan.opened_at, end))


def _end_of_tag(data: bytes, start: int) -> int:
    """The byte after the `>` of the tag that begins at `start`; a `>` in quotes does not count."""
    quote = 0
    for position in range(start, len(data)):
        sign = data[position]
        if quote:
            quote = 0 if sign == quote else quote
        elif sign in b"\"'":
            quote = sign
        elif sign == ord(">"):
            return position + 1
    raise Unreadable("The SVG is cut off.")


def _refuse_script(name: str, attributes: dict[str, str]) -> None:
    scripted = name.rpartition(" ")[2].lower() in _FOREIGN
    for attribute, value in attributes.items():
        local = attribute.rpartition(" ")[2].lower()
        is_event = attribute[:2].lower() == "on"
        scripted |= is_event or (local == "href" and value.strip().lower().startswith(_SCHEMES_OF_SCRIPT))
    if scripted:
        raise Unreadable("The SVG holds a script or foreign content, which is not safe.")
