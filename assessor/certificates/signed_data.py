"""The signed data a verifier trusts: bundle, catalogue and withdrawals (`spec/qr.md`, section 2).

Each is a JSON document inside a COSE_Sign1 of its own context. The **bundle** names the issuers, their
keys, addresses and lists, and is signed by the root key that a verifier has pinned. A **catalogue** says
in words what an achievement code means, the **withdrawals** give dates and reasons; an issuer signs both
with a key the bundle names for that use.

    signed = sign_bundle(bundle, root)
    bundle = read_bundle(signed, root.public_key)
    catalogue = read_catalogue(signed_catalogue, bundle.issuers[0])

Times are whole seconds since 1970 in the JSON, aware UTC datetimes here. Keys are lower-case hex.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from assessor.certificates import cose, merkle
from assessor.certificates.json_fields import FieldNotValid, Fields
from assessor.certificates.trust import (
    KEY_USES,
    REASON_CLASSES,
    AchievementText,
    Bundle,
    Catalogue,
    IssuedPlace,
    Issuer,
    Key,
    KeyUse,
    ReasonClass,
    StatusListPlace,
    Withdrawal,
    Withdrawals,
)

BUNDLE_CONTEXT = b"obt1"
CATALOGUE_CONTEXT = b"obc1"
WITHDRAWALS_CONTEXT = b"obw1"
MAX_BUNDLE = 256 << 10
MAX_CATALOGUE = 1 << 20
MAX_WITHDRAWALS = 4 << 20


class SignedDataNotReadable(ValueError):
    """The document is damaged, too large, or not of the form it should have."""


class NotSignedByTrustedKey(ValueError):
    """No key that may sign this kind of document signed it."""


def sign_bundle(bundle: Bundle, root: cose.Signer) -> bytes:
    """Sign with the root key, whose public half is pinned in every verifier."""
    return _sign(bundle_document(bundle), BUNDLE_CONTEXT, root, MAX_BUNDLE)


def bundle_document(bundle: Bundle) -> dict[str, Any]:
    """The bundle as it is signed, and as a draft of it is written for people to look at."""
    return {
        "type": "bundle",
        "version": bundle.version,
        "issued": _seconds(bundle.issued),
        "expires": _seconds(bundle.expires),
        "issuers": [_issuer_json(issuer) for issuer in bundle.issuers],
    }


def issuer_size(issuer: Issuer) -> int:
    """How many bytes of a bundle an issuer takes."""
    return len(_json(_issuer_json(issuer))) + len(",")


def read_draft(text: bytes) -> Bundle:
    """A bundle that nobody has signed yet. Raises `SignedDataNotReadable`."""
    with _readable("bundle"):
        return _bundle(Fields.parse(text))


def read_bundle(signed: bytes, root_key: bytes) -> Bundle:
    """Check and read; raises `NotSignedByTrustedKey` or `SignedDataNotReadable`."""
    document = _open(signed, BUNDLE_CONTEXT, [root_key], MAX_BUNDLE)
    with _readable("bundle"):
        return _bundle(document)


def achievements_size(achievements: Mapping[str, Mapping[str, AchievementText]]) -> int:
    """How many bytes of a catalogue they take; the rest of it, with its signature, takes less than 1 kB."""
    return len(_json(_achievements_json(achievements)))


def sign_catalogue(catalogue: Catalogue, signer: cose.Signer) -> bytes:
    """Sign with a key the bundle names for `catalogue`."""
    document = {
        "type": "catalogue",
        "issuer": catalogue.issuer,
        "version": catalogue.version,
        "issued": _seconds(catalogue.issued),
        "achievements": _achievements_json(catalogue.achievements),
    }
    return _sign(document, CATALOGUE_CONTEXT, signer, MAX_CATALOGUE)


def read_catalogue(signed: bytes, issuer: Issuer) -> Catalogue:
    """Check against the issuer's keys, its hash if the bundle pins one, and read."""
    if issuer.catalogue_sha256 not in (None, hashlib.sha256(signed).hexdigest()):
        raise NotSignedByTrustedKey("This is not the catalogue that the trust list names.")
    document = _open(signed, CATALOGUE_CONTEXT, _keys(issuer, "catalogue"), MAX_CATALOGUE)
    with _readable("catalogue"):
        document.expect("type", "catalogue")
        document.expect("issuer", issuer.id)
        codes = document.document("achievements")
        return Catalogue(
            issuer=issuer.id,
            version=document.integer("version"),
            issued=document.moment("issued"),
            achievements={code: _texts(codes.document(code)) for code in codes},
        )


def sign_withdrawals(withdrawals: Withdrawals, signer: cose.Signer) -> bytes:
    """Sign with a key the bundle names for `withdrawals`."""
    document = {
        "type": "withdrawals",
        "issuer": withdrawals.issuer,
        "issued": _seconds(withdrawals.issued),
        "entries": {
            number: {"date": _seconds(entry.date), "reason": entry.reason}
            for number, entry in withdrawals.entries.items()
        },
    }
    return _sign(document, WITHDRAWALS_CONTEXT, signer, MAX_WITHDRAWALS)


def read_withdrawals(signed: bytes, issuer: Issuer) -> Withdrawals:
    """Check against the issuer's keys and read."""
    document = _open(signed, WITHDRAWALS_CONTEXT, _keys(issuer, "withdrawals"), MAX_WITHDRAWALS)
    with _readable("withdrawals"):
        document.expect("type", "withdrawals")
        document.expect("issuer", issuer.id)
        entries = document.document("entries")
        return Withdrawals(
            issuer=issuer.id,
            issued=document.moment("issued"),
            entries={number: _withdrawal(entries.document(number)) for number in entries},
        )


def _sign(document: Mapping[str, Any], context: bytes, signer: cose.Signer, max_bytes: int) -> bytes:
    signed = cose.sign1(_json(document), context=context, signer=signer)
    if len(signed) > max_bytes:
        raise SignedDataNotReadable(f"The document has {len(signed)} bytes; verifiers read at most {max_bytes}.")
    return signed


def _json(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def _open(signed: bytes, context: bytes, keys: Iterable[bytes], max_bytes: int) -> Fields:
    try:
        envelope = cose.read_sign1(signed, max_bytes=max_bytes)
    except cose.NotASignedEnvelope as error:
        raise SignedDataNotReadable(str(error)) from error
    for key in keys:
        try:
            envelope.check(key, context=context)
        except cose.SignatureDoesNotHold:
            continue
        with _readable("document"):
            return Fields.parse(envelope.payload)
    raise NotSignedByTrustedKey("No key that may sign this document signed it.")


def _keys(issuer: Issuer, use: KeyUse) -> list[bytes]:
    # A stolen key still signed the documents before; but it could sign any date, so it signs nothing now.
    return [key.public_key for key in issuer.keys_for(use) if key.compromised_since is None]


@contextmanager
def _readable(kind: str) -> Iterator[None]:
    """Name the document in what `Fields` refuses inside the block."""
    try:
        yield
    except FieldNotValid as error:
        raise SignedDataNotReadable(f"The {kind} cannot be read: {error}") from error


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _optional_seconds(moment: datetime | None) -> int | None:
    return None if moment is None else _seconds(moment)


def _bundle(document: Fields) -> Bundle:
    document.expect("type", "bundle")
    return Bundle(
        version=document.integer("version"),
        issued=document.moment("issued"),
        expires=document.moment("expires"),
        issuers=tuple(_issuer(each) for each in document.documents("issuers")),
    )


def _issuer_json(issuer: Issuer) -> dict[str, Any]:
    return {
        "id": issuer.id,
        "names": dict(issuer.names),
        "country": issuer.country,
        "did": issuer.did,
        "url": issuer.url,
        "email": issuer.email,
        "project": dict(issuer.project),
        "prefixes": list(issuer.prefixes),
        "catalogue_url": issuer.catalogue_url,
        "catalogue_sha256": issuer.catalogue_sha256,
        "withdrawals_url": issuer.withdrawals_url,
        "keys": [_key_json(key) for key in issuer.keys],
        "status_lists": [
            {"number": place.number, "url": place.url, "suspension_url": place.suspension_url}
            for place in issuer.status_lists
        ],
    }


def _key_json(key: Key) -> dict[str, Any]:
    # Named only after a theft: what every visit loads stays small.
    place = key.issued
    listed = {"issued": {"url": place.url, "root": place.root.hex(), "count": place.count}} if place else {}
    return listed | {
        "kid": key.kid.hex(),
        "x": key.public_key.hex(),
        "uses": list(key.uses),
        "valid_from": _seconds(key.valid_from),
        "valid_until": _optional_seconds(key.valid_until),
        "compromised_since": _optional_seconds(key.compromised_since),
    }


def _issuer(document: Fields) -> Issuer:
    return Issuer(
        id=document.text("id"),
        names=document.texts_by_name("names"),
        country=document.text("country"),
        did=document.text("did"),
        keys=tuple(_key(each) for each in document.documents("keys")),
        prefixes=document.texts("prefixes"),
        status_lists=tuple(
            StatusListPlace(each.integer("number"), each.text("url"), each.optional_text("suspension_url"))
            for each in document.documents("status_lists")
        ),
        url=document.optional_text("url"),
        email=document.optional_text("email"),
        project=document.texts_by_name("project"),
        catalogue_url=document.optional_text("catalogue_url"),
        catalogue_sha256=document.optional_text("catalogue_sha256"),
        withdrawals_url=document.optional_text("withdrawals_url"),
    )


def _key(document: Fields) -> Key:
    key = Key(
        public_key=document.hexadecimal("x", size=32),
        # Uses of a later version are left alone; a key then serves for those we know.
        uses=tuple(use for use in KEY_USES if use in document.texts("uses")),
        valid_from=document.moment("valid_from"),
        valid_until=document.optional_moment("valid_until"),
        compromised_since=document.optional_moment("compromised_since"),
        issued=_issued_place(document.document("issued")) if "issued" in document else None,
    )
    document.expect("kid", key.kid.hex())
    return key


def _issued_place(document: Fields) -> IssuedPlace:
    place = IssuedPlace(document.text("url"), document.hexadecimal("root", size=32), document.integer("count"))
    if place.count > merkle.MAX_LEAVES:
        raise FieldNotValid(f"issued.count is more than {merkle.MAX_LEAVES}")
    return place


def _achievements_json(achievements: Mapping[str, Mapping[str, AchievementText]]) -> dict[str, Any]:
    return {
        code: {language: _text_json(text) for language, text in texts.items()} for code, texts in achievements.items()
    }


def _text_json(text: AchievementText) -> dict[str, Any]:
    return {
        "title": text.title,
        "areas": list(text.areas),
        "tasks": {str(level): list(tasks) for level, tasks in text.tasks.items()},
        "not_tested": text.not_tested,
    }


def _texts(languages: Fields) -> dict[str, AchievementText]:
    return {language: _text(languages.document(language)) for language in languages}


def _text(document: Fields) -> AchievementText:
    tasks = document.document("tasks")
    return AchievementText(
        title=document.text("title"),
        areas=document.texts("areas"),
        tasks={level: tasks.texts(str(level)) for level in range(1, 9) if str(level) in tasks},
        not_tested=document.optional_text("not_tested"),
    )


def _withdrawal(document: Fields) -> Withdrawal:
    named = document.text("reason")
    # A class of a later version reads as "the issuer does not say".
    reason: ReasonClass = next((reason for reason in REASON_CLASSES if reason == named), "other")
    return Withdrawal(document.moment("date"), reason)
