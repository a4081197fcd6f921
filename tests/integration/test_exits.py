"""The exits of one award that are signed when they are asked for: as JWT, and with a proof over the JSON."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from assessor import demo
from assessor.config import Settings
from assessor.credentials import issuer, issuing, keys, status
from assessor.credentials.models import Award
from assessor.openbadges import jwt
from assessor.openbadges.checks import Result, State
from assessor.openbadges.exits import Statement
from assessor.openbadges.jose import read_token_key
from assessor.openbadges.rsa import RsaPublicKey
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from assessor.openbadges.withdrawal import FetchedList
from tests import factories
from tests.console import Run
from tests.fixtures import PASSPHRASE

NOW = factories.NOW


@pytest.fixture
def award(session: Session, settings: Settings) -> Award:
    made = factories.award(session, settings)
    session.add(issuing.sign(session, made, settings, NOW))
    session.flush()
    return made


def _verified(session: Session, settings: Settings, badge: bytes, now: datetime = NOW) -> Result:
    def source(url: str) -> FetchedList:
        return FetchedList(status.signed_json(session, int(url.rpartition("/")[2])), NOW)

    return verify(badge, Trust.of(issuer.document(session, settings)), now, status=source).result


@pytest.mark.parametrize("form", ["jwt", "jcs"])
def test_every_exit_says_what_the_stored_badge_says(
    session: Session, settings: Settings, award: Award, form: str
) -> None:
    stored = Statement.stored(issuing.export(session, award, "json", settings).content).document

    exported = issuing.export(session, award, form, settings)

    said = jwt.read(exported.content).payload if form == "jwt" else Statement.stored(exported.content).document
    assert {name: said[name] for name in stored} == stored
    assert exported.content == issuing.export(session, award, form, settings).content
    assert _verified(session, settings, exported.content) is Result.GENUINE


def test_files_and_types_are_those_of_their_form(session: Session, settings: Settings, award: Award) -> None:
    token, other = (issuing.export(session, award, form, settings) for form in ("jwt", "jcs"))

    assert (token.content_type, token.file_name.rpartition("-")[2][-4:]) == ("application/vc+jwt", ".jwt")
    assert (other.content_type, other.file_name[-9:]) == ("application/vc+ld+json", ".jcs.json")


@pytest.mark.parametrize("use", ["jwt", "badge"])
def test_after_a_rotation_old_and_new_exits_are_genuine(
    session: Session, settings: Settings, award: Award, use: str
) -> None:
    form = {"jwt": "jwt", "badge": "jcs"}[use]
    before = issuing.export(session, award, form, settings).content

    later = NOW + timedelta(days=1)
    keys.rotate(session, use, PASSPHRASE, later)

    after = issuing.export(session, award, form, settings).content
    assert before != after
    assert {_verified(session, settings, badge, later) for badge in (before, after)} == {Result.GENUINE}


def test_a_newer_key_does_not_date_its_signature_before_itself(
    session: Session, settings: Settings, award: Award
) -> None:
    since = NOW + timedelta(days=1)

    keys.rotate(session, "badge", PASSPHRASE, since)

    [proof] = json.loads(issuing.export(session, award, "jcs", settings).content)["proof"]
    assert proof["created"] == f"{since:%Y-%m-%dT%H:%M:%SZ}"


def test_an_issuer_may_sign_tokens_with_rs256(session: Session, settings: Settings, award: Award) -> None:
    key = keys.rotate(session, "jwt", PASSPHRASE, NOW, "RS256")

    badge = issuing.export(session, award, "jwt", settings).content

    assert jwt.read(badge).header["alg"] == "RS256"
    assert isinstance(keys.public_half(key), RsaPublicKey)
    assert _verified(session, settings, badge) is Result.GENUINE
    assert issuing.export(session, award, "jwt", settings).content == badge


@pytest.mark.parametrize("use", ["badge", "status", "certificate", "root"])
def test_only_tokens_are_signed_with_rs256(session: Session, use: str) -> None:
    with pytest.raises(keys.AlgorithmNotForUse, match="jwt"):
        keys.rotate(session, use, PASSPHRASE, NOW, "RS256")


def test_the_issuers_document_names_each_key_in_the_form_of_its_use(session: Session, settings: Settings) -> None:
    rsa = keys.rotate(session, "jwt", PASSPHRASE, NOW, "RS256")

    methods: list[dict[str, Any]] = issuer.document(session, settings)["verificationMethod"]

    forms = {json.dumps(method.get("publicKeyJwk")): method["type"] for method in methods if "publicKeyJwk" in method}
    assert set(forms.values()) == {"JsonWebKey"}
    assert keys.public_half(rsa) in [read_token_key(json.loads(key)) for key in forms]
    multikeys = [method for method in methods if "publicKeyMultibase" in method]
    assert {method["type"] for method in multikeys} == {"Multikey"}
    assert len(multikeys) == 2  # of the badges and of the status list


def test_the_command_makes_an_rs256_key_and_its_tokens_are_checked(run: Run, tmp_path: Path) -> None:
    awarded = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 3).out.strip()
    file = tmp_path / "ada.jwt"

    assert run("keys", "rotate", "jwt", "--algorithm", "RS256").code == 0
    refused = run("keys", "rotate", "badge", "--algorithm", "RS256")
    assert run("export", awarded, "--format", "jwt", "--out", file).code == 0

    assert (refused.code, refused.err.strip()) == (1, "RS256 is for keys of the use jwt only.")
    checked = run("verify", file, "--json")
    assert (checked.code, checked.document["format"]) == (0, "jwt")
    proof = next(check for check in checked.document["checks"] if check["name"] == "proof")
    assert (proof["state"], "RS256" in proof["reason"]) == (State.PASSED.value, True)
    assert run("verify", file.read_text()).code == 0  # the text itself, pasted
