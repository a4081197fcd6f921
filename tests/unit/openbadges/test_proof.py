"""Signatures of the suite eddsa-rdfc-2022, against the published vectors and against tricks."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assessor.openbadges import contexts
from assessor.openbadges.errors import ProofInvalid, ProofUnsupported, UnsafeDocument
from assessor.openbadges.multikey import MemorySigner, base58_decode, read_multikey
from assessor.openbadges.proof import check_proof, hash_data, proofs_of, sign_document
from assessor.openbadges.strict_json import JsonObject
from tests.unit.openbadges.badges import DID, EVE, KEY, NOW, SCHOOL, VECTORS, signed

EXAMPLES_V2 = "https://www.w3.org/ns/credentials/examples/v2"


def test_the_implementation_guides_signature_is_made_again() -> None:
    numbers = json.loads((VECTORS / "guide-numbers.json").read_bytes())
    document = json.loads((VECTORS / "guide-signed.json").read_bytes())
    proof = document.pop("proof")
    signer = MemorySigner.from_seed(bytes.fromhex(numbers["privateSeedHex"]))
    created = datetime(2010, 1, 1, 19, 23, 24, tzinfo=UTC)

    made = sign_document(document, signer, proof["verificationMethod"], created)

    assert made["proof"] == [proof]
    assert signer.public_key == read_multikey(numbers["publicKeyMultibase"])
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    assert hash_data(document, options).hex() == numbers["proofHashHex"] + numbers["documentHashHex"]


def test_the_guides_proof_is_checked_as_object_and_as_list() -> None:
    document = json.loads((VECTORS / "guide-signed.json").read_bytes())
    key = read_multikey(json.loads((VECTORS / "guide-numbers.json").read_bytes())["publicKeyMultibase"])

    for form in (document["proof"], [document["proof"]]):
        for proof in proofs_of({**document, "proof": form}):
            check_proof({**document, "proof": form}, proof, key)


def test_the_w3c_signature_is_made_again(reference: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = reference / "openbadges" / "contexts" / "w3c-credentials-examples-v2.jsonld"
    entry = {"file": str(context), "sha256": hashlib.sha256(context.read_bytes()).hexdigest()}
    monkeypatch.setitem(contexts.index(), EXAMPLES_V2, entry)
    folder = reference / "openbadges" / "vectors"
    keys = json.loads((folder / "eddsa-keyPair.json").read_bytes())
    document = json.loads((folder / "eddsa-rdfc-2022" / "signedDataInt.json").read_bytes())
    proof = document.pop("proof")
    signer = MemorySigner.from_seed(base58_decode(keys["privateKeyMultibase"][1:])[2:])

    made = sign_document(document, signer, proof["verificationMethod"], datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC))

    combined = (folder / "eddsa-rdfc-2022" / "combinedHashDataInt.txt").read_text().strip()
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    assert hash_data(document, options).hex() == combined
    assert made["proof"][0]["proofValue"] == proof["proofValue"]
    check_proof(made, made["proof"][0], read_multikey(keys["publicKeyMultibase"]))


def _badge() -> tuple[JsonObject, JsonObject]:
    document: JsonObject = json.loads(signed())
    return document, document["proof"][0]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"proofPurpose": "authentication"}, ProofInvalid),
        ({"proofValue": "z"}, ProofInvalid),
        ({"proofValue": "u" + "A" * 86}, ProofInvalid),
        ({"proofValue": "z" + "0" * 86}, ProofInvalid),
        ({"proofValue": None}, ProofInvalid),
        ({"proofValue": "z" + "1" * 10_000}, ProofInvalid),
        ({"created": "2026-11-21T12:00:01Z"}, ProofInvalid),
        ({"created": "yesterday"}, ProofInvalid),
        ({"created": None}, ProofInvalid),
        ({"verificationMethod": f"{DID}#badge-2"}, ProofInvalid),
        ({"expires": "2036-01-01T00:00:00Z"}, ProofInvalid),
        ({"cryptosuite": "eddsa-jcs-2022"}, ProofInvalid),
        ({"cryptosuite": "bbs-2023"}, ProofUnsupported),
        ({"cryptosuite": ["eddsa-rdfc-2022"]}, ProofUnsupported),
        ({"type": "Ed25519Signature2020"}, ProofUnsupported),
        ({"previousProof": "urn:x:1"}, ProofUnsupported),
        ({"nope": 1}, UnsafeDocument),
        ({"@context": ["https://eve.example/v1"]}, ProofInvalid),
        ({"@context": {"@vocab": "https://eve.example/"}}, ProofInvalid),
        ({"@context": [contexts.CREDENTIALS_V2]}, ProofInvalid),
    ],
)
def test_a_changed_proof_does_not_hold(change: dict[str, Any], refusal: type[Exception]) -> None:
    document, proof = _badge()

    with pytest.raises(refusal):
        check_proof(document, {**proof, **change}, SCHOOL.public_key)


def test_a_proof_may_repeat_the_documents_own_context() -> None:
    document, proof = _badge()

    check_proof(document, {**proof, "@context": document["@context"]}, SCHOOL.public_key)


def test_another_key_does_not_fit() -> None:
    document, proof = _badge()

    with pytest.raises(ProofInvalid):
        check_proof(document, proof, EVE.public_key)


@pytest.mark.parametrize("proof", [None, [], "z3", [1], [[]], [{}] * 5])
def test_what_is_not_a_proof_is_refused(proof: Any) -> None:
    with pytest.raises((ProofInvalid, ProofUnsupported)):
        proofs_of({"proof": proof})


def test_a_signed_document_is_not_signed_again() -> None:
    document, _ = _badge()

    with pytest.raises(UnsafeDocument, match="signed already"):
        sign_document(document, SCHOOL, KEY.id(DID), NOW)
