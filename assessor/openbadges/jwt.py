"""Badges as compact JWTs (VC-JWT, EdDSA): the credential is the payload.

One algorithm, fixed here and never taken from the token; keys come from the issuer's document, never from the
token.

    >>> from assessor.openbadges.jwt import check, read, sign
    >>> from assessor.openbadges.multikey import MemorySigner
    >>> signer = MemorySigner.from_seed(bytes(32))
    >>> token = sign({"issuer": "did:web:a.example"}, signer, "did:web:a.example#k")
    >>> check(read(token.encode()), signer.public_key)
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessor.openbadges.errors import InvalidKey, ProofInvalid, ProofUnsupported, Unreadable
from assessor.openbadges.grammar import read_timestamp, required_iri
from assessor.openbadges.multikey import Signer, base64url_decode, base64url_encode, check_signature
from assessor.openbadges.strict_json import MAX_BYTES, JsonObject, read_json, write_json

MAX_HEADER_BYTES = 8 * 1024
TYPES = frozenset({"vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt", "jwt"})  # final, drafts, Open Badges 3.0
_OTHER_ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "ES256K",
)
_EDDSA = ("EdDSA", "Ed25519")  # RFC 8037 and its fully specified name, RFC 9864


@dataclass(frozen=True)
class Token:
    """A JWT taken apart, not yet checked. `signed`: the bytes that the signature covers."""

    header: JsonObject
    payload: JsonObject
    signed: bytes
    signature: bytes

    @property
    def key_id(self) -> str:
        """The key that the token names: a full address, or a fragment after the issuer's; empty = none."""
        kid = self.header.get("kid")
        if not isinstance(kid, str):
            return ""
        return kid if ":" in kid else f"{issuer_of(self.payload)}#{kid.removeprefix('#')}"


def issuer_of(credential: JsonObject) -> str:
    """The id of a credential's issuer, given as text or as object; empty = none."""
    issuer = credential.get("issuer")
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    return name if isinstance(name, str) else ""


def sign(credential: JsonObject, signer: Signer, key_id: str) -> str:
    """The credential as compact JWT; claims `iss`, `jti`, `sub`, `nbf`, `exp` repeat its own members.

    VC-JOSE-COSE 1.0, section 3.1.1; Open Badges 3.0, section 8.2.4.2.
    """
    header = {
        "alg": "EdDSA",
        "typ": "vc+jwt",
        "kid": required_iri(key_id, "The address of the key"),
        "iss": issuer_of(credential),
    }
    payload = {**credential, **_claims(credential)}
    signed = f"{base64url_encode(write_json(header))}.{base64url_encode(write_json(payload))}"
    return f"{signed}.{base64url_encode(signer.sign(signed.encode()))}"


def read(data: bytes, *, max_bytes: int = MAX_BYTES) -> Token:
    """Take a token apart; `Unreadable` if it is not three parts of base64url, two of them JSON objects."""
    parts = data.split(b".")
    if len(data) > max_bytes * 4 // 3 + MAX_HEADER_BYTES or len(parts) != 3:
        raise Unreadable("The text is not a JWT: three parts with points between them.")
    try:
        header, payload, signature = (base64url_decode(part.decode("ascii")) for part in parts)
    except (InvalidKey, UnicodeDecodeError) as error:
        raise Unreadable("A part of the JWT is not base64url.") from error
    return Token(
        read_json(header, max_bytes=MAX_HEADER_BYTES),
        read_json(payload, max_bytes=max_bytes),
        b".".join(parts[:2]),
        signature,
    )


def check(token: Token, public_key: bytes) -> None:
    """Raise `ProofInvalid` unless the token was signed with this Ed25519 key and agrees with itself."""
    check_header(token.header)
    _check_claims(token)
    check_signature(public_key, token.signature, token.signed)


def check_header(header: JsonObject) -> None:
    """`ProofUnsupported` for other sound algorithms; `ProofInvalid` for `none`, secrets and `crit`."""
    algorithm = header.get("alg")
    if algorithm in _OTHER_ALGORITHMS:
        raise ProofUnsupported(f"Tokens signed with {algorithm} are not checked here.")
    if algorithm not in _EDDSA:
        raise ProofInvalid(f"“{str(algorithm)[:20]}” is not an algorithm that can prove who signed.")
    if "crit" in header or "b64" in header:
        raise ProofInvalid("The token demands extensions that are not known here.")
    kind = header.get("typ", "jwt")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in TYPES:
        raise ProofInvalid(f"The token is a “{str(kind)[:40]}”, not a credential.")


def _claims(credential: JsonObject) -> JsonObject:
    subject = credential.get("credentialSubject")
    claims = {
        "iss": issuer_of(credential),
        "jti": credential.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "nbf": _seconds(credential.get("validFrom")),
        "exp": _seconds(credential.get("validUntil")),
    }
    return {name: value for name, value in claims.items() if value is not None}


def _seconds(text: Any) -> int | None:
    moment: datetime | None = read_timestamp(text)
    return None if moment is None else int(moment.timestamp())


def _check_claims(token: Token) -> None:
    expected = _claims(token.payload)
    for name in ("iss", "jti", "sub", "nbf", "exp"):
        if name in token.payload and token.payload[name] != expected.get(name):
            raise ProofInvalid(f"The token's claim “{name}” contradicts the badge inside it.")
    if "iss" in token.header and token.header["iss"] != expected["iss"]:
        raise ProofInvalid("The token's header names another issuer than the badge inside it.")
