"""Data Integrity proofs of the suite `eddsa-rdfc-2022`: signing a document, checking one signature.

>>> from datetime import UTC, datetime
>>> from assessor.openbadges.multikey import MemorySigner
>>> from assessor.openbadges.proof import check_proof, sign_document
>>> signer = MemorySigner.from_seed(bytes(32))
>>> thing = {"@context": "https://www.w3.org/ns/credentials/v2", "id": "urn:x:1", "name": "A"}
>>> signed = sign_document(thing, signer, "did:web:a.example#k", datetime(2026, 1, 1, tzinfo=UTC))
>>> check_proof(signed, signed["proof"][0], signer.public_key)
"""

import hashlib
from datetime import datetime
from typing import Any

from assessor.openbadges.canonical import canonical_form
from assessor.openbadges.errors import InvalidKey, ProofInvalid, ProofUnsupported, UnsafeDocument
from assessor.openbadges.grammar import read_timestamp, required_iri, timestamp
from assessor.openbadges.multikey import Signer, base58_decode, base58_encode, check_signature
from assessor.openbadges.strict_json import JsonObject

SUITE = "eddsa-rdfc-2022"
MAX_PROOFS = 4


def sign_document(document: JsonObject, signer: Signer, verification_method: str, created: datetime) -> JsonObject:
    """The document with one more member, `proof`: an array with one entry (vc-di-eddsa, section 3.2.1).

    `verification_method`: the address of the key in the issuer's DID document; `created`: whole seconds.
    """
    if "proof" in document:
        raise UnsafeDocument("The document is signed already.")
    proof: JsonObject = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": timestamp(created),
        "verificationMethod": required_iri(verification_method, "The address of the key"),
        "proofPurpose": "assertionMethod",
    }
    signature = signer.sign(hash_data(document, proof))
    return {**document, "proof": [{**proof, "proofValue": "z" + base58_encode(signature)}]}


def hash_data(unsecured: JsonObject, options: JsonObject) -> bytes:
    """The 64 signed bytes: SHA-256 of the canonical options, then of the canonical document (3.2.4).

    `unsecured` has no proof, `options` no proofValue; the options take the document's `@context`.
    """
    options_form = canonical_form({**options, "@context": unsecured.get("@context")})
    document_form = canonical_form(unsecured)
    return hashlib.sha256(options_form).digest() + hashlib.sha256(document_form).digest()


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


def is_supported(proof: JsonObject) -> bool:
    """Whether a proof is of the suite that is checked here."""
    return proof.get("type") == "DataIntegrityProof" and proof.get("cryptosuite") == SUITE


def check_proof(document: JsonObject, proof: JsonObject, public_key: bytes) -> None:
    """Raise unless this proof was made with this key over this document (vc-di-eddsa, section 3.2.2).

    `ProofInvalid`: it does not hold. `ProofUnsupported`: another suite. `UnsafeDocument`: not wholly covered.
    """
    if not is_supported(proof):
        raise ProofUnsupported(f"Signatures of the kind “{str(proof.get('cryptosuite'))[:40]}” are not checked here.")
    if "previousProof" in proof:
        raise ProofUnsupported("Chains of signatures are not checked here.")
    if proof.get("proofPurpose") != "assertionMethod":
        raise ProofInvalid("The signature was made for another purpose than to assert a badge.")
    if "created" in proof and read_timestamp(proof["created"]) is None:
        raise ProofInvalid("The time of the signature is not a time.")
    signature = _signature(proof.get("proofValue"))
    unsecured = {name: member for name, member in document.items() if name != "proof"}
    options = {name: member for name, member in proof.items() if name not in {"proofValue", "@context"}}
    if "@context" in proof:
        unsecured["@context"] = _agreed_context(document.get("@context"), proof["@context"])
    check_signature(public_key, signature, hash_data(unsecured, options))


def _signature(value: Any) -> bytes:
    if not isinstance(value, str) or not value.startswith("z"):
        raise ProofInvalid("The signature is not a base-58 text.")
    try:
        return base58_decode(value[1:])
    except InvalidKey as error:
        raise ProofInvalid("The signature is not a base-58 text.") from error


def _agreed_context(of_document: Any, of_proof: Any) -> Any:
    """The proof's own `@context`, which must be the beginning of the document's (vc-di-eddsa, 3.2.2)."""
    ours = of_document if isinstance(of_document, list) else [of_document]
    theirs = of_proof if isinstance(of_proof, list) else [of_proof]
    if ours[: len(theirs)] != theirs:
        raise ProofInvalid("The signature was made for another vocabulary than the badge uses.")
    return of_proof
