"""Badges as compact JWTs (VC-JWT): the credential is the payload, signed with EdDSA or RS256, by others with ES256.

The algorithm belongs to the key, and keys come from the issuer's document: neither is ever taken from the token.

    >>> from assessor.openbadges.jwt import check, read, sign_badge
    >>> from assessor.openbadges.multikey import MemorySigner
    >>> signer = MemorySigner.from_seed(bytes(32))
    >>> token = sign_badge({"issuer": "did:web:a.example"}, signer, "did:web:a.example#k")
    >>> check(read(token.encode()), signer.public_key)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from assessor.openbadges.elliptic import EcPublicKey
from assessor.openbadges.errors import InvalidKey, ProofInvalid, ProofUnsupported, Unreadable
from assessor.openbadges.grammar import read_timestamp, required_iri, timestamp
from assessor.openbadges.jose import KIND_OF_BADGES, PublicKey, check_header, kind_of, read_own_key
from assessor.openbadges.multikey import base64url_decode, base64url_encode, check_signature
from assessor.openbadges.rsa import RsaPublicKey
from assessor.openbadges.strict_json import MAX_BYTES, JsonObject, read_json, write_json
from assessor.openbadges.vc_1_1 import begin_of, credential_in, end_of, words_of

MAX_HEADER_BYTES = 8 * 1024

TokenKey = bytes | RsaPublicKey
"""A public key that may sign tokens: the 32 bytes of an Ed25519 key (EdDSA), or an RSA key (RS256)."""


class TokenSigner(Protocol):
    """Signs bytes with one key; `multikey.Signer` and `rsa.RsaSigner` are such."""

    @property
    def public_key(self) -> TokenKey:
        """The public half, which also says the algorithm."""

    def sign(self, data: bytes, /) -> bytes:
        """The signature."""


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
        return kid if ":" in kid else f"{issuer_of(self.credential)}#{kid.removeprefix('#')}"

    @cached_property
    def credential(self) -> JsonObject:
        """The badge; a token's end is the end of a badge that names none (Open Badges 3.0, section 8.2.6.1).

        The older data model puts it into the claim `vc`; `Unreadable` for what is none there, or two in one.
        """
        if "vc" in self.payload:
            return credential_in(self.payload)
        _, name = words_of(self.payload)
        end = None if name in self.payload else _moment(self.payload.get("exp"))
        return self.payload if end is None else {**self.payload, name: timestamp(end)}

    def key_among(self, keys: Mapping[str, PublicKey]) -> tuple[str, PublicKey | None]:
        """The key that the token names, and what it is among the issuer's keys; None = it is none of them.

        A token without `kid` may bring its key instead: it counts only if the issuer published that very key.
        """
        if self.key_id or "jwk" not in self.header:
            return self.key_id, keys.get(self.key_id)
        brought = read_own_key(self.header)
        found = next(((name, key) for name, key in keys.items() if key == brought), None)
        return found or ("The key that the token brings along", None)


def issuer_of(credential: JsonObject) -> str:
    """The id of a credential's issuer, given as text or as object; empty = none."""
    issuer = credential.get("issuer")
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    return name if isinstance(name, str) else ""


def sign_badge(credential: JsonObject, signer: TokenSigner, key_id: str) -> str:
    """An Open Badge as compact JWT (Open Badges 3.0, section 8.2: no other header parameters than these).

    Claims `iss`, `jti`, `sub`, `nbf`, `exp` repeat members of the credential; without a holder's id there is no `sub`.
    """
    return _signed({"typ": "JWT", "kid": key_id}, credential, signer)


def sign(credential: JsonObject, signer: TokenSigner, key_id: str) -> str:
    """Any other credential, such as a status list, as compact JWT (VC-JOSE-COSE 1.0, section 3.1.1)."""
    return _signed({"typ": "vc+jwt", "kid": key_id, "iss": issuer_of(credential)}, credential, signer)


def read(data: bytes, *, max_bytes: int = MAX_BYTES) -> Token:
    """Take a token apart; `Unreadable` if it is not three parts of base64url, two of them JSON objects."""
    header, payload, signature = _parts(data, max_bytes)
    return Token(
        read_json(header, max_bytes=MAX_HEADER_BYTES),
        read_json(payload, max_bytes=max_bytes),
        data.rpartition(b".")[0],
        signature,
    )


def is_altered(data: bytes, keys: Mapping[str, PublicKey]) -> bool:
    """Whether a token that cannot be read names one of these keys, which did not sign it: then it was changed.

    Without this, a badge with one changed byte would count as damaged when the byte breaks its JSON.
    """
    try:
        header_part, _, signature = _parts(data, MAX_BYTES)
        header = read_json(header_part, max_bytes=MAX_HEADER_BYTES)
        if (key := keys.get(str(header.get("kid")))) is None:
            return False
        check_header(header)
        check_signed(str(header["alg"]), key, signature, data.rpartition(b".")[0])
    except (Unreadable, ProofUnsupported):
        return False
    except ProofInvalid:
        return True
    return False


def check(token: Token, public_key: PublicKey) -> None:
    """Raise unless the token was signed with this key, as its kind of key signs, and agrees with itself.

    `ProofInvalid`: it does not hold. `ProofUnsupported`: it is of a kind that is not checked here.
    """
    check_header(token.header)
    if "jwk" in token.header and read_own_key(token.header) != public_key:
        raise ProofInvalid("The token brings its own key, which is not the one that the issuer published.")
    _check_claims(token)
    check_signed(str(token.header["alg"]), public_key, token.signature, token.signed)


def check_signed(algorithm: str, public_key: PublicKey, signature: bytes, signed: bytes) -> None:
    """Raise `ProofInvalid` unless the key is one for this algorithm and made this signature (RFC 7515, 8037)."""
    if algorithm not in _algorithms_of(public_key):
        raise ProofInvalid(f"The issuer's key is of another kind than “{algorithm}”, which the token names.")
    if isinstance(public_key, bytes):
        check_signature(public_key, signature, signed)
    else:
        public_key.check(signature, signed)


def _algorithms_of(key: PublicKey) -> tuple[str, ...]:
    if isinstance(key, bytes):
        return ("EdDSA", "Ed25519")
    return (key.algorithm,) if isinstance(key, EcPublicKey) else ("RS256",)


def _parts(data: bytes, max_bytes: int) -> tuple[bytes, bytes, bytes]:
    if len(data) > max_bytes * 4 // 3 + MAX_HEADER_BYTES:
        raise Unreadable(f"The JWT is larger than {max_bytes // 1024} kB. A badge is much smaller.")
    parts = data.split(b".")
    if len(parts) != 3:
        raise Unreadable("The text is not a JWT: three parts with points between them.")
    if not parts[1]:
        raise Unreadable("There is no badge in the JWT: its middle part is empty.")
    try:
        header, payload, signature = (base64url_decode(part.decode("ascii")) for part in parts)
    except (InvalidKey, UnicodeDecodeError) as error:
        raise Unreadable("A part of the JWT is not base64url.") from error
    return header, payload, signature


def _signed(header: JsonObject, credential: JsonObject, signer: TokenSigner) -> str:
    required_iri(header["kid"], "The address of the key")
    algorithm = "RS256" if isinstance(signer.public_key, RsaPublicKey) else "EdDSA"
    payload = {**credential, **_claims(credential)}
    signed = f"{base64url_encode(write_json({'alg': algorithm, **header}))}.{base64url_encode(write_json(payload))}"
    return f"{signed}.{base64url_encode(signer.sign(signed.encode()))}"


def _claims(credential: JsonObject) -> JsonObject:
    subject = credential.get("credentialSubject")
    claims = {
        "iss": issuer_of(credential),
        "jti": credential.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "nbf": _seconds(begin_of(credential)),
        "exp": _seconds(end_of(credential)),
    }
    return {name: value for name, value in claims.items() if value is not None}


def _seconds(text: Any) -> int | None:
    moment = read_timestamp(text)
    return None if moment is None else int(moment.timestamp())


def _moment(seconds: Any) -> datetime | None:
    """The time of a NumericDate in whole seconds (RFC 7519, section 2), or None if it is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _check_claims(token: Token) -> None:
    """The claims repeat the badge (section 8.2.6.1). Tokens of other kinds than badges may leave them out.

    What other claims mean is not said there (section 8.2.4.1); `aud` is in the standard's own samples.
    """
    expected = _claims(token.credential)
    for name in ("iss", "jti", "sub", "nbf", "exp"):
        if name in token.payload:
            if not _agree(token.payload[name], expected.get(name)):
                raise ProofInvalid(f"The token's claim “{name}” contradicts the badge inside it.")
        elif name in expected and name != "exp" and kind_of(token.header) == KIND_OF_BADGES:
            raise ProofInvalid(f"The token lacks the claim “{name}”, which Open Badges 3.0 demands.")
    if "iss" in token.header and token.header["iss"] != expected["iss"]:
        raise ProofInvalid("The token's header names another issuer than the badge inside it.")


def _agree(claim: Any, expected: str | int | None) -> bool:
    if isinstance(expected, int):
        moment = _moment(claim)
        return moment is not None and int(moment.timestamp()) == expected
    return isinstance(claim, str) and claim == expected
