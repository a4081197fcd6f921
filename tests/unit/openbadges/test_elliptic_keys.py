"""Keys and proofs on the curve P-256."""

import json
from pathlib import Path

import pytest

from assessor.openbadges import contexts
from assessor.openbadges.elliptic import EcPublicKey
from assessor.openbadges.errors import InvalidKey, ProofInvalid
from assessor.openbadges.proof import check_proof
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.trust import read_proof_key
from tests.unit.openbadges.strangers import (
    EC_MULTIKEY,
    ec_jwk,
)


@pytest.mark.parametrize("suite", ["rdfc", "jcs"])
def test_the_ecdsa_vectors_of_w3c_hold(reference: Path, suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "ECDSAP256" if suite == "rdfc" else "JCSECDSAP256"
    folder = reference / "openbadges" / "vectors" / f"ecdsa-{suite}-2019-p256"
    document = json.loads((folder / f"signed{name}.json").read_bytes())
    key = read_proof_key(document["proof"]["verificationMethod"].partition("#")[2])
    examples = reference / "openbadges" / "contexts" / "w3c-credentials-examples-v2.jsonld"
    _pin_examples(monkeypatch, examples)

    check_proof(document, document["proof"], key)

    document["issuer"] = "https://vc.example/issuers/5679"
    with pytest.raises(ProofInvalid):
        check_proof(document, document["proof"], key)


def _pin_examples(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """The vectors use a vocabulary that no badge may use; it is known for this test only."""

    entry = {"file": str(path), "sha256": "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c"}
    monkeypatch.setitem(contexts.index(), "https://www.w3.org/ns/credentials/examples/v2", entry)


@pytest.mark.parametrize(
    "change", [{"y": ec_jwk()["x"]}, {"crv": "P-521"}, {"x": "AA"}, {"d": "AA"}, {"use": "enc"}, {"alg": "ES384"}]
)
def test_odd_elliptic_keys_are_refused(change: JsonObject) -> None:
    with pytest.raises(InvalidKey):
        EcPublicKey.from_jwk(ec_jwk() | change)


def test_an_elliptic_key_is_read_from_either_form() -> None:
    assert EcPublicKey.from_jwk(ec_jwk()) == read_proof_key(EC_MULTIKEY)
    with pytest.raises(InvalidKey):
        read_proof_key("zDn1")
