"""The test inputs of the 1EdTech public validator, and the examples of the standard: accepted or refused as named."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from assessor.openbadges.canonical import canonical_form
from assessor.openbadges.checks import NAMES, Result, State
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.documents import documents_from
from assessor.openbadges.errors import UnsafeDocument
from assessor.openbadges.multikey import read_multikey
from assessor.openbadges.reading import read_credential
from assessor.openbadges.schema import problems_of
from assessor.openbadges.status_list import BitstringStatusList
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from tests.unit.openbadges.test_canonical_form import independent_form

NOW = datetime(2026, 11, 21, tzinfo=UTC)
# The samples' issuers and the keys that signed them; their addresses name the keys, their documents are not published.
KEYS = {
    "https://example.com/issuers/876543": (
        "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
        "z6MkrvfzkMnvCroEUP2DVc9SHPE48CRsvHiVSusHioxTYu1x",
    ),
    "https://1edtech.edu/issuers/565049": (
        "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
        "z6Mknyb2Gb4NxzW3xSr9ChTtdQZ1zs77piQ3r9SaJ9vMzmrs",
    ),
}
TRUST = Trust.of(
    *(
        did_document(issuer, [PublishedKey(read_multikey(key), fragment=key) for key in keys])
        for issuer, keys in KEYS.items()
    )
)


@pytest.fixture
def samples(reference: Path) -> Path:
    return reference / "openbadges" / "examples" / "ob3-validator-samples"


#: Every sample → the answer, and the check that its name speaks of; none = nothing speaks against it.
ANSWERS = {
    "simple.json": (Result.GENUINE, ""),
    "simple-context-alias.json": (Result.GENUINE, ""),
    "simple-context-version.json": (Result.GENUINE, ""),
    "simple-did-web-method.json": (Result.GENUINE, ""),
    "simple-eddsa-2022.json": (Result.GENUINE, ""),
    "simple-multiple-proofs.json": (Result.GENUINE, ""),
    "simple-json.png": (Result.GENUINE, ""),
    "simple-json.svg": (Result.GENUINE, ""),
    # Their lists and issuers are not on this web; with them: test_any_issuer.
    "bit-string-list/credential-status-revoked.json": (Result.GENUINE_STATUS_UNKNOWN, "status"),
    "bit-string-list/credential-status-revoked-blank-nodes.json": (Result.GENUINE_STATUS_UNKNOWN, "status"),
    "credential-status-revoked.json": (Result.ISSUER_UNKNOWN, "key bound to issuer"),
    # Its issuer's name is no address, so that nothing binds the key to it; the signature itself holds.
    "simple-did-key-method.json": (Result.ISSUER_UNKNOWN, "key bound to issuer"),
    # They bring their own key, which their issuer does not publish here; with that key: test_tokens_of_others.
    "simple-jwt.png": (Result.NOT_GENUINE, "key bound to issuer"),
    "simple-jwt.svg": (Result.NOT_GENUINE, "key bound to issuer"),
    # Its text was changed after it was signed: no reading of it, ours or plain PyLD's, fits its signature.
    "complete.json": (Result.NOT_GENUINE, "proof"),
    "sd/derivedcredential.json": (Result.NOT_A_CERTIFICATE, "proof"),
    # Drafts, in a vocabulary that was never fixed.
    "complete_v1.json": (Result.NOT_A_CERTIFICATE, "shape"),
    "simple_v1.json": (Result.NOT_A_CERTIFICATE, "shape"),
    "simple.jwt": (Result.NOT_A_CERTIFICATE, "shape"),
    "simple-jwt_v1.png": (Result.NOT_A_CERTIFICATE, "shape"),
    "simple-jwt_v1.svg": (Result.NOT_A_CERTIFICATE, "shape"),
    "simple-noproof.json": (Result.NOT_A_CERTIFICATE, "shape"),
    "endorsement-err-schema-status-refresh.json": (Result.NOT_A_CERTIFICATE, "shape"),
    # Sound, and no badges.
    "endorsement-valid.json": (Result.NOT_A_CERTIFICATE, "shape"),
    "bit-string-list/testlist": (Result.NOT_A_CERTIFICATE, "shape"),
    "simple-err-context.json": (Result.NOT_A_CERTIFICATE, "shape"),
    "simple-err-type.json": (Result.NOT_A_CERTIFICATE, "shape"),
    "simple-err-credential-subject-achievement-result-description-type.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-credential-subject-identifier-type.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-credential-subject-profile-type.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-credential-subject-result-type.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-credential-subject-type.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-evidence-type.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-issuer-otheridentifier-type.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-issuer-parentorg-type.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-issuer-type.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-issuer.json": (Result.ISSUER_UNKNOWN, "schema"),
    "simple-err-issued.json": (Result.ISSUER_UNKNOWN, "validity window"),
    "simple-err-expired.json": (Result.EXPIRED, "validity window"),
    "simple-err-proof-method.json": (Result.ISSUER_UNKNOWN, "key bound to issuer"),
    "simple-err-proof-method-no-scheme.json": (Result.NOT_GENUINE, "schema"),
    "simple-err-proof-method-unknown-did-method.json": (Result.NOT_GENUINE, "key bound to issuer"),
    "simple-err-proof-method-unknown-scheme.json": (Result.NOT_GENUINE, "key bound to issuer"),
    "simple-err-proof-value.json": (Result.NOT_GENUINE, "proof"),
}
NEVER_ASKED = {"recipient", "endorsements"}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_sample_is_accepted_or_refused_as_its_name_says(samples: Path, name: str) -> None:
    result, speaks_of = ANSWERS[name]

    report = verify((samples / name).read_bytes(), TRUST, NOW, fetch=documents_from({}))

    against = {check.name for check in report.checks if check.state is not State.PASSED}
    assert report.result is result, report.checks
    assert speaks_of in against if speaks_of else against == NEVER_ASKED


def test_no_sample_is_forgotten(samples: Path) -> None:
    assert {path.relative_to(samples).as_posix() for path in samples.rglob("*") if path.is_file()} == ANSWERS.keys()


def test_no_sample_makes_the_verifier_stumble(reference: Path) -> None:
    paths = [path for path in (reference / "openbadges" / "examples").rglob("*") if path.is_file()]

    for path in paths:
        report = verify(path.read_bytes(), TRUST, NOW)

        assert [check.name for check in report.checks] == list(NAMES), path.name


def test_every_example_has_the_same_canonical_form_as_by_plain_pyld(reference: Path) -> None:
    compared = 0

    for path in sorted((reference / "openbadges" / "examples").glob("ob3-*/*.json")):
        document = json.loads(path.read_bytes())
        if isinstance(document, dict):
            document.pop("proof", None)
            try:
                form = canonical_form(document)
            except UnsafeDocument:
                continue
            assert form == independent_form(document), path.name
            compared += 1

    assert compared >= 15


def test_the_samples_status_list_has_bit_23_set(samples: Path) -> None:
    listed = json.loads((samples / "bit-string-list" / "testlist").read_bytes())

    places = BitstringStatusList.decode(listed["credentialSubject"]["encodedList"])

    assert places.bit(23)
    assert sum(byte.bit_count() for byte in places.bits) == 1


def test_our_table_accepts_what_the_official_schema_accepts(reference: Path) -> None:
    schemas = reference / "openbadges" / "schemas"
    official = jsonschema.Draft201909Validator(
        json.loads((schemas / "ob_v3p0_achievementcredential_schema.json").read_bytes())
    )
    accepted = 0

    for path in sorted((reference / "openbadges" / "examples").glob("ob3-*/*.json")):
        document = json.loads(path.read_bytes())
        # That sample is wrong in a way the official schema does not see: an address without a scheme.
        if "no-scheme" in path.name:
            assert problems_of(document) == ["“proof[0].verificationMethod” is not a full address"]
        elif isinstance(document, dict) and official.is_valid(document):
            assert problems_of(document) == [], path.name
            accepted += 1

    assert accepted >= 10


def test_baked_samples_of_others_are_read(samples: Path) -> None:
    formats = {path.name: read_credential(path.read_bytes())[0] for path in samples.glob("simple-*.[ps][nv]g")}

    assert len(formats) >= 4
    assert set(formats.values()) == {"png", "svg"}
