"""What the header of a token may say, and what makes it a token that is not believed (RFC 7515, section 4.1; RFC 8725).

>>> from assessor.openbadges.jose import check_header
>>> check_header({"alg": "EdDSA", "typ": "JWT"})
"""

from typing import Any

from assessor.openbadges.elliptic import EcPublicKey
from assessor.openbadges.errors import InvalidKey, ProofInvalid, ProofUnsupported
from assessor.openbadges.multikey import read_jwk
from assessor.openbadges.rsa import RsaPublicKey
from assessor.openbadges.strict_json import JsonObject

PublicKey = bytes | RsaPublicKey | EcPublicKey
"""A key that checks tokens: the 32 bytes of an Ed25519 key, or a key of another kind. Each kind has one algorithm."""

# RFC 8037 and its fully specified name of RFC 9864; RFC 7518
ALGORITHMS = frozenset({"EdDSA", "Ed25519", "RS256", "ES256", "ES384"})
KIND_OF_BADGES = "jwt"  # Open Badges 3.0, section 8.2.3
KINDS = frozenset({KIND_OF_BADGES, "vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt"})  # and VC-JOSE-COSE with its drafts

_OTHER_ALGORITHMS = frozenset({"RS384", "RS512", "PS256", "PS384", "PS512", "ES512", "ES256K", "Ed448"})
_SECRETS = frozenset({"HS256", "HS384", "HS512"})
_ELSEWHERE = ("jku", "x5u")
_CERTIFICATES = ("x5c", "x5t", "x5t#S256")


def check_header(header: JsonObject) -> None:
    """Raise unless the header names an algorithm known here and nothing that could lead astray.

    `ProofUnsupported` for what is sound and not checked here; `ProofInvalid` for what no honest token has.
    """
    _check_algorithm(header.get("alg"))
    if "crit" in header:
        raise ProofInvalid("The token demands extensions that are not known here (“crit”).")
    if "b64" in header:
        raise ProofInvalid("The token changes what its signature covers (“b64”).")
    for name in _ELSEWHERE:
        if name in header:
            raise ProofInvalid(f"The token says itself where its key is (“{name}”). Keys come from the issuer only.")
    for name in _CERTIFICATES:
        if name in header:
            raise ProofUnsupported(f"Tokens that bring certificates (“{name}”) are not checked here.")
    if kind_of(header) not in KINDS:
        raise ProofInvalid(f"The token is a “{str(header['typ'])[:40]}”, not a credential.")


def kind_of(header: JsonObject) -> str:
    """The `typ` in its short form and small letters (RFC 7515, section 4.1.9); none = a token of unknown kind."""
    kind = header.get("typ", "vc+jwt")
    return kind.lower().removeprefix("application/") if isinstance(kind, str) else ""


def read_own_key(header: JsonObject) -> PublicKey:
    """The key in the header (`jwk`), of which nothing follows by itself; `ProofInvalid` if it is no public key."""
    value = header.get("jwk")
    if isinstance(value, dict) and "d" in value:
        raise ProofInvalid("The token gives away a private key (“jwk”): anybody may have signed it.")
    try:
        return read_token_key(value)
    except InvalidKey as error:
        raise ProofInvalid(f"The token brings a key that is not one (“jwk”): {error}") from error


def read_token_key(value: Any) -> PublicKey:
    """The Ed25519, RSA, P-256 or P-384 key of a JSON Web Key; any other is `InvalidKey`."""
    kind = value.get("kty") if isinstance(value, dict) else None
    if kind == "RSA":
        return RsaPublicKey.from_jwk(value)
    if kind == "EC":
        return EcPublicKey.from_jwk(value)
    return read_jwk(value)


def _check_algorithm(algorithm: Any) -> None:
    name = algorithm if isinstance(algorithm, str) else ""
    if name in ALGORITHMS:
        return
    if name in _OTHER_ALGORITHMS:
        raise ProofUnsupported(f"Tokens signed with {name} are not checked here.")
    if name.lower() == "none":
        raise ProofInvalid("The token is not signed at all: “none” is not an algorithm that can prove who signed.")
    if name in _SECRETS:
        raise ProofInvalid(
            f"“{name}” is not an algorithm that can prove who signed: whoever can check it can also sign with it."
        )
    raise ProofInvalid(f"“{str(algorithm)[:20]}” is not an algorithm that can prove who signed.")
