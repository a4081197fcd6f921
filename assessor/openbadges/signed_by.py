"""Is this signed with keys of this issuer: the one check of badges, endorsements and status lists.

The key of every signature must be one of the issuer's and not have ended, the signature must hold, and its own time
must not be over.
"""

from collections.abc import Mapping
from datetime import datetime

from assessor.openbadges import jwt
from assessor.openbadges.errors import KeyNotTheirs, ProofUnsupported
from assessor.openbadges.jose import PublicKey, check_header
from assessor.openbadges.jwt import Token
from assessor.openbadges.proof import check_proof, proofs_of, suite_of
from assessor.openbadges.proof_time import check_time_of
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.trust import TrustedIssuer


def supported_proofs(document: JsonObject) -> list[JsonObject]:
    """Every proof of a suite that is known here; others are passed over. `ProofInvalid`: there is no proof."""
    return [proof for proof in proofs_of(document) if suite_of(proof)]


def method_of(proof: JsonObject) -> str:
    """The address of the key that a proof names; empty = none."""
    return str(proof.get("verificationMethod") or "")


def check_signed_by(
    issuer: TrustedIssuer, document: JsonObject, token: Token | None, now: datetime
) -> Mapping[str, PublicKey]:
    """Check the token around a document, or else all its proofs; the keys that signed it, by their addresses.

    Raises `KeyNotTheirs`, `ProofInvalid`, `ProofUnsupported`, or `UnsafeDocument` for what is not wholly covered.
    """
    if token is not None:
        return _check_token(token, issuer, now)
    if not (proofs := supported_proofs(document)):
        raise ProofUnsupported("It is signed in a way that is not checked here.")
    keys: dict[str, PublicKey] = {}
    for proof in proofs:
        name = method_of(proof)
        if (key := issuer.proof_keys.get(name)) is None:
            raise _not_theirs(name)
        issuer.check_end_of(name, now)
        check_proof(document, proof, key)
        check_time_of(proof, now)
        keys[name] = key
    return keys


def _check_token(token: Token, issuer: TrustedIssuer, now: datetime) -> dict[str, PublicKey]:
    check_header(token.header)
    name, key = token.key_among(issuer.token_keys)
    if key is None:
        raise _not_theirs(name)
    issuer.check_end_of(name, now)
    jwt.check(token, key)
    return {name: key}


def _not_theirs(name: str) -> KeyNotTheirs:
    return KeyNotTheirs(f"{name[:120] or 'A key without a name'} is not a key of the issuer.")
