"""Signed badges of 2.0: a compact JWS, checked with a key that the issuer's own profile names."""

from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from assessor.openbadges.checks import Check, State
from assessor.openbadges.documents import Documents
from assessor.openbadges.errors import (
    DocumentUnavailable,
    InvalidKey,
    OpenBadgesError,
    ProofInvalid,
    ProofUnsupported,
    Unreadable,
)
from assessor.openbadges.jwt import Token
from assessor.openbadges.multikey import check_signature
from assessor.openbadges.rsa import RsaPublicKey
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.v2_schema import problems_of

KEY = "key bound to issuer"
MAX_PEM = 16 * 1024
_BELIEVED = ("RS256", "EdDSA", "Ed25519")
_OTHER = ("RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K")
# A token must not bring its own key, nor say where it lies, nor demand what is not known here.
_REFUSED_HEADERS = ("jwk", "jku", "x5u", "x5c", "crit", "b64")


def check_signed(
    token: Token | None, creator: Any, issuer: JsonObject | None, documents: Documents
) -> tuple[Check, Check]:
    """The checks “key bound to issuer” and “proof” of a signed badge. `creator`: its `verification.creator`."""
    key = Check(KEY, State.NOT_CHECKED, "No key was asked for.")
    if token is None:
        return key, Check("proof", State.FAILED, "The badge says that it is signed, and brings no signature.")
    try:
        check_token_header(token.header)
        if issuer is None:
            return key, Check("proof", State.NOT_CHECKED, "The issuer could not be asked for its keys.")
        pem = _key_named(creator, issuer, documents)
        key = Check(KEY, State.PASSED, "The key is one of the issuer's.")
        check_token(token, pem)
    except InvalidKey as error:
        reason = "There is no key of the issuer to check the signature with."
        return Check(KEY, State.FAILED, str(error)), Check("proof", State.NOT_CHECKED, reason)
    except (ProofUnsupported, DocumentUnavailable, Unreadable) as error:
        return key, Check("proof", State.NOT_CHECKED, str(error))
    except OpenBadgesError as error:
        return key, Check("proof", State.FAILED, str(error))
    return key, Check("proof", State.PASSED, "The signature holds: nothing was changed.")


def check_token_header(header: JsonObject) -> None:
    """`ProofUnsupported` for other sound algorithms; `ProofInvalid` for what proves nothing or is a trick."""
    algorithm = header.get("alg")
    if found := next((name for name in _REFUSED_HEADERS if name in header), None):
        raise ProofInvalid(f"The token brings “{found}” along, which is not believed.")
    if algorithm in _OTHER:
        raise ProofUnsupported(f"Tokens signed with {algorithm} are not checked here.")
    if algorithm not in _BELIEVED:
        raise ProofInvalid(f"“{str(algorithm)[:20]}” is not an algorithm that can prove who signed.")


def check_token(token: Token, pem: str) -> None:
    """Raise `ProofInvalid` unless the token was signed with this key: RS256 with RSA, EdDSA with Ed25519 (RFC 7515).

    Raises `InvalidKey` for what is no public key, too short or too long.
    """
    check_token_header(token.header)
    key = _public_key(pem)
    is_rsa = token.header["alg"] == "RS256"
    if is_rsa and isinstance(key, RSAPublicKey):
        RsaPublicKey.of(key).check(token.signature, token.signed)
    elif not is_rsa and isinstance(key, Ed25519PublicKey):
        check_signature(key.public_bytes_raw(), token.signature, token.signed)
    else:
        raise ProofInvalid("The token is signed in another way than its key can.")


def _key_named(creator: Any, issuer: JsonObject, documents: Documents) -> str:
    """The PEM of the key that the badge names, if the issuer names it too; else `InvalidKey`."""
    keys = _keys_of(issuer)
    address = creator.get("id") if isinstance(creator, dict) else creator
    if address is None and len(keys) == 1:
        [address] = keys
    if not isinstance(address, str) or address not in keys:
        raise InvalidKey(f"{str(address)[:200]} is not a key that the issuer names.")
    key = keys[address] or documents.at(address)
    if problems := problems_of(key, "Key"):
        raise InvalidKey(f"The issuer's key is not one: {problems[0]}.")
    if key["owner"] != issuer.get("id"):
        raise InvalidKey("The key says that it belongs to somebody else.")
    return str(key["publicKeyPem"])


def _keys_of(issuer: JsonObject) -> dict[str, JsonObject | None]:
    """The keys that an issuer names, by address; None where the document stands apart from the profile."""
    listed = issuer.get("publicKey", [])
    keys: dict[str, JsonObject | None] = {}
    for entry in listed if isinstance(listed, list) else [listed]:
        if isinstance(entry, str):
            keys[entry] = None
        elif isinstance(entry, dict) and isinstance(entry.get("id"), str):
            keys[entry["id"]] = entry if "publicKeyPem" in entry else None
    return keys


def _public_key(pem: str) -> Any:
    if len(pem) > MAX_PEM:
        raise InvalidKey("The issuer's key is too long.")
    try:
        return load_pem_public_key(pem.encode("ascii"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidKey("What the issuer gives as its key is not a public key.") from error
