"""Codes that somebody made to deceive or to harm: every small change, every limit of the table, and far too much.

Each function gives names and texts in the same order every time, so that library and page can be asked the same:
`small_changes` of a printed text; `signed_contents` around every limit of spec/qr.md, signed by a trusted key, so that
only the content decides; `envelopes` of other forms; `floods` of input; and contents `at_random`.
"""

import base64
import random
import unicodedata
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, TypeAlias

from assessor.certificates import cbor, cose, qr
from tests.unit.certificates.trusted import CERTIFICATE, NOW, PREFIX

Named: TypeAlias = tuple[str, str]
GROUP = 17  # digits
ISSUED, ENDS = int(NOW.timestamp()) - 100, int(NOW.timestamp()) + 1_000_000
OTHER_DIGITS = {
    "Arabic": "٠١٢٣٤٥٦٧٨٩",
    "Persian": "۰۱۲۳۴۵۶۷۸۹",
    "Devanagari": "०१२३४५६७८९",
    "Bengali": "০১২৩৪৫৬৭৮৯",
    "wide": "０１２３４５６７８９",
    "raised": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "mathematical": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
}


def small_changes(text: str) -> Iterator[Named]:
    """Every change of one bit, and of a digit or two, of a text in form 1; then other texts of the same bytes."""
    start, digits = text[: text.index("#1.") + 3], text.partition("#1.")[2]
    signed = qr.read_text(text).cose
    yield from ((f"bit {bit}", qr.symbol_text(PREFIX, changed)) for bit, changed in enumerate(bits_changed(signed)))
    changes: dict[str, Callable[[int], str]] = {
        "more": lambda at: digits[:at] + str((int(digits[at]) + 1) % 10) + digits[at + 1 :],
        "less": lambda at: digits[:at] + str((int(digits[at]) - 1) % 10) + digits[at + 1 :],
        "cut after": lambda at: digits[:at],
        "left out": lambda at: digits[:at] + digits[at + 1 :],
        "zero put in": lambda at: f"{digits[:at]}0{digits[at:]}",
        "put in": lambda at: f"{digits[:at]}{at % 10}{digits[at:]}",
        "swapped": lambda at: digits[:at] + digits[at : at + 2][::-1] + digits[at + 2 :],
        "far swapped": lambda at: digits[:at] + digits[at : at + GROUP + 1][::-1] + digits[at + GROUP + 1 :],
    }
    for name, change in changes.items():
        texts = ((f"{name} {at}", start + change(at)) for at in range(len(digits)))
        yield from ((name, changed) for name, changed in texts if changed != text)
    for at in range(0, len(digits), GROUP):
        group = digits[at : at + GROUP]
        yield f"group twice {at}", start + digits[:at] + group + digits[at:]
        yield f"group without {at}", start + digits[:at] + digits[at + GROUP :]
        yield f"group too large {at}", start + digits[:at] + "9" * len(group) + digits[at + GROUP :]
    yield from _other_writings(start, digits, signed)


def bits_changed(data: bytes) -> Iterator[bytes]:
    """The bytes with each of their bits changed, one at a time."""
    return (data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] for at in range(len(data)) for bit in range(8))


def _other_writings(start: str, digits: str, signed: bytes) -> Iterator[Named]:
    """The same bytes as no issuer writes them: form 2, digits of other scripts, signs of any kind among them."""
    for name, others in OTHER_DIGITS.items():
        yield f"{name} digits", start + digits.translate(str.maketrans("0123456789", others))
        yield f"one {name} digit", start + digits[:-1] + others[int(digits[-1])]
    for sign in "+-_.,eExX/=% \u00a0\u200b\u200f\u202e\ufeff\x00\x1f\x85\n\ud800":
        yield f"sign {sign!r} among digits", f"{start}{digits[:20]}{sign}{digits[20:]}"
        yield f"sign {sign!r} after", start + digits + sign
        yield f"sign {sign!r} before", f"{sign}{start}{digits}"
    code, second = base64.urlsafe_b64encode(signed).rstrip(b"=").decode(), start.replace("#1.", "#2.")
    yield "form 2", second + code
    for at in range(0, len(code), 7):
        yield f"form 2, case {at}", second + code[:at] + code[at].swapcase() + code[at + 1 :]
        yield f"form 2, cut {at}", second + code[:at]
        yield f"form 2, next {at}", second + code[:at] + chr(ord(code[at]) + 1) + code[at + 1 :]
    for name, written in (
        ("padded", f"{code}=="),
        ("of plain base64", base64.b64encode(signed).decode()),
        ("last bits", code[:-1] + chr(ord(code[-1]) + 1)),
        ("of digits", digits),
        ("twice", code * 2),
        ("of wide letters", "".join(chr(ord(sign) + 0xFEE0) for sign in code)),
    ):
        yield f"form 2 {name}", second + written
    for form in ("0", "3", "01", "1.1", "", "١", "1 2"):
        yield f"form {form}", start.replace("#1.", f"#{form}.") + digits
    for prefix in ("", "HTTPS://V.BADGES.EXAMPLE/c", "http://v.badges.example/c", "https://evil.example/c", "ftp://x"):
        yield f"address {prefix}", f"{prefix}#1.{digits}"
    for prefix in ("javascript:alert(1)//", f"{PREFIX}?x=1", f"{PREFIX}/", f"{PREFIX}#1.1", "ſhttps://x", "//x/c"):
        yield f"address {prefix}", f"{prefix}#1.{digits}"


def claims(**changes: Any) -> dict[int, Any]:
    """The claims of a good certificate; a change names one of `PLACES` and gives what stands there instead."""
    whole: dict[int, Any] = {4: ENDS, 6: ISSUED, 7: bytes.fromhex("3a7c19e4b05d62f1")}
    fields: list[Any] = ["Li Na", None, "DC21-S4", None, 4, bytes([72, 65]), 3, 40961, bytes([9, 0, 14]), "en+ar"]
    for name, value in changes.items():
        if name in CLAIMS:
            whole[CLAIMS[name]] = value
        else:
            fields[PLACES.index(name)] = value
    return {**whole, qr.CLAIM_FIELDS: fields}


CLAIMS = {"expires": 4, "issued": 6, "number": 7}
PLACES = ("name", "spelling", "achievement", "title", "level", "scores", "list", "index", "conditions", "languages")
LAST_SECOND = 253402300799  # of the year 9999

#: For each field what the table of spec/qr.md allows, at its limits, and what it does not.
LIMITS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "name": (
        ("x", "x" * 96, "ن" * 48, "😀" * 24, "Li\u202e Na", "Li\u2028Na", "Li\tNa", "Li\u00a0Na", "\ufeffx", "\u200dx"),
        (None, "", " ", "\u202e", "\u00a0", "\n", "x" * 97, "ن" * 49, "e\u0301", "e\u202e\u0301", 5, b"Li", ["Li"], {}),
    ),
    "spelling": ((None, "x" * 64, "Li\u200fNa"), ("", " ", "x" * 65, "x" * 64 + "\u200f", "e\u0301", 1, b"x", [])),
    "achievement": (("A", "X" * 24, "A.B-9"), (None, "", "a", "X" * 25, "A B", "Ä", "A\n", "A_B", "Ａ", b"A", 1)),
    "title": ((None, "x" * 48, "–" * 16), ("", "x" * 49, "–" * 17, "e\u0301", 3, b"x")),
    "level": ((None, 1, 8), (0, 9, -1, "4", b"\x04", 2**32, 2**60, [4])),
    "scores": (
        (None, b"", bytes(16), bytes([0, 100, 255])),
        (bytes(17), bytes([101]), bytes([254]), "xx", 5, [1, 2]),
    ),
    "list": ((0, 2**32 - 1), (None, -1, 2**32, 2**53, 2**64 - 1, "3", b"\x03")),
    "index": ((0, 2**20 - 1), (None, -1, 2**20, 2**60, "1", [1])),
    "conditions": (
        (None, bytes(3), bytes([255, 255, 255]), bytes([31, 7, 0])),
        (b"", bytes(2), bytes(4), "abc", 9, [0, 0, 0]),
    ),
    "languages": (
        (None, "en", "mt+ar", "en-GB+ar-EG", "en-Latn-GB", "EN"),
        (
            "",
            "e",
            "engl",
            "en+",
            "+ar",
            "en+ar+es",
            "en-",
            "en_GB",
            "en-a_b",
            "en-GB+ar-a_b",
            "x" * 17,
            "en\n",
            "éñ",
            1,
        ),
    ),
    "expires": ((ISSUED + 1, LAST_SECOND), (ISSUED, 0, -1, LAST_SECOND + 1, 2**53, 2**64 - 1, "x", b"", [])),
    "issued": ((ISSUED - 1000, ENDS - 1), (None, -1, ENDS, LAST_SECOND + 1, 2**60, "x", b"", [1])),
    "number": ((bytes(8), b"\xff" * 8), (None, b"", bytes(7), bytes(9), "12345678", 8, [1] * 8)),
}


def signed_contents() -> Iterator[tuple[str, str, bool]]:
    """Name, text, and whether the content may be shown: each limit from both sides, and other shapes."""
    for field, (good, bad) in LIMITS.items():
        for values, allowed in ((good, True), (bad, False)):
            for value in values:
                yield f"{field} {value!r}", signed(cbor.encode(claims(**{field: value}))), allowed
    whole = claims()
    fields = whole[qr.CLAIM_FIELDS]
    with_fields: dict[str, tuple[Any, bool]] = {
        "no status": (claims(list=None, index=None)[qr.CLAIM_FIELDS], True),
        "eight": (fields[:8], True),
        "nine": (fields[:9], True),
        "seven": (fields[:7], False),
        "none": ([], False),
        "eleven": ([*fields, "shown nowhere"], True),
        "a large number after the tenth": ([*fields, 2**63, -(2**63)], True),
        "arrays after the tenth": ([*fields, [[1]]], True),
        "nested too deep after the tenth": ([*fields, [[[1]]]], False),
        "a map": (dict(enumerate(fields)), False),
        "null": (None, False),
        "a text": ("Li Na", False),
    }
    for name, (value, allowed) in with_fields.items():
        yield f"fields: {name}", signed(cbor.encode({**whole, qr.CLAIM_FIELDS: value})), allowed
    for key in (0, 5, 8, -1, 23, 2**32, 2**60, -(2**60), 2**64 - 1):
        yield f"another claim {key}", signed(cbor.encode({**whole, key: "x"})), True
    yield "a large value of another claim", signed(cbor.encode({**whole, 9: 2**64 - 1, 10: 2**53, 11: -(2**60)})), True
    for place in (4, 6, 7, qr.CLAIM_FIELDS):
        left = {key: value for key, value in whole.items() if key != place}
        yield f"without claim {place}", signed(cbor.encode(left)), place == 4
    for name, value in (("an array", [whole]), ("bytes", b"x"), ("null", None), ("an empty map", {})):
        yield f"the payload is {name}", signed(cbor.encode(value)), False
    yield from ((name, signed(payload), False) for name, payload in _badly_written(cbor.encode(whole)))


def _badly_written(payload: bytes) -> Iterator[tuple[str, bytes]]:
    """The same content in CBOR that another writer could have chosen, and CBOR that this profile does not have."""
    name = payload.index(b"\x65Li Na")
    yield "longer length", payload[:name] + b"\x78\x05" + payload[name + 1 :]
    yield "endless text", payload[:name] + b"\x7f" + payload[name : name + 6] + b"\xff" + payload[name + 6 :]
    yield "tagged text", payload[:name] + b"\xc0" + payload[name:]
    yield "not UTF-8", payload.replace(b"Li Na", b"Li\xffNa")
    yield "half a pair", payload.replace(b"\x65Li Na", b"\x65Li\xed\xa0\x80"[:6])
    yield "one byte more", payload + b"\x00"
    yield "one byte less", payload[:-1]
    yield "false count of claims", b"\xa5" + payload[1:]
    yield "endless map", b"\xbf" + payload[1:] + b"\xff"
    yield "tagged", b"\xd8\x3d" + payload
    yield "keys in another order", b"\xa4" + payload[7:13] + payload[1:7] + payload[13:]
    yield "a key twice", b"\xa5" + payload[1:7] + payload[1:]
    level = payload.index(b"\xf6\x04\x42") + 1
    for kind, written in (
        ("true", b"\xf5"),
        ("undefined", b"\xf7"),
        ("half 4.0", b"\xf9\x44\x00"),
        ("wide", b"\x18\x04"),
    ):
        yield f"level as {kind}", payload[:level] + written + payload[level + 1 :]


def envelopes() -> Iterator[Named]:
    """Envelopes of other forms around a good content, each signed as it stands."""
    payload, kid = cbor.encode(claims()), cose.key_id(CERTIFICATE.public_key)
    headers: dict[str, Any] = {
        "ES256": {1: -7, 4: kid},
        "no algorithm": {4: kid},
        "algorithm as text": {1: "EdDSA", 4: kid},
        "no key": {1: -19},
        "key as text": {1: -19, 4: "abcdefgh"},
        "key as array": {1: -19, 4: [1, 2, 3, 4, 5, 6, 7, 8]},
        "short key": {1: -19, 4: kid[:7]},
        "long key": {1: -19, 4: kid + b"\0"},
        "another header": {1: -19, 4: kid, 2: [1]},
        "critical": {1: -19, 2: [4], 4: kid},
        "large header": {1: -19, 4: kid, 2**60: 1},
        "array": [1, -19],
        "null": None,
    }
    for name, header in headers.items():
        yield f"header: {name}", _enveloped(cbor.encode(header), payload)
    protected = cbor.encode({1: -19, 4: kid})
    signature = _signature(protected, payload)
    bodies: dict[str, Any] = {
        "open header": [protected, {4: kid}, payload, signature],
        "open header null": [protected, None, payload, signature],
        "no payload": [protected, {}, None, signature],
        "payload as map": [protected, {}, claims(), signature],
        "short signature": [protected, {}, payload, signature[:63]],
        "long signature": [protected, {}, payload, signature + b"\0"],
        "no signature": [protected, {}, payload, b""],
        "signature as text": [protected, {}, payload, "x" * 64],
        "header as map": [{1: -19, 4: kid}, {}, payload, signature],
        "three parts": [protected, {}, payload],
        "five parts": [protected, {}, payload, signature, 0],
        "map": {1: protected, 2: {}, 3: payload, 4: signature},
    }
    for name, body in bodies.items():
        yield f"envelope: {name}", qr.symbol_text(PREFIX, cbor.encode(body))
    whole = cbor.encode([protected, {}, payload, signature])
    yield "envelope: tagged", qr.symbol_text(PREFIX, b"\xd2" + whole)
    yield "envelope: key over another signature", qr.symbol_text(PREFIX, whole[:-64] + bytes(64))
    for context in (b"obt1", b"obc1", b"obw1", b""):
        other = CERTIFICATE.sign(cbor.encode(["Signature1", protected, context, payload]))
        yield f"envelope: context {context!r}", qr.symbol_text(PREFIX, whole[:-64] + other)


def floods() -> Iterator[Named]:
    """Far too much of everything that a reader could loop over."""
    for sign in "9", "#", "=", "A", "\u202e", "😀", " ":
        yield f"a million {sign!r}", sign * 1_000_000
        for form in "#1.", "#2.":
            yield f"{form} and a million {sign!r}", f"{PREFIX}{form}{sign * 1_000_000}"
            yield f"{form} and all that is read of {sign!r}", f"{PREFIX}{form}".ljust(2048, sign)
    yield "dots that are not the end", f"{PREFIX}#1.{'.' * 2000}x"
    yield "points and digits", f"{PREFIX}#1.{'.1' * 1000}"
    for name, data in (
        ("nested arrays", b"\x81" * 512),
        ("nested maps", b"\xa1\x00" * 256),
        ("wide nested arrays", b"\x98\x20" * 256),
        ("a count of 2⁶⁴", b"\x9b" + b"\xff" * 400),
        ("a length of 2⁶³", b"\x5b\x7f" + b"\xff" * 400),
        ("a count as large as the rest", b"\x99\x01\xfd" + b"\x00" * 509),
        ("a map of many keys", b"\xb8\xff" + b"".join(b"\x19" + n.to_bytes(2, "big") + b"\0" for n in range(256, 383))),
        ("one byte too many", bytes(513)),
        ("two thousand bytes", bytes(2000)),
        ("many small arrays", b"\x99\x01\xfd" + b"\x80" * 509),
        ("much text", b"\x79\x01\xfd" + b"x" * 509),
        ("text that is not NFC", b"\x79\x01\xfc" + "ڀ́".encode() * 127),
    ):
        for form, write in (("1", qr.symbol_text), ("2", qr.copy_text)):
            yield f"{name}, form {form}", write(PREFIX, data)
    room = 512 - 84 - 100
    for name, value in (
        ("a name of every mark", "a" + "\u0316" * (room // 2)),
        ("Hangul that composes", unicodedata.normalize("NFD", "각") * (room // 9)),
        ("a name of controls", "\u202e" * (room // 3)),
        ("the widest sign", "\ufdfa" * (room // 3)),
    ):
        yield name, signed(cbor.encode(claims(name=value)))
    yield "as many fields as fit", signed(cbor.encode({**claims(), qr.CLAIM_FIELDS: [None] * room}))


def at_random(count: int, seed: int) -> Iterator[Named]:
    """Good contents with some fields replaced by any value, signed again; or with bytes of the payload changed."""
    dice = random.Random(seed)
    pool = list(chain.from_iterable(chain(good, bad) for good, bad in LIMITS.values()))
    for number in range(count):
        chosen = dice.sample([*PLACES, *CLAIMS], dice.choice((1, 1, 2, 3)))
        payload = bytearray(cbor.encode(claims(**{field: dice.choice(pool) for field in chosen})))
        for _ in range(dice.choice((0, 0, 1, 2))):
            payload[dice.randrange(len(payload))] = dice.randrange(256)
        if len(payload) <= 400:
            yield f"random {number}", signed(bytes(payload))


def signed(payload: bytes) -> str:
    """The text of any payload, signed by the key that is trusted for certificates."""
    protected = cbor.encode({1: cose.ED25519, 4: cose.key_id(CERTIFICATE.public_key)})
    return _enveloped(protected, payload)


def _enveloped(protected: bytes, payload: bytes) -> str:
    return qr.symbol_text(PREFIX, cbor.encode([protected, {}, payload, _signature(protected, payload)]))


def _signature(protected: bytes, payload: bytes) -> bytes:
    return CERTIFICATE.sign(cbor.encode(["Signature1", protected, qr.CONTEXT, payload]))
