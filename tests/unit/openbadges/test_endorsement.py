"""Endorsements: made right, believed only of a known endorser about the right thing, carried by badges unchanged."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assessor.openbadges import jwt
from assessor.openbadges.achievement import Endorsed, Profile
from assessor.openbadges.canonical import canonical_form
from assessor.openbadges.checks import Check, State
from assessor.openbadges.contexts import CREDENTIALS_V2
from assessor.openbadges.credential import AchievementCredential
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.endorsement import (
    MAX_COMMENT,
    Endorsement,
    check_embeddable,
    check_endorsement,
    comment_of,
    endorse,
    endorsements_of,
    read_endorsement,
    subject_of,
)
from assessor.openbadges.errors import InvalidBadge, OpenBadgesError, UnsafeDocument
from assessor.openbadges.fast_canonical import form_by_table
from assessor.openbadges.multikey import MemorySigner
from assessor.openbadges.proof import JCS_SUITE, SUITE, Suite, sign_document
from assessor.openbadges.schema import problems_of
from assessor.openbadges.status_list import StatusEntry
from assessor.openbadges.strict_json import JsonObject, read_json, write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import (
    ACHIEVEMENT_URL,
    DID,
    EVE,
    NOTHING_WITHDRAWN,
    NOW,
    TRUST,
    achievement,
    credential,
    signed,
)
from tests.unit.openbadges.test_canonical_form import independent_form

STATE_DID = "did:web:state.example"
STATE = MemorySigner.from_seed(b"state" + bytes(27))
STATE_KEY = PublishedKey(STATE.public_key, fragment="k")
STATE_JWT_KEY = PublishedKey(STATE.public_key, "JsonWebKey", "j")
KNOWN = Trust.of(did_document(STATE_DID, [STATE_KEY, STATE_JWT_KEY]))
OLDER_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"


def said(**changes: Any) -> Endorsement:
    """What the state says of the school."""
    ordinary = Endorsement(
        "urn:uuid:5ac3e3a4-5b0e-4a5f-9d55-5d2f3a8a1a11",
        Profile(STATE_DID, "State Department of Education"),
        DID,
        "The school of Olu is in good standing.",
        NOW - timedelta(days=30),
        NOW + timedelta(days=300),
    )
    return replace(ordinary, **changes)


def endorsed(**changes: Any) -> bytes:
    """The same, signed."""
    return endorse(said(**changes), STATE, STATE_KEY.id(STATE_DID), NOW - timedelta(days=30))


def endorsed_as_token(**changes: Any) -> bytes:
    """The same as token."""
    return jwt.sign_badge(said(**changes).document(), STATE, STATE_JWT_KEY.id(STATE_DID)).encode()


def anyhow(document: JsonObject, signer: MemorySigner = STATE, suite: Suite = SUITE) -> JsonObject:
    """Any document with a proof of the state, past our own checks."""
    return sign_document(document, signer, STATE_KEY.id(STATE_DID), NOW, suite)


def answer(content: Any, **changes: Any) -> Check:
    """The check of an endorsement by somebody who knows the state, about the school."""
    options: dict[str, Any] = {"trust": KNOWN, "now": NOW, "about": DID} | changes
    return check_endorsement(content, options.pop("trust"), options.pop("now"), **options)


@pytest.fixture(scope="module")
def official(reference: Path) -> Callable[[str], jsonschema.Draft201909Validator]:
    """The schemas that 1EdTech publishes, by the name of their class."""

    def of(kind: str) -> jsonschema.Draft201909Validator:
        path = reference / "openbadges" / "schemas" / f"ob_v3p0_{kind}_schema.json"
        return jsonschema.Draft201909Validator(json.loads(path.read_bytes()))

    return of


def test_an_endorsement_passes_the_official_schema(official: Callable[[str], jsonschema.Draft201909Validator]) -> None:
    schema = official("endorsementcredential")

    assert list(schema.iter_errors(json.loads(endorsed()))) == []
    assert list(schema.iter_errors(said(valid_until=None).document())) == []


@pytest.mark.parametrize("made", [endorsed, endorsed_as_token])
def test_a_known_endorser_is_believed(made: Callable[..., bytes]) -> None:
    checked = answer(made())

    assert (checked.name, checked.state) == ("endorsement", State.PASSED)
    assert checked.reason == "State Department of Education endorses this."


def test_what_it_says_can_be_read() -> None:
    for content in (endorsed(), endorsed_as_token()):
        document = read_endorsement(content)

        assert comment_of(document) == "The school of Olu is in good standing."
        assert subject_of(document) == DID


def test_the_same_may_be_given_as_text_bytes_or_object() -> None:
    content = endorsed()

    for form in (content, content.decode(), read_json(content)):
        assert answer(form).state is State.PASSED


def test_an_endorsement_with_a_proof_over_its_json_is_believed() -> None:
    assert answer(anyhow(said().document(), suite=JCS_SUITE)).state is State.PASSED


@pytest.mark.parametrize(
    ("changes", "options", "state", "reason"),
    [
        ({"about": "did:web:eve.example"}, {}, State.FAILED, "something else"),
        ({"valid_until": NOW - timedelta(days=1)}, {}, State.FAILED, "ended on 2026-11-20"),
        ({"valid_from": NOW + timedelta(days=1)}, {}, State.FAILED, "not valid yet"),
        ({}, {"trust": Trust()}, State.NOT_CHECKED, "not known here"),
        ({}, {"trust": TRUST}, State.NOT_CHECKED, "did:web:state.example is not known here"),
    ],
)
@pytest.mark.parametrize("made", [endorsed, endorsed_as_token])
def test_what_speaks_against_an_endorsement_is_told(
    made: Callable[..., bytes], changes: JsonObject, options: JsonObject, state: State, reason: str
) -> None:
    checked = answer(made(**changes), **options)

    assert checked.state is state
    assert reason in checked.reason


def _patched(**members: Any) -> JsonObject:
    """A signed endorsement with members changed after it was signed; None takes one away."""
    return {name: value for name, value in (read_json(endorsed()) | members).items() if value is not None}


def _of_others() -> dict[str, Any]:
    unsigned = said().document()
    subject = unsigned["credentialSubject"]
    return {
        "another comment": _patched(credentialSubject=subject | {"endorsementComment": "The best school"}),
        "another subject": _patched(credentialSubject=subject | {"id": DID + ":eve"}),
        "another issuer": _patched(issuer={"id": DID, "type": ["Profile"], "name": "Olu"}),
        "without a signature": unsigned,
        "with Eve's signature": anyhow(unsigned, EVE),
        "a badge": read_json(signed()),
        "no comment of text": _patched(credentialSubject=subject | {"endorsementComment": 7}),
        "without a name": _patched(name=None),
        "a word without a meaning": _patched(nope="x"),
        "its own vocabulary": _patched(**{"@context": [CREDENTIALS_V2, {"name": "https://eve.example/name"}]}),
        "one text as vocabulary": _patched(**{"@context": CREDENTIALS_V2}),
        "a token of Eve": jwt.sign_badge(unsigned, EVE, STATE_JWT_KEY.id(STATE_DID)),
        "a token with the key of another": jwt.sign_badge(unsigned, EVE, "did:web:eve.example#k"),
        "no token": "eyJ.e30.",
        "nothing": "",
        "a number": 7,
        "an empty object": {},
        "a very long one": _patched(description="x" * 20_000),
    }


@pytest.mark.parametrize("what", sorted(_of_others()))
def test_what_is_not_an_endorsement_of_the_endorser_is_never_believed(what: str) -> None:
    assert answer(_of_others()[what]).state is not State.PASSED


def test_every_changed_byte_is_noticed() -> None:
    for content in (endorsed(), endorsed_as_token()):
        # The edition of the vocabulary is no part of the graph: 3.0.2 means the same.
        begin = content.find(b"]") if content.startswith(b"{") else 0
        for place in range(begin, len(content), 7):
            changed = content[:place] + bytes([content[place] ^ 0x01]) + content[place + 1 :]

            assert answer(changed).state is not State.PASSED, place


def test_one_that_can_be_taken_back_is_believed_only_with_its_list() -> None:
    document = said().document() | {"credentialStatus": StatusEntry("https://state.example/status/1", 7).document()}

    checked = answer(anyhow(document))

    assert checked.state is State.NOT_CHECKED
    assert "status list was not asked for" in checked.reason


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"comment": " "}, "The endorsement is empty"),
        ({"comment": "x" * (MAX_COMMENT + 1)}, "at most"),
        ({"about": "school"}, "The id of what is endorsed"),
        ({"valid_until": NOW - timedelta(days=31)}, "ends after it begins"),
    ],
)
def test_what_cannot_be_issued_is_refused(changes: JsonObject, why: str) -> None:
    with pytest.raises(InvalidBadge, match=why):
        endorsed(**changes)


def test_nobody_endorses_with_the_key_of_another() -> None:
    with pytest.raises(InvalidBadge, match="not a key of the endorser"):
        endorse(said(), EVE, "did:web:eve.example#k", NOW)


def carrying(*contents: bytes) -> AchievementCredential:
    """Ada's badge; issuer, assessor and achievement were endorsed."""
    documents = tuple(read_json(content) for content in contents if content.startswith(b"{"))
    praise = Endorsed(documents, tuple(content.decode() for content in contents if not content.startswith(b"{")))
    return credential(
        issuer=Profile(DID, "School of Olu", url="https://badges.example", endorsed=praise),
        source=Profile("https://badges.example/organisations/a", "House", endorsed=praise),
        achievement=replace(achievement(), endorsed=praise),
    )


def test_a_badge_brings_its_endorsements_along_unchanged(
    official: Callable[[str], jsonschema.Draft201909Validator],
) -> None:
    badge = carrying(endorsed(), endorsed_as_token())
    stored = signed(issuer=badge.issuer, source=badge.source, achievement=badge.achievement)
    document = read_json(stored)

    found = endorsements_of(document)

    assert [(one.place, one.about) for one in found] == [
        *[("issuer", DID)] * 2,
        *[("source", "https://badges.example/organisations/a")] * 2,
        *[("achievement", ACHIEVEMENT_URL)] * 2,
    ]
    assert [write_json(one.content) if isinstance(one.content, dict) else one.content.encode() for one in found] == [
        *[endorsed(), endorsed_as_token()] * 3
    ]
    assert {answer(one.content, about=one.about).state for one in found[:2]} == {State.PASSED}
    assert {answer(one.content, about=one.about).state for one in found[2:]} == {State.FAILED}
    assert verify(stored, TRUST, NOW, status=NOTHING_WITHDRAWN).verdict == "genuine"
    assert list(official("achievementcredential").iter_errors(document)) == []
    assert problems_of(document) == []


def test_an_endorsement_that_was_changed_inside_of_a_badge_breaks_the_badge() -> None:
    document = read_json(signed(issuer=carrying(endorsed()).issuer))
    for name in ("endorsementComment", "id"):
        changed = copy.deepcopy(document)
        changed["issuer"]["endorsement"][0]["credentialSubject"][name] += "x"

        assert verify(write_json(changed), TRUST, NOW, status=NOTHING_WITHDRAWN).verdict == "not genuine"


def test_a_badge_with_a_source_and_tokens_takes_the_table_and_one_with_credentials_the_general_path() -> None:
    by_table, by_general_path = (carrying(content).document() for content in (endorsed_as_token(), endorsed()))

    assert form_by_table(by_table) == independent_form(by_table)
    with pytest.raises(Exception, match=r"issuer\.endorsement"):
        form_by_table(by_general_path)
    assert canonical_form(by_general_path) == independent_form(by_general_path)


def test_an_endorsement_in_an_older_vocabulary_cannot_stand_inside_of_a_badge() -> None:
    check_embeddable(read_json(endorsed()))

    with pytest.raises(UnsafeDocument):
        check_embeddable(read_json(endorsed()) | {"@context": [CREDENTIALS_V2, OLDER_CONTEXT]})


@pytest.mark.parametrize("badge", [{}, {"issuer": 7, "credentialSubject": [1]}, {"endorsement": 7}, {"issuer": "x"}])
def test_any_document_can_be_asked_for_its_endorsements(badge: JsonObject) -> None:
    for one in endorsements_of(badge):
        assert answer(one.content).state is State.FAILED


def test_the_official_example_is_read_and_its_endorser_unknown(reference: Path) -> None:
    folder = reference / "openbadges" / "examples"
    sample = read_json((folder / "ob3-spec" / "endorsement-04-sample-endorsementcredential.json").read_bytes())
    complete = read_json((folder / "ob3-spec" / "fullOpenBadge-05-complete-openbadgecredential.json").read_bytes())

    assert answer(sample, about="https://1edtech.edu/issuers/565049").state is State.NOT_CHECKED
    found = endorsements_of(complete)
    assert {one.place for one in found} >= {"issuer", "achievement"}
    assert {answer(one.content, about=one.about).state for one in found} <= {State.NOT_CHECKED, State.FAILED}


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(OpenBadgesError, match="much smaller"):
        read_endorsement(b"{" + b" " * 20_000 + b"}")
