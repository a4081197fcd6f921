"""Signatures of the suite eddsa-jcs-2022, against the published vector and against tricks."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assessor.openbadges.checks import Result
from assessor.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_EXTENSIONS, OPEN_BADGES_V3
from assessor.openbadges.errors import InvalidBadge, OpenBadgesError, ProofInvalid
from assessor.openbadges.exits import Statement, as_jcs
from assessor.openbadges.jcs import canonical_json
from assessor.openbadges.multikey import MemorySigner, base58_decode, read_multikey
from assessor.openbadges.proof import JCS_SUITE, check_proof, hash_data, sign_document
from assessor.openbadges.strict_json import write_json
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import (
    ADA_WITHDRAWN,
    DID,
    EVE,
    JWT_KEY,
    KEY,
    NOTHING_WITHDRAWN,
    NOW,
    SCHOOL,
    TRUST,
    VECTORS,
    signed,
)
from tests.unit.openbadges.exits import SMALL, signed_jcs, small, small_jcs

VECTOR = json.loads((VECTORS / "eddsa-jcs-2022.json").read_bytes())


def test_the_w3c_signature_is_made_again() -> None:
    document = dict(VECTOR["signed"])
    proof = document.pop("proof")
    signer = MemorySigner.from_seed(base58_decode(VECTOR["privateKeyMultibase"][1:])[2:])
    created = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)

    made = sign_document(document, signer, proof["verificationMethod"], created, JCS_SUITE)

    options = {name: value for name, value in proof.items() if name != "proofValue"}
    assert canonical_json(document).decode() == VECTOR["documentCanonical"]
    assert canonical_json(options).decode() == VECTOR["proofCanonical"]
    assert hash_data(document, options).hex() == VECTOR["combinedHashHex"]
    assert made["proof"] == [proof]
    check_proof(made, made["proof"][0], read_multikey(VECTOR["publicKeyMultibase"]))


def test_the_vector_is_the_published_one(reference: Path) -> None:
    folder = reference / "openbadges" / "vectors" / "eddsa-jcs-2022"

    assert json.loads((folder / "signedJCS.json").read_bytes()) == VECTOR["signed"]
    assert (folder / "canonDocJCS.txt").read_text() == VECTOR["documentCanonical"]
    hashes = (folder / "proofHashJCS.txt").read_text().strip() + (folder / "docHashJCS.txt").read_text().strip()
    assert hashes == VECTOR["combinedHashHex"]
    assert hashlib.sha256(VECTOR["proofCanonical"].encode()).hexdigest() == hashes[:64]


def test_adas_stored_badge_gets_a_second_exit_with_the_same_statement() -> None:
    stored = signed()

    written = as_jcs(Statement.stored(stored), SCHOOL, KEY.id(DID), NOW)

    assert Statement.stored(written) == Statement.stored(stored)
    assert written == as_jcs(Statement.stored(stored), SCHOOL, KEY.id(DID), NOW)
    report = verify(written, TRUST, NOW, status=NOTHING_WITHDRAWN)
    assert report.result is Result.GENUINE
    assert report.failed == ()
    assert any("eddsa-jcs-2022" in check.reason for check in report.checks if check.name == "proof")
    assert verify(written, TRUST, NOW, status=ADA_WITHDRAWN).result is Result.WITHDRAWN


def test_the_official_schema_accepts_the_exit(reference: Path) -> None:
    schema = reference / "openbadges" / "schemas" / "ob_v3p0_achievementcredential_schema.json"

    written = as_jcs(Statement.stored(signed()), SCHOOL, KEY.id(DID), NOW)

    jsonschema.Draft201909Validator(json.loads(schema.read_bytes())).validate(json.loads(written))


def test_spaces_and_order_are_not_part_of_the_statement() -> None:
    document = json.loads(small_jcs())

    report = verify(json.dumps(dict(reversed(document.items())), indent=2).encode(), TRUST, NOW)

    assert report.result is Result.GENUINE


@pytest.mark.parametrize(
    "change",
    [
        {"proofPurpose": "authentication"},
        {"proofValue": "z"},
        {"proofValue": "u" + "A" * 86},
        {"created": "2026-11-21T12:00:01Z"},
        {"created": "yesterday"},
        {"verificationMethod": f"{DID}#badge-2"},
        {"expires": "2036-01-01T00:00:00Z"},
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"nope": 1},
        {"@context": [CREDENTIALS_V2]},
        {"@context": [CREDENTIALS_V2, OPEN_BADGES_V3, OPEN_BADGES_EXTENSIONS]},
        {"@context": CREDENTIALS_V2},
        {"@context": None},
    ],
)
def test_a_changed_proof_does_not_hold(change: dict[str, Any]) -> None:
    document = json.loads(small_jcs())

    with pytest.raises(OpenBadgesError):
        check_proof(document, document["proof"][0] | change, SCHOOL.public_key)


def test_a_vocabulary_that_was_added_later_is_refused() -> None:
    document = signed_jcs(small())
    document["@context"] = [*SMALL["@context"], OPEN_BADGES_EXTENSIONS]

    with pytest.raises(ProofInvalid, match="more vocabularies"):
        check_proof(document, document["proof"][0], SCHOOL.public_key)


def test_a_proof_without_its_own_context_covers_that_of_the_document() -> None:
    document = signed_jcs(small())
    del document["proof"][0]["@context"]

    with pytest.raises(ProofInvalid):
        check_proof(document, document["proof"][0], SCHOOL.public_key)


def test_another_key_does_not_fit() -> None:
    document = json.loads(small_jcs())

    with pytest.raises(ProofInvalid):
        check_proof(document, document["proof"][0], EVE.public_key)


def test_a_badge_may_have_both_proofs_and_both_must_hold() -> None:
    document = json.loads(signed())
    both = {**document, "proof": [*document["proof"], *signed_jcs(Statement.stored(signed()).document)["proof"]]}
    wrong = {**both, "proof": [both["proof"][0], {**both["proof"][1], "created": "2026-11-21T12:00:01Z"}]}

    assert verify(write_json(both), TRUST, NOW, status=NOTHING_WITHDRAWN).result is Result.GENUINE
    assert verify(write_json(wrong), TRUST, NOW, status=NOTHING_WITHDRAWN).result is Result.NOT_GENUINE


@pytest.mark.parametrize(
    ("statement", "key_id"),
    [
        (small(), "did:web:eve.example#k"),
        (small(), f"{DID}.eve#k"),
        (small(issuer=None), KEY.id(DID)),
        (small(name={"en": "A"}), KEY.id(DID)),
        (small(credentialSubject=None), JWT_KEY.id(DID)),
    ],
)
def test_what_a_verifier_would_refuse_is_not_signed(statement: dict[str, Any], key_id: str) -> None:
    with pytest.raises(InvalidBadge):
        as_jcs(Statement.of(statement), SCHOOL, key_id, NOW)
