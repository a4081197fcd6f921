"""Ada's badge in Open Badges 2.0, and a web on which its documents stand: honest defaults for the tests."""

import base64
import copy
import json
from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assessor.openbadges.checks import Check, Report
from assessor.openbadges.documents import Fetch, Fetched
from assessor.openbadges.errors import DocumentGone, DocumentUnavailable
from assessor.openbadges.exits import Statement
from assessor.openbadges.multikey import MemorySigner, base64url_encode
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.v2 import Hosted, Places, hosted, revocation_list, salted_recipient
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import NOW, SCHOOL, credential

HOST = "https://badges.example"
PLACES = Places(f"{HOST}/ob2/credentials/1", f"{HOST}/ob2/achievements/a", f"{HOST}/ob2/issuer")
KEY_URL = f"{HOST}/ob2/keys/1"
LIST_URL = f"{HOST}/ob2/revoked"
SIGNED_ID = "urn:uuid:0d6d2b4e-7b1e-4a52-9f5e-0f2b8c5a3d11"
SALT = "c2FsdCBvZiAxMjggYml0cw"
EMAIL = "ada@example.org"
CONTACT = "badges@badges.example"


def ada(**changes: Any) -> Hosted:
    """Ada's three documents."""
    places, contact = changes.pop("places", PLACES), changes.pop("contact", CONTACT)
    recipient = changes.pop("recipient", salted_recipient("email", EMAIL, SALT))
    return hosted(Statement.of(credential(**changes).document()), places, recipient, contact)


def pem(signer: MemorySigner) -> str:
    """The public key as older issuers publish it."""
    public = signer.key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def documents() -> dict[str, JsonObject]:
    """What the school serves: the three documents, and, for its signed badges, a key and a list of revoked ones."""
    made = ada()
    issuer = json.loads(made.issuer) | {"publicKey": KEY_URL, "revocationList": LIST_URL}
    key = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "CryptographicKey",
        "id": KEY_URL,
        "owner": PLACES.issuer,
        "publicKeyPem": pem(SCHOOL),
    }
    return {
        PLACES.assertion: json.loads(made.assertion),
        PLACES.badge_class: json.loads(made.badge_class),
        PLACES.issuer: issuer,
        KEY_URL: key,
        LIST_URL: json.loads(revocation_list(LIST_URL, PLACES.issuer, [])),
    }


def signed_assertion() -> JsonObject:
    """Ada's badge as a signed one."""
    verification = {"type": "signed", "creator": KEY_URL}
    return documents()[PLACES.assertion] | {"id": SIGNED_ID, "verification": verification}


def token(payload: JsonObject, header: Mapping[str, Any] | None = None, signer: MemorySigner = SCHOOL) -> bytes:
    """A compact JWS with any header."""
    parts = (dict(header or {"alg": "EdDSA"}), payload)
    text = b".".join(base64url_encode(write_json(part)).encode() for part in parts)
    return text + b"." + base64url_encode(signer.sign(text)).encode()


def web(served: Mapping[str, Any], gone: frozenset[str] = frozenset()) -> Fetch:
    """A web with these documents (objects, texts or bytes); `leads_to` in an object makes a redirect."""

    def fetch(url: str, /) -> Fetched:
        if url in gone:
            raise DocumentGone(f"{url} was taken away.")
        if url not in served:
            raise DocumentUnavailable(f"{url} cannot be reached.")
        found = served[url]
        if isinstance(found, dict) and "leads_to" in found:
            return Fetched(write_json(served[found["leads_to"]]), found["leads_to"])
        content = found if isinstance(found, bytes) else found.encode() if isinstance(found, str) else write_json(found)
        return Fetched(content, url)

    return fetch


def checked(badge: bytes | JsonObject, served: Mapping[str, Any] | None = None, **changes: Any) -> Report:
    """The report of a badge, by somebody who knows the school."""
    data = badge if isinstance(badge, bytes) else write_json(badge)
    gone = frozenset(changes.pop("gone", ()))
    options: dict[str, Any] = {"issuers": {PLACES.issuer}, "now": NOW} | changes
    return verify_v2(data, web(documents() if served is None else served, gone), options.pop("now"), **options)


def verify_v2(
    badge: bytes, fetch: Fetch | None, now: datetime, *, issuers: Container[str] = (), recipient: str = ""
) -> Report:
    """The report of a badge, by somebody who knows these issuers of 2.0."""
    return verify(badge, Trust(profiles=issuers), now, fetch=fetch, recipient=recipient)


def check_named(report: Report, name: str) -> Check:
    """One check of a report."""
    return next(check for check in report.checks if check.name == name)


def merged(document: Any, patch: Any) -> Any:
    """A document after a JSON merge patch (RFC 7396): null takes a member away."""
    if not isinstance(patch, dict):
        return patch
    result = copy.deepcopy(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def unpacked(text: str) -> bytes:
    """The bytes of a vector that is kept as base64."""
    return base64.b64decode(text, validate=True)
