"""The test inputs of the 1EdTech public validator, and the examples of the standard: accepted or refused as named."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from assessor.openbadges.canonical import canonical_form
from assessor.openbadges.checks import Result, State
from assessor.openbadges.did_web import PublishedKey, did_document
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


@pytest.mark.parametrize("name", ["simple.json", "simple-multiple-proofs.json", "simple-json.png", "simple-json.svg"])
def test_the_valid_samples_are_genuine(samples: Path, name: str) -> None:
    report = verify((samples / name).read_bytes(), TRUST, NOW)

    # The holder of these samples is named by a DID, and they offer no withdrawal.
    assert report.result is Result.GENUINE, report.checks


def test_every_wrong_sample_is_refused(samples: Path) -> None:
    names = sorted(samples.glob("*-err-*.json"))

    assert len(names) >= 15
    for path in names:
        report = verify(path.read_bytes(), TRUST, NOW)

        assert report.result not in {Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN}, path.name
        assert any(check.state is not State.PASSED for check in report.checks[1:]), path.name


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("simple-noproof.json", Result.NOT_A_CERTIFICATE),
        ("simple-err-proof-value.json", Result.NOT_GENUINE),
        ("simple-err-expired.json", Result.EXPIRED),
        ("simple-err-issuer-type.json", Result.NOT_GENUINE),
        ("simple-err-proof-method.json", Result.ISSUER_UNKNOWN),
        # It brings its own key, which its issuer does not publish here; with that key: test_tokens_of_others.
        ("simple-jwt.png", Result.NOT_GENUINE),
        # Its text was changed after it was signed: no reading of it, ours or plain PyLD's, fits its signature.
        ("complete.json", Result.NOT_GENUINE),
        ("simple_v1.json", Result.NOT_A_CERTIFICATE),
    ],
)
def test_the_reason_of_a_refusal_is_the_one_of_its_name(samples: Path, name: str, result: Result) -> None:
    report = verify((samples / name).read_bytes(), TRUST, NOW)

    assert report.result is result, report.checks


def test_no_sample_makes_the_verifier_stumble(reference: Path) -> None:
    paths = [path for path in (reference / "openbadges" / "examples").rglob("*") if path.is_file()]

    for path in paths:
        report = verify(path.read_bytes(), TRUST, NOW)

        assert len(report.checks) == 9, path.name


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
