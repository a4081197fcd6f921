"""Proof that whoever asks for a badge has the key it is to be bound to (OpenID4VCI 1.0, appendices F.1 and F.4).

    possession = read_possession(token, audience="https://badges.example", now=now)
    possession.holder.did, possession.nonce

The caller decides whether the nonce is one of its own and not used before; everything else is checked here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assessor.openbadges import jwt
from assessor.openbadges.errors import InvalidKey, ProofInvalid, Unreadable
from assessor.openbadges.holder_key import HolderKey
from assessor.openbadges.jwt import Token
from assessor.openbadges.strict_json import JsonObject

ALGORITHMS = ("EdDSA", "Ed25519", "ES256", "ES384")
KIND = "openid4vci-proof+jwt"
MAX_BYTES = 8 * 1024
MAX_AGE = timedelta(minutes=5)
AHEAD = timedelta(minutes=1)  # clocks of phones differ

#: Header members that bring keys or rules from elsewhere; none of them is followed.
_REFUSED = ("crit", "b64", "jku", "x5u", "x5c", "x5t", "x5t#S256", "trust_chain")


@dataclass(frozen=True)
class Possession:
    """A proof that holds: the key, and the challenge it answers."""

    holder: HolderKey
    nonce: str


def read_possession(token: str, audience: str, now: datetime) -> Possession:
    """Check a proof of possession. Raises `ProofInvalid` with what does not hold.

    ``audience``: the identifier of the credential issuer. ``now``: aware time; the proof is at most `MAX_AGE` old.
    """
    try:
        read = jwt.read(token.encode("ascii", "replace"), max_bytes=MAX_BYTES)
    except Unreadable as error:
        raise ProofInvalid(f"The proof cannot be read: {error}") from error
    holder = _key(read.header)
    if read.header.get("alg") not in holder.algorithms:
        raise ProofInvalid("The key of the proof is of another kind than its algorithm.")
    holder.check(read.signature, read.signed)
    _check_claims(read, audience, now)
    nonce = read.payload.get("nonce")
    if not isinstance(nonce, str) or not nonce:
        raise ProofInvalid("The proof answers no challenge (nonce).")
    return Possession(holder, nonce)


def _key(header: JsonObject) -> HolderKey:
    """The key that the header names, once the header is one that is believed."""
    if header.get("alg") not in ALGORITHMS:
        raise ProofInvalid(f"The algorithm of the proof is not one of {', '.join(ALGORITHMS)}.")
    if header.get("typ") != KIND:
        raise ProofInvalid(f"The type of the proof is not {KIND}.")
    if found := [name for name in _REFUSED if name in header]:
        raise ProofInvalid(f"The header member {found[0]} is not accepted here.")
    kid, key = header.get("kid"), header.get("jwk")
    if (kid is None) == (key is None):
        raise ProofInvalid("The proof names its key by exactly one of kid and jwk.")
    try:
        return HolderKey.from_jwk(key) if kid is None else HolderKey.from_did_url(kid if isinstance(kid, str) else "")
    except InvalidKey as error:
        raise ProofInvalid(str(error)) from error


def _check_claims(token: Token, audience: str, now: datetime) -> None:
    """Whom it is for and when it was made. ``iss`` is the name of a client, which nobody proves here."""
    given = token.payload.get("aud")
    if given not in (audience, [audience]):
        raise ProofInvalid("The proof was made for somebody else (aud).")
    made = _seconds(token.payload.get("iat"))
    if made is None:
        raise ProofInvalid("The proof does not say when it was made (iat).")
    if made > (now + AHEAD).timestamp():
        raise ProofInvalid("The proof was made in the future (iat).")
    if made < (now - MAX_AGE).timestamp():
        raise ProofInvalid("The proof is too old (iat).")
    ends = _seconds(token.payload.get("exp"))
    if "exp" in token.payload and (ends is None or ends <= now.timestamp()):
        raise ProofInvalid("The proof is over (exp).")


def _seconds(value: Any) -> float | None:
    """A NumericDate (RFC 7519, section 2), or None."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
