"""Endorsements of partners: checked before they are kept, carried by new badges; and ours in favour of others."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from assessor import demo
from assessor.config import Settings
from assessor.credentials import endorsing, issuer, issuing
from assessor.credentials.models import Award
from assessor.openbadges import jwt
from assessor.openbadges.achievement import Profile
from assessor.openbadges.checks import State
from assessor.openbadges.contexts import CREDENTIALS_V2
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.endorsement import Endorsement, check_endorsement, endorse, endorsements_of
from assessor.openbadges.multikey import MemorySigner
from assessor.openbadges.proof import sign_document
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust
from assessor.verification import verifying
from tests import factories
from tests.console import Run
from tests.factories import NOW

STATE = "did:web:state.example"
SIGNER = MemorySigner.from_seed(b"state" + bytes(27))
KEY = PublishedKey(SIGNER.public_key, fragment="k")
TOKEN_KEY = PublishedKey(SIGNER.public_key, "JsonWebKey", "j")
STATE_DOCUMENT = did_document(STATE, [KEY, TOKEN_KEY])
OURSELVES = "did:web:localhost%3A8000"
OUR_ORGANISATION = "http://localhost:8000/organisations/demo"
OUR_ACHIEVEMENT = f"http://localhost:8000/achievements/{demo.ACHIEVEMENT}"


def said(about: str = OURSELVES, number: int = 1, **changes: Any) -> Endorsement:
    """What the state says."""
    ordinary: dict[str, Any] = {
        "id": f"urn:example:endorsement:{number}",
        "issuer": Profile(STATE, "State Department of Education"),
        "about": about,
        "comment": "In good standing.",
        "valid_from": NOW - timedelta(days=10),
        "valid_until": NOW + timedelta(days=100),
    }
    return Endorsement(**(ordinary | changes))


def signed(about: str = OURSELVES, number: int = 1, **changes: Any) -> bytes:
    """The same, signed."""
    return endorse(said(about, number, **changes), SIGNER, KEY.id(STATE), NOW - timedelta(days=10))


def as_token(about: str = OURSELVES, number: int = 1) -> bytes:
    """The same as token."""
    return jwt.sign_badge(said(about, number).document(), SIGNER, TOKEN_KEY.id(STATE)).encode()


def new_badge(session: Session, settings: Settings) -> tuple[Award, JsonObject]:
    """A badge that is signed now, and what it says."""
    award = factories.award(session, settings)
    session.add(issuing.sign(session, award, settings, NOW))
    session.flush()
    document: JsonObject = json.loads(issuing.export(session, award, "json", settings).content)
    return award, document


def is_genuine(session: Session, settings: Settings, award: Award, form: str) -> bool:
    """Whether a stranger's check accepts this form of a badge."""
    own = verifying.own_data(session, settings, NOW)
    content = issuing.export(session, award, form, settings).content
    trust, source = verifying.trust_of(own.did_document), own.lists
    return verifying.verify_badge(content, trust, source, NOW).verdict == "genuine"


def test_new_badges_carry_what_partners_say_of_issuer_assessor_and_achievement(
    session: Session, settings: Settings
) -> None:
    for number, about in enumerate((OURSELVES, OUR_ORGANISATION, OUR_ACHIEVEMENT)):
        endorsing.add(session, signed(about, number), STATE_DOCUMENT, settings, NOW)
        endorsing.add(session, as_token(about, 10 + number), STATE_DOCUMENT, settings, NOW)

    award, badge = new_badge(session, settings)

    found = endorsements_of(badge)
    assert [(one.place, one.about) for one in found] == [
        *[("issuer", OURSELVES)] * 2,
        *[("source", OUR_ORGANISATION)] * 2,
        *[("achievement", OUR_ACHIEVEMENT)] * 2,
    ]
    trust = Trust.of(*endorsing.endorsers(session))
    assert {check_endorsement(one.content, trust, NOW, about=one.about).state for one in found} == {State.PASSED}
    assert all(is_genuine(session, settings, award, form) for form in ("json", "jwt", "jcs", "png", "svg"))


def test_badges_of_before_keep_what_they_said(session: Session, settings: Settings) -> None:
    award, before = new_badge(session, settings)

    endorsing.add(session, signed(), STATE_DOCUMENT, settings, NOW)

    assert json.loads(issuing.export(session, award, "json", settings).content) == before
    assert endorsements_of(before) == []


def test_one_that_ended_or_was_removed_is_carried_no_more(session: Session, settings: Settings) -> None:
    kept = endorsing.add(session, signed(), STATE_DOCUMENT, settings, NOW)

    assert list(endorsing.carried(session, NOW)) == [OURSELVES]
    assert endorsing.carried(session, NOW + timedelta(days=101)) == {}
    endorsing.remove(session, kept.id)
    assert endorsing.carried(session, NOW) == {}
    with pytest.raises(endorsing.UnknownEndorsement):
        endorsing.remove(session, kept.id)


def test_the_same_endorsement_again_takes_the_place_of_the_older(session: Session, settings: Settings) -> None:
    first = endorsing.add(session, signed(), STATE_DOCUMENT, settings, NOW)
    again = endorsing.add(session, signed(comment="Still in good standing."), STATE_DOCUMENT, settings, NOW)

    assert first.id == again.id
    assert [one.comment for one in endorsing.everything(session)] == ["Still in good standing."]


def test_badges_do_not_grow_without_end(session: Session, settings: Settings) -> None:
    for number in range(endorsing.MOST):
        endorsing.add(session, signed(number=number), STATE_DOCUMENT, settings, NOW)

    with pytest.raises(endorsing.TooManyEndorsements, match="4"):
        endorsing.add(session, signed(number=99), STATE_DOCUMENT, settings, NOW)
    endorsing.add(session, signed(number=3, comment="Again."), STATE_DOCUMENT, settings, NOW)


def _older_vocabulary() -> bytes:
    document = said().document() | {
        "@context": [CREDENTIALS_V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"]
    }
    del document["credentialSchema"]
    return write_json(sign_document(document, SIGNER, KEY.id(STATE), NOW - timedelta(days=1), "eddsa-jcs-2022"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (signed("did:web:eve.example"), "Only those about did:web:localhost%3A8000"),
        (signed("http://localhost:8000/achievements/NOPE"), "Only those about"),
        (signed("http://localhost:8000/organisations/nope"), "Only those about"),
        (signed("http://localhost:8000/organisations/demo/"), "Only those about"),
        (signed(valid_until=NOW - timedelta(days=1)), "ended on"),
        (signed(valid_from=NOW + timedelta(days=1)), "not valid yet"),
        (signed().replace(b"good standing", b"best standing"), "does not belong"),
        (signed(issuer=Profile(STATE, "State", description="x" * 9_000)), "too large"),
        (b"{}", "not a verifiable credential"),
        (b"\x89PNG", "not"),
        (b"", "not"),
    ],
)
def test_what_does_not_hold_or_is_not_about_us_is_not_kept(
    session: Session, settings: Settings, data: bytes, why: str
) -> None:
    with pytest.raises(endorsing.EndorsementNotUsable, match=why):
        endorsing.add(session, data, STATE_DOCUMENT, settings, NOW)

    assert endorsing.everything(session) == []


def test_the_key_of_another_is_not_believed(session: Session, settings: Settings) -> None:
    other = PublishedKey(MemorySigner.from_seed(b"eve" + bytes(29)).public_key, fragment="k")

    for document in (did_document("did:web:eve.example", [other]), did_document(STATE, [other]), {}):
        with pytest.raises(endorsing.EndorsementNotUsable):
            endorsing.add(session, signed(), document, settings, NOW)


def test_one_in_an_older_vocabulary_would_break_badges_and_is_refused(session: Session, settings: Settings) -> None:
    with pytest.raises(endorsing.EndorsementNotUsable, match=r"JSON-LD"):
        endorsing.add(session, _older_vocabulary(), STATE_DOCUMENT, settings, NOW)


def test_we_endorse_others_and_not_ourselves(session: Session, settings: Settings) -> None:
    made = endorsing.make(session, STATE, "A reliable partner.", settings, NOW, 2)

    own = Trust.of(issuer.document(session, settings))
    assert check_endorsement(made, own, NOW, about=STATE).state is State.PASSED
    assert check_endorsement(made, own, NOW + timedelta(days=800), about=STATE).state is State.FAILED
    for about in (OURSELVES, OUR_ACHIEVEMENT, "not an address"):
        with pytest.raises(endorsing.EndorsementNotUsable):
            endorsing.make(session, about, "Great.", settings, NOW, 2)


def test_the_issuer_may_endorse_the_organisations_that_assess_for_it(session: Session, settings: Settings) -> None:
    made = endorsing.make(session, OUR_ORGANISATION, "Trained by us.", settings, NOW, 2)

    endorsing.add(session, made, issuer.document(session, settings), settings, NOW + timedelta(seconds=1))

    assert list(endorsing.carried(session, NOW + timedelta(seconds=1))) == [OUR_ORGANISATION]


def test_the_commands_do_all_of_this_from_files(run: Run, tmp_path: Path) -> None:
    file, did, made = tmp_path / "endorsement.json", tmp_path / "did.json", tmp_path / "made.json"
    file.write_bytes(signed())
    did.write_text(json.dumps(STATE_DOCUMENT), encoding="utf-8")

    added = run("endorsements", "add", file, "--did", did)
    [row] = run("endorsements", "list", "--json").document

    assert added.out.strip() == row["id"]
    assert (row["about"], row["endorser"], row["did"]) == (OURSELVES, "State Department of Education", STATE)
    assert "In good standing." in run("endorsements", "list").out
    assert run("endorsements", "remove", row["id"]).code == 0
    assert run("endorsements", "list", "--json").document == []
    assert run("endorsements", "make", "--about", STATE, "--comment", "Reliable.", "--out", made).code == 0
    assert json.loads(made.read_bytes())["credentialSubject"]["endorsementComment"] == "Reliable."


def test_a_file_that_is_no_did_document_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    file, did = tmp_path / "endorsement.json", tmp_path / "did.json"
    file.write_bytes(signed())
    did.write_text("no JSON", encoding="utf-8")

    refused = run("endorsements", "add", file, "--did", did)

    assert (refused.code, "not JSON" in refused.err) == (1, True)


def test_our_own_check_believes_the_endorsements_that_were_taken_and_no_badge_of_their_signers(
    session: Session, settings: Settings
) -> None:
    endorsing.add(session, signed(), STATE_DOCUMENT, settings, NOW)
    award, badge = new_badge(session, settings)
    own = verifying.own_data(session, settings, NOW)
    unsigned = {name: value for name, value in badge.items() if name != "proof"} | {"issuer": STATE}
    theirs = write_json(sign_document(unsigned, SIGNER, KEY.id(STATE), NOW))

    report = verifying.verify_badge(issuing.export(session, award, "json", settings).content, own.trust, own.lists, NOW)

    check = next(check for check in report.checks if check.name == "endorsements")
    assert (check.state, report.verdict) == (State.PASSED, "genuine")
    assert STATE not in own.trust.issuers
    assert verifying.verify_badge(theirs, own.trust, own.lists, NOW).verdict != "genuine"
