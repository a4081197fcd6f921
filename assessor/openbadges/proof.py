"""Data Integrity proofs of the suites `eddsa-rdfc-2022` and `eddsa-jcs-2022`: signing a document, checking a signature.

The first covers the statements that a document makes, the second its JSON. Both sign with Ed25519. Other people's
badges are also read with ECDSA (`ecdsa-rdfc-2019`, `ecdsa-jcs-2019`) and with the older `Ed25519Signature2020`.

>>> from datetime import UTC, datetime
>>> from assessor.openbadges.multikey import MemorySigner
>>> from assessor.openbadges.proof import check_proof, sign_document
>>> signer = MemorySigner.from_seed(bytes(32))
>>> thing = {"@context": "https://www.w3.org/ns/credentials/v2", "id": "urn:x:1", "name": "A"}
>>> signed = sign_document(thing, signer, "did:web:a.example#k", datetime(2026, 1, 1, tzinfo=UTC))
>>> check_proof(signed, signed["proof"][0], signer.public_key)
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from assessor.openbadges.elliptic import EcPublicKey
from assessor.openbadges.errors import InvalidKey, ProofInvalid, ProofUnsupported, UnsafeDocument
from assessor.openbadges.fast_canonical import canonical_form
from assessor.openbadges.grammar import read_timestamp, required_iri, timestamp
from assessor.openbadges.jcs import canonical_json
from assessor.openbadges.multikey import Signer, base58_decode, base58_encode, check_signature
from assessor.openbadges.strict_json import JsonObject

Suite = Literal["eddsa-rdfc-2022", "eddsa-jcs-2022"]

SUITE: Suite = "eddsa-rdfc-2022"
JCS_SUITE: Suite = "eddsa-jcs-2022"
OLDER_SUITE = "Ed25519Signature2020"
MAX_PROOFS = 4

_OVER_JSON = frozenset({JCS_SUITE, "ecdsa-jcs-2019"})
_BY_ECDSA = frozenset({"ecdsa-rdfc-2019", "ecdsa-jcs-2019"})
# `eddsa-2022` was the name of `eddsa-rdfc-2022` before there were two of them.
_CHECKED = frozenset({SUITE, "eddsa-2022", JCS_SUITE}) | _BY_ECDSA


def sign_document(
    document: JsonObject, signer: Signer, verification_method: str, created: datetime, suite: Suite = SUITE
) -> JsonObject:
    """The document with one more member, `proof`: an array with one entry (vc-di-eddsa, sections 3.2.1 and 3.3.1).

    `verification_method`: the address of the key in the issuer's DID document; `created`: whole seconds.
    """
    if "proof" in document:
        raise UnsafeDocument("The document is signed already.")
    proof: JsonObject = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": timestamp(created),
        "verificationMethod": required_iri(verification_method, "The address of the key"),
        "proofPurpose": "assertionMethod",
    }
    if suite == JCS_SUITE and "@context" in document:
        proof["@context"] = document["@context"]
    signature = signer.sign(hash_data(document, proof))
    return {**document, "proof": [{**proof, "proofValue": "z" + base58_encode(signature)}]}


def sha256(data: bytes) -> bytes:
    """The digest of every suite but ECDSA on P-384."""
    return hashlib.sha256(data).digest()


def hash_data(unsecured: JsonObject, options: JsonObject, digest: Callable[[bytes], bytes] = sha256) -> bytes:
    """The signed bytes: the digest of the canonical options, then of the canonical document (3.2.4, 3.3.4).

    `unsecured` has no proof, `options` no proofValue. As a graph the options take the document's `@context`; as JSON
    they are signed as they are.
    """
    if suite_of(options) in _OVER_JSON:
        forms = canonical_json(options), canonical_json(unsecured)
    else:
        forms = canonical_form({**options, "@context": unsecured.get("@context")}), canonical_form(unsecured)
    return b"".join(map(digest, forms))


def proofs_of(document: JsonObject) -> list[JsonObject]:
    """The proofs of a document, one or several; raises `ProofInvalid` if there is none."""
    proof = document.get("proof")
    proofs = proof if isinstance(proof, list) else [proof]
    if "proof" not in document or not proofs:
        raise ProofInvalid("The badge is not signed.")
    if len(proofs) > MAX_PROOFS:
        raise ProofUnsupported(f"The badge has more than {MAX_PROOFS} signatures.")
    objects = [entry for entry in proofs if isinstance(entry, dict)]
    if len(objects) != len(proofs):
        raise ProofInvalid("The signature of the badge is not a proof.")
    return objects


def suite_of(proof: JsonObject) -> str:
    """The suite of a proof, if it is one that is checked here; else empty."""
    if proof.get("type") == OLDER_SUITE:
        return OLDER_SUITE if "cryptosuite" not in proof else ""
    suite = proof.get("cryptosuite") if proof.get("type") == "DataIntegrityProof" else None
    return suite if isinstance(suite, str) and suite in _CHECKED else ""


def is_supported(proof: JsonObject) -> bool:
    """Whether a proof is of a suite that is checked here."""
    return bool(suite_of(proof))


def check_proof(document: JsonObject, proof: JsonObject, public_key: bytes | EcPublicKey) -> None:
    """Raise unless this proof was made with this key over this document (vc-di-eddsa, sections 3.2.2 and 3.3.2).

    `ProofInvalid`: it does not hold. `ProofUnsupported`: another suite. `UnsafeDocument`: not wholly covered.
    """
    if not (suite := suite_of(proof)):
        kind = str(proof.get("cryptosuite", proof.get("type")))
        raise ProofUnsupported(f"Signatures of the kind “{kind[:40]}” are not checked here.")
    if (suite in _BY_ECDSA) != isinstance(public_key, EcPublicKey):
        raise ProofInvalid(f"The issuer's key is of another kind than “{suite}”, which the signature names.")
    if "previousProof" in proof:
        raise ProofUnsupported("Chains of signatures are not checked here.")
    if proof.get("proofPurpose") != "assertionMethod":
        raise ProofInvalid("The signature was made for another purpose than to assert a badge.")
    if "created" in proof and read_timestamp(proof["created"]) is None:
        raise ProofInvalid("The time of the signature is not a time.")
    signature = _signature(proof.get("proofValue"))
    unsecured = {name: member for name, member in document.items() if name != "proof"}
    options = {name: member for name, member in proof.items() if name != "proofValue"}
    if "@context" in proof:
        _check_context(document.get("@context"), proof["@context"])
        if suite not in _OVER_JSON:
            del options["@context"]
    if isinstance(public_key, EcPublicKey):
        public_key.check(signature, hash_data(unsecured, options, public_key.digest))
    else:
        check_signature(public_key, signature, hash_data(unsecured, options))


def _signature(value: Any) -> bytes:
    if not isinstance(value, str) or not value.startswith("z"):
        raise ProofInvalid("The signature is not a base-58 text.")
    try:
        return base58_decode(value[1:])
    except InvalidKey as error:
        raise ProofInvalid("The signature is not a base-58 text.") from error


def _check_context(of_document: Any, of_proof: Any) -> None:
    """Raise unless the proof's own `@context` is the document's.

    For `eddsa-jcs-2022` the standard lets more vocabularies follow in the document than were signed (vc-di-eddsa,
    3.3.2); for graphs it knows no other than the document's, and nobody signs the proof's (3.2.2).
    Words must not change their meaning after.
    """
    ours, theirs = (value if isinstance(value, list) else [value] for value in (of_document, of_proof))
    if ours[: len(theirs)] != theirs:
        raise ProofInvalid("The signature was made for another vocabulary than the badge uses.")
    if ours != theirs:
        raise ProofInvalid("The badge uses more vocabularies than its signature covers.")
