"""A status list that was checked once is not checked again, and everything that may change is asked each time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from assessor.openbadges import jwt, signed_by, withdrawal
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.proof import sign_document
from assessor.openbadges.strict_json import JsonObject, read_json, write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.withdrawal import MAX_REMEMBERED, Standing, standing_of
from tests.unit.openbadges.badges import (
    DID,
    EVE,
    JWT_KEY,
    KEY,
    NOW,
    PLACE,
    SCHOOL,
    TRUST,
    serving,
    signed,
    status_list,
)

BADGE = read_json(signed())
LIST = write_json(sign_document(status_list(), SCHOOL, KEY.id(DID), NOW))
TOKEN = jwt.sign(status_list(), SCHOOL, JWT_KEY.id(DID)).encode()


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Nothing is remembered from one test to the next."""
    withdrawal._signed_lists.clear()
    yield
    withdrawal._signed_lists.clear()


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each signature of a list that is checked."""
    done: list[int] = []

    def counted(module: object, name: str) -> None:
        check = getattr(module, name)

        def counting(*arguments: object) -> object:
            done.append(1)
            return check(*arguments)

        monkeypatch.setattr(module, name, counting)

    counted(signed_by, "check_proof")
    counted(jwt, "check")
    return done


def _standing(data: bytes, badge: JsonObject = BADGE, trust: Trust = TRUST, days: float = 0) -> Standing:
    return standing_of(badge, trust, NOW + timedelta(days=days), serving(data)).standing


@pytest.mark.parametrize("data", [LIST, TOKEN])
def test_a_list_is_checked_once_for_many_badges(data: bytes, checks: list[int]) -> None:
    for _ in range(3):
        assert _standing(data) is Standing.IN_FORCE

    assert len(checks) == 1


@pytest.mark.parametrize("data", [LIST, TOKEN])
def test_its_end_and_its_age_are_asked_each_time(data: bytes) -> None:
    assert _standing(data) is Standing.IN_FORCE
    assert _standing(data, days=2) is Standing.UNKNOWN
    assert _standing(data, days=30) is Standing.UNKNOWN
    assert _standing(data, days=-30) is Standing.UNKNOWN
    assert _standing(data) is Standing.IN_FORCE


def test_the_place_and_the_purpose_of_each_badge_are_asked(checks: list[int]) -> None:
    withdrawn = write_json(sign_document(status_list(PLACE), SCHOOL, KEY.id(DID), NOW))
    other, suspended, outside = (
        {**BADGE, "credentialStatus": {**BADGE["credentialStatus"], **change}}
        for change in ({"statusListIndex": "7"}, {"statusPurpose": "suspension"}, {"statusListIndex": "999999"})
    )

    assert _standing(withdrawn) is Standing.WITHDRAWN
    assert _standing(withdrawn, other) is Standing.IN_FORCE
    assert _standing(withdrawn, suspended) is Standing.UNKNOWN
    assert _standing(withdrawn, outside) is Standing.UNKNOWN
    assert len(checks) == 1


@pytest.mark.parametrize(("data", "key"), [(LIST, KEY), (TOKEN, JWT_KEY)])
def test_a_list_is_not_believed_any_more_once_its_key_is_not_the_issuers(data: bytes, key: PublishedKey) -> None:
    other = PublishedKey(EVE.public_key, key.form, key.fragment)
    assert _standing(data) is Standing.IN_FORCE

    assert _standing(data, trust=Trust.of(did_document(DID, [other]))) is Standing.UNKNOWN
    assert _standing(data, trust=Trust()) is Standing.UNKNOWN
    assert _standing(data) is Standing.IN_FORCE


def test_a_list_of_another_issuer_is_not_believed_because_it_was_believed_for_its_own() -> None:
    eve = "did:web:eve.example"
    trust = Trust.of(did_document(DID, [KEY]), did_document(eve, [PublishedKey(EVE.public_key, fragment="k")]))
    badge = {**BADGE, "issuer": eve}

    assert _standing(LIST, trust=trust) is Standing.IN_FORCE
    assert _standing(LIST, badge, trust) is Standing.UNKNOWN


def test_a_list_whose_signature_does_not_hold_is_never_remembered(checks: list[int]) -> None:
    forged = write_json(sign_document(status_list(), EVE, KEY.id(DID), NOW))

    for _ in range(2):
        assert _standing(forged) is Standing.UNKNOWN

    assert len(checks) == 2
    assert not withdrawal._signed_lists


def test_the_memory_is_bounded() -> None:
    for number in range(3 * MAX_REMEMBERED):
        assert _standing(write_json(sign_document(status_list(number), SCHOOL, KEY.id(DID), NOW))) is Standing.IN_FORCE

    assert len(withdrawal._signed_lists) <= MAX_REMEMBERED
