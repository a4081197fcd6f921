"""The ends of proofs and of keys are kept wherever a signature counts: badges, endorsements and status lists."""

from datetime import timedelta
from typing import Any

import pytest

from assessor.openbadges import jwt
from assessor.openbadges.checks import Result, State
from assessor.openbadges.did_web import did_document
from assessor.openbadges.endorsement import check_endorsement
from assessor.openbadges.errors import InvalidDid, ProofInvalid
from assessor.openbadges.grammar import timestamp
from assessor.openbadges.multikey import base58_encode
from assessor.openbadges.proof import hash_data, sign_document
from assessor.openbadges.proof_time import CLOCK_TOLERANCE, check_time_of
from assessor.openbadges.strict_json import JsonObject, read_json, write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from assessor.openbadges.withdrawal import Standing, standing_of
from tests.unit.openbadges.badges import (
    DID,
    JWT_KEY,
    KEY,
    NOTHING_WITHDRAWN,
    NOW,
    SCHOOL,
    TRUST,
    serving,
    signed,
    status_list,
)
from tests.unit.openbadges.exits import SMALL, sign_again, small_jwt
from tests.unit.openbadges.older_badges import check_named
from tests.unit.openbadges.strangers import FAR_DID, FAR_DOCUMENT, PROFILE_URL, copied, proved, seen, stranger
from tests.unit.openbadges.test_endorsement import KNOWN, STATE, STATE_DID, STATE_KEY, said

PROVED = sign_document(SMALL, SCHOOL, KEY.id(DID), NOW)
LATER = NOW + timedelta(days=1)
WRONG = {
    "ended": {"expires": "2020-01-01T00:00:00Z"},
    "ends now": {"expires": timestamp(NOW)},
    "unreadable end": {"expires": "yesterday"},
    "end that is no text": {"expires": 1577836800},
    "made in the future": {"created": "2030-01-01T00:00:00Z"},
    "unreadable beginning": {"created": "today"},
}


@pytest.mark.parametrize("times", WRONG.values(), ids=WRONG)
def test_a_proof_outside_of_its_time_proves_nothing(times: JsonObject) -> None:
    with pytest.raises(ProofInvalid):
        check_time_of(times, NOW)


@pytest.mark.parametrize(
    "times",
    [
        {},
        {"created": timestamp(NOW + CLOCK_TOLERANCE)},
        {"created": "1999-01-01T00:00:00Z", "expires": timestamp(LATER)},
    ],
)
def test_a_proof_inside_of_its_time_counts(times: JsonObject) -> None:
    check_time_of(times, NOW)


@pytest.mark.parametrize("times", WRONG.values(), ids=WRONG)
def test_a_badge_whose_proof_is_outside_of_its_time_is_not_genuine(times: JsonObject) -> None:
    report = verify(write_json(sign_again(PROVED, **times)), TRUST, NOW)

    assert report.result is Result.NOT_GENUINE
    assert check_named(report, "proof").state in {State.FAILED, State.NOT_CHECKED}


@pytest.mark.parametrize("times", WRONG.values(), ids=WRONG)
def test_a_list_whose_proof_is_outside_of_its_time_answers_nothing(times: JsonObject) -> None:
    listed = sign_again(sign_document(status_list(), SCHOOL, KEY.id(DID), NOW), **times)

    report = verify(signed(), TRUST, NOW, status=serving(write_json(listed)))

    assert report.result is Result.GENUINE_STATUS_UNKNOWN


@pytest.mark.parametrize("times", WRONG.values(), ids=WRONG)
def test_an_endorsement_whose_proof_is_outside_of_its_time_does_not_count(times: JsonObject) -> None:
    unsigned = said().document()
    endorsed = proved(unsigned, STATE_KEY.id(STATE_DID), STATE)
    proof = endorsed["proof"][0]

    check = check_endorsement(_signed_as(unsigned, proof | times), KNOWN, NOW)

    assert check.state is not State.PASSED


def _signed_as(unsigned: JsonObject, proof: JsonObject) -> JsonObject:
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    signature = "z" + base58_encode(STATE.sign(hash_data(unsigned, options)))
    return {**unsigned, "proof": [{**options, "proofValue": signature}]}


def test_a_remembered_list_ends_with_its_proof() -> None:
    ending = sign_again(
        sign_document(status_list(), SCHOOL, KEY.id(DID), NOW), expires=timestamp(NOW + CLOCK_TOLERANCE)
    )
    badge, source = read_json(signed()), serving(write_json(ending), NOW)

    assert standing_of(badge, TRUST, NOW, source).standing is Standing.IN_FORCE
    assert standing_of(badge, TRUST, NOW + timedelta(hours=1), source).standing is Standing.UNKNOWN


def _trust_until(end: Any) -> Trust:
    document = did_document(DID, [KEY, JWT_KEY])
    for method in document["verificationMethod"]:
        method["expires"] = end
    return Trust.of(document)


@pytest.mark.parametrize("badge", [write_json(PROVED), small_jwt()], ids=["proof", "token"])
def test_a_key_counts_only_until_its_end(badge: bytes) -> None:
    before, after = (verify(badge, _trust_until(timestamp(end)), NOW) for end in (LATER, NOW))

    assert before.result is Result.GENUINE
    assert after.result is Result.NOT_GENUINE
    assert check_named(after, "key bound to issuer").state is State.FAILED
    assert "ended on 2026-11-21" in check_named(after, "key bound to issuer").reason


def test_a_key_whose_end_cannot_be_read_is_no_key() -> None:
    with pytest.raises(InvalidDid):
        _trust_until("yesterday")


@pytest.mark.parametrize("is_token", [False, True])
def test_a_list_is_not_believed_once_its_key_has_ended(is_token: bool) -> None:
    as_token = jwt.sign(status_list(), SCHOOL, JWT_KEY.id(DID)).encode()
    data = as_token if is_token else write_json(sign_document(status_list(), SCHOOL, KEY.id(DID), NOW))
    badge, trust = read_json(signed()), _trust_until(timestamp(NOW + timedelta(hours=1)))

    assert standing_of(badge, trust, NOW, serving(data)).standing is Standing.IN_FORCE
    assert standing_of(badge, trust, NOW + timedelta(hours=1), serving(data)).standing is Standing.UNKNOWN


def test_an_endorsement_is_not_believed_once_the_key_of_the_endorser_has_ended() -> None:
    document = did_document(STATE_DID, [STATE_KEY])
    document["verificationMethod"][0]["expires"] = timestamp(NOW)
    endorsed = proved(said().document(), STATE_KEY.id(STATE_DID), STATE)

    check = check_endorsement(endorsed, Trust.of(document), NOW)

    assert check.state is State.FAILED
    assert "ended on 2026-11-21" in check.reason


def test_the_end_of_a_key_that_was_looked_up_is_kept() -> None:
    document = copied(FAR_DOCUMENT)
    document["verificationMethod"][0]["expires"] = timestamp(NOW)
    alone = document["verificationMethod"][0] | {"id": f"{PROFILE_URL}/k", "controller": PROFILE_URL}

    of_did = seen(proved(stranger(by=FAR_DID)), {"https://far.example/.well-known/did.json": document})
    of_address = seen(proved(stranger(by=PROFILE_URL), alone["id"]), {alone["id"]: alone})

    for report in (of_did, of_address):
        assert report.result is Result.NOT_GENUINE
        assert report.foreign == ""


def test_what_is_right_is_genuine() -> None:
    assert verify(signed(), TRUST, NOW, status=NOTHING_WITHDRAWN).result is Result.GENUINE
