"""The signed summary inside the QR code of a certificate (`spec/qr.md`, section 1, form 1).

A `Summary` holds what the paper says. `fit` makes it small enough, `sign_summary` signs it, `symbol_text`
writes the text of the code and `symbol` draws its modules. `read_text`, `cose.read_sign1` and
`read_payload` go the other way; `checking.check_summary` is the whole of it and decides.

    summary, dropped = fit(summary, prefix)
    text = symbol_text(prefix, sign_summary(summary, signer))
    rows = symbol(text)
"""

import base64
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

from assessor.certificates import cbor, cose
from assessor.certificates.matrix import matrix
from assessor.certificates.printable import without_controls
from assessor.certificates.summary import (
    MAX_NAME,
    MAX_SECOND_SPELLING,
    MAX_TITLE,
    Conditions,
    PayloadNotASummary,
    Summary,
    SummaryRefused,
)

CONTEXT = b"obq1"
BUDGET = 296  # bytes of COSE: version 13-M with a prefix of 29 characters, `#1.` included
BUDGET_PREFIX = 29
MAX_PREFIX = 40
MAX_TEXT = 2048
CLAIM_EXPIRES, CLAIM_ISSUED, CLAIM_NUMBER, CLAIM_FIELDS = 4, 6, 7, -65537

_GROUP_DIGITS = (0, 3, 5, 8, 10, 13, 15, 17)  # decimal digits for 0 to 7 bytes
_GROUP_BYTES = {digits: size for size, digits in enumerate(_GROUP_DIGITS)}
_SPACE = re.compile(r"[\s\ufeff]+")
_BASE64URL = re.compile("[A-Za-z0-9_-]*")
_PREFIX = re.compile(
    r"(https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?"
)


class PrefixNotValid(ValueError):
    """The address in front of the code is not one that may be printed."""


class SummaryTooLarge(SummaryRefused):
    """Even without second spelling and title the summary does not fit the symbol."""


class NotACertificateText(ValueError):
    """The text is something else than the code of a certificate."""


class TextIncomplete(ValueError):
    """The text begins like a certificate's code, but a part of it is missing."""


class TextAltered(ValueError):
    """The text has the form of a certificate's code and cannot have been printed so."""


@dataclass(frozen=True, slots=True)
class ScannedText:
    """A code taken apart and not yet believed. `prefix` is empty when only `#…` was pasted."""

    prefix: str
    form: int
    cose: bytes


def fit(summary: Summary, prefix: str) -> tuple[Summary, tuple[str, ...]]:
    """Make the summary fit the printed symbol: drop the second spelling, then the title, never the name.

    Returns it with the names of what was dropped; that is then not printed either.
    Raises `SummaryTooLarge` and `PrefixNotValid`.
    """
    check_prefix(prefix)
    budget = BUDGET - max(0, len(prefix) + len("#1.") - BUDGET_PREFIX)
    dropped: list[str] = []
    if _signed_size(summary) > budget and summary.second_spelling is not None:
        summary = replace(summary, second_spelling=None)
        dropped.append("second_spelling")
    if _signed_size(summary) > budget and summary.title is not None:
        summary = replace(summary, title=None)
        dropped.append("title")
    if (size := _signed_size(summary)) > budget:
        raise SummaryTooLarge(f"The summary needs {size} bytes and the code has room for {budget}. Shorten the name.")
    return summary, tuple(dropped)


def sign_summary(summary: Summary, signer: cose.Signer) -> bytes:
    """Sign the summary; the same summary and key always give the same bytes. See `fit` first."""
    if (size := _signed_size(summary)) > BUDGET:
        raise SummaryTooLarge(f"The summary needs {size} bytes, {BUDGET} is the most. Make it fit first.")
    return cose.sign1(write_payload(summary), context=CONTEXT, signer=signer)


def write_payload(summary: Summary) -> bytes:
    """The claims map of `spec/qr.md`; all ten fields are written."""
    conditions = None if summary.conditions is None else summary.conditions.packed()
    scores = None
    if summary.area_scores is not None:
        scores = bytes(255 if score is None else score for score in summary.area_scores)
    claims: dict[int, cbor.Value] = {
        CLAIM_ISSUED: int(summary.issued.timestamp()),
        CLAIM_NUMBER: summary.number,
        CLAIM_FIELDS: [
            summary.name,
            summary.second_spelling,
            summary.achievement,
            summary.title,
            summary.level,
            scores,
            summary.status_list,
            summary.status_index,
            conditions,
            summary.languages,
        ],
    }
    if summary.expires is not None:
        claims[CLAIM_EXPIRES] = int(summary.expires.timestamp())
    return cbor.encode(claims)


def read_payload(payload: bytes) -> Summary:
    """Read a payload whose signature was checked; raises `PayloadNotASummary`.

    Eight fields or more are read, those after the tenth are left alone and never shown.
    """
    try:
        claims = cbor.decode(payload)
        if isinstance(claims, dict):
            match claims.get(CLAIM_ISSUED), claims.get(CLAIM_NUMBER), claims.get(CLAIM_FIELDS):
                case int() as issued, bytes() as number, list() as fields if len(fields) >= 8:
                    return _summary(issued, claims.get(CLAIM_EXPIRES), number, [*fields, None, None][:10])
    except (cbor.NotDeterministicCBOR, SummaryRefused) as error:
        raise PayloadNotASummary(f"The signed content is not a certificate: {error}") from error
    raise PayloadNotASummary("The signed content is not a certificate of this kind.")


def _summary(issued: int, expires: cbor.Value, number: bytes, fields: list[cbor.Value]) -> Summary:
    match fields:
        case [
            str() as name,
            (str() | None) as second_spelling,
            str() as achievement,
            (str() | None) as title,
            (int() | None) as level,
            (bytes() | None) as scores,
            (int() | None) as status_list,
            (int() | None) as status_index,
            (bytes() | None) as conditions,
            (str() | None) as languages,
        ] if expires is None or isinstance(expires, int):
            return Summary(
                number=number,
                issued=_moment(issued),
                expires=None if expires is None else _moment(expires),
                name=_shown(name, MAX_NAME),
                second_spelling=None if second_spelling is None else _shown(second_spelling, MAX_SECOND_SPELLING),
                achievement=achievement,
                title=None if title is None else _shown(title, MAX_TITLE),
                level=level,
                area_scores=None if scores is None else tuple(None if s == 255 else s for s in scores),
                status_list=status_list,
                status_index=status_index,
                conditions=None if conditions is None else Conditions.unpacked(conditions),
                languages=languages,
            )
    raise PayloadNotASummary("The fields of the signed content are of other kinds.")


def _shown(text: str, limit: int) -> str:
    """What may be shown of a text as it was signed; the limits are those of the text before anything is dropped."""
    if len(text.encode()) > limit or not unicodedata.is_normalized("NFC", text):
        raise PayloadNotASummary("A text of the signed content is too long, or not in NFC.")
    return without_controls(text)


def check_prefix(prefix: str) -> None:
    """Refuse an address that must not be printed: no https, a query, too long, not plain ASCII."""
    if len(prefix) > MAX_PREFIX:
        raise PrefixNotValid(f"The address {prefix!r} is longer than {MAX_PREFIX} characters. Use a shorter host.")
    if not _PREFIX.fullmatch(prefix):
        raise PrefixNotValid(
            f"The address {prefix!r} cannot stand on a certificate. It must be https (http only for "
            "localhost), in small letters, without query and fragment."
        )


def symbol_text(prefix: str, signed: bytes) -> str:
    """The text of the QR code: form 1, the signed bytes as decimal digits after `#1.`."""
    check_prefix(prefix)
    return f"{prefix}#1.{_digits(signed)}"


def copy_text(prefix: str, signed: bytes) -> str:
    """The same as form 2 (base64url), shorter in characters: for copying and pasting, never printed."""
    check_prefix(prefix)
    return f"{prefix}#2.{base64.urlsafe_b64encode(signed).rstrip(b'=').decode()}"


def read_text(text: str) -> ScannedText:
    """Take a scanned or pasted text apart; accepts forms 1 and 2.

    White space (a link broken in an e-mail) and punctuation after it are forgiven. Raises
    `NotACertificateText`, `TextIncomplete` or `TextAltered`.
    """
    prefix, mark, tail = _SPACE.sub("", text[: MAX_TEXT + 1]).partition("#")
    form, dot, code = tail.partition(".")
    code = code.rstrip(".,;:)>]\"'")
    if len(text) > MAX_TEXT or not (mark and dot and form in ("1", "2")):
        raise NotACertificateText("This text is not the code of a certificate.")
    if prefix and not prefix.lower().startswith(("https://", "http://")):
        raise NotACertificateText("This text is not the code of a certificate.")
    return ScannedText(prefix, int(form), _from_digits(code) if form == "1" else _from_base64url(code))


def symbol(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of the QR code, row by row, True for black, without the quiet zone.

    Two segments, bytes then digits; level M; the smallest version; the standard's best mask.
    """
    head, mark, digits = text.partition("#1.")
    segments = [QRData((head + mark).encode("ascii"), mode=MODE_8BIT_BYTE)]
    if digits:
        segments.append(QRData(digits.encode("ascii"), mode=MODE_NUMBER))
    return matrix(segments)


def _signed_size(summary: Summary) -> int:
    size = len(write_payload(summary))
    return size + cose.ENVELOPE_BYTES + (size > 255)


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise PayloadNotASummary("A date lies outside the calendar.") from error


def _digits(data: bytes) -> str:
    groups = (data[at : at + 7] for at in range(0, len(data), 7))
    return "".join(str(int.from_bytes(group, "big")).zfill(_GROUP_DIGITS[len(group)]) for group in groups)


def _from_digits(digits: str) -> bytes:
    if digits and not (digits.isascii() and digits.isdigit()):
        raise TextAltered("Other signs stand among the digits of the code.")
    if not digits or len(digits) % 17 not in _GROUP_BYTES:
        raise TextIncomplete("A part of the code is missing. Scan or copy it again.")
    groups = [digits[at : at + 17] for at in range(0, len(digits), 17)]
    try:
        return b"".join(int(group).to_bytes(_GROUP_BYTES[len(group)], "big") for group in groups)
    except OverflowError as error:
        raise TextAltered("The digits of the code cannot have been printed so.") from error


def _from_base64url(code: str) -> bytes:
    if not _BASE64URL.fullmatch(code):
        raise TextAltered("Other signs stand in the code.")
    if not code or len(code) % 4 == 1:
        raise TextIncomplete("A part of the code is missing. Copy it again.")
    signed = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
    # One text for one content: unused bits of the last sign must be zero.
    if base64.urlsafe_b64encode(signed).rstrip(b"=").decode() != code:
        raise TextAltered("The code cannot have been written so.")
    return signed
