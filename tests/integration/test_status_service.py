"""Status lists tell who is withdrawn, and neither how many nor in which order; they are dated, signed and renewed."""

import secrets
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import awarding, decoys, issuer, issuing, keys, status, trust
from assessor.credentials.models import StatusList
from assessor.openbadges import jwt
from assessor.openbadges.checks import Result
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.proof import check_proof
from assessor.openbadges.status_list import BitstringStatusList, Purpose
from assessor.openbadges.strict_json import read_json
from assessor.openbadges.verification import verify
from tests import factories
from tests.factories import NOW

PURPOSES: tuple[Purpose, ...] = ("revocation", "suspension")


def ones(bits: bytes) -> set[int]:
    """The places that are set."""
    return {8 * at + bit for at, byte in enumerate(bits) for bit in range(8) if byte & 0x80 >> bit}


def bits_of(found: StatusList, purpose: Purpose) -> bytes:
    """The places of one of the two lists."""
    bits = found.bits if purpose == "revocation" else found.suspended
    assert bits is not None
    return bits


# Decoys


@effort(max_examples=15, deadline=None)
@given(secret=st.binary(min_size=16, max_size=16), seed=st.integers())
def test_only_decoys_are_ever_set_as_decoys(secret: bytes, seed: int) -> None:
    rng = Random(seed)
    begun = decoys.begin(BitstringStatusList.empty(), secret, rng)

    after = decoys.moved(decoys.more(begun, secret, rng), secret, rng)

    assert decoys.FIRST[0] <= len(ones(begun.bits)) < decoys.FIRST[1]
    assert all(decoys.is_decoy(secret, index) for index in ones(begun.bits) | ones(after.bits))
    assert len(ones(begun.bits) ^ ones(after.bits)) <= 3 * decoys.MOST


@effort(max_examples=15, deadline=None)
@given(secret=st.binary(min_size=16, max_size=16))
def test_about_a_quarter_of_the_places_are_decoys(secret: bytes) -> None:
    count = sum(decoys.is_decoy(secret, index) for index in range(0, status.ENTRIES, 16))

    assert 0.21 < count / (status.ENTRIES // 16) < 0.29


@effort(max_examples=10, deadline=None)
@given(index=st.integers(0, status.ENTRIES - 1), seed=st.integers())
def test_more_decoys_leave_the_bits_of_awards_alone(index: int, seed: int) -> None:
    secret = next(one for one in map(bytes, zip(*[range(256)] * 16, strict=True)) if not decoys.is_decoy(one, index))
    withdrawn = BitstringStatusList.empty().with_bit(index)

    after = decoys.moved(decoys.more(withdrawn, secret, Random(seed)), secret, Random(seed))

    assert after.bit(index)


def test_a_list_with_many_decoys_gets_no_more_so_that_it_stays_light() -> None:
    secret, rng = bytes(16), Random(1)
    places = BitstringStatusList(bytes([0xFF]) * (status.ENTRIES // 8))

    assert decoys.more(places, secret, rng) == places


def test_an_award_never_gets_a_decoy_nor_a_place_that_was_used(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = status.find(session, 1)
    assert found.decoy_secret is not None
    decoy = next(index for index in range(status.ENTRIES) if decoys.is_decoy(found.decoy_secret, index))
    free = [index for index in range(status.ENTRIES) if not decoys.is_decoy(found.decoy_secret, index)]
    found.bits = BitstringStatusList(found.bits).with_bit(free[0]).bits  # of an award that was erased
    found.suspended = BitstringStatusList(bits_of(found, "suspension")).with_bit(free[1]).bits
    factories.award(session, settings).status_index = free[2]
    session.flush()
    draws = iter([decoy, *free])
    monkeypatch.setattr(secrets, "randbelow", lambda _below: next(draws))

    award = factories.award(session, settings, source="the next")

    assert (award.status_list, award.status_index) == (1, free[3])


def test_many_awards_have_different_places_and_no_decoys(session: Session, settings: Settings) -> None:
    awards = [factories.award(session, settings, source=f"test {turn}") for turn in range(60)]
    secret = status.find(session, 1).decoy_secret

    assert secret is not None
    places = [award.status_index for award in awards]
    assert len(set(places)) == len(places)
    assert not any(decoys.is_decoy(secret, place) for place in places)
    assert places != sorted(places)


@pytest.mark.parametrize("withdrawn", [0, 1, 7])
def test_the_bits_that_are_set_do_not_count_withdrawals_or_holds(
    withdrawn: int, session: Session, settings: Settings
) -> None:
    awards = [factories.award(session, settings, source=f"test {turn}") for turn in range(8)]

    for award in awards[:withdrawn]:
        awarding.revoke(session, award, "other", settings, NOW)
    awarding.suspend(session, awards[7], settings, NOW)

    found = status.find(session, 1)
    for purpose, real in zip(PURPOSES, (withdrawn, 1), strict=True):
        seen = ones(bits_of(found, purpose))
        assert len(seen) - real >= decoys.FIRST[0] - 100
        assert len(seen & {award.status_index for award in awards}) == real


def test_bits_appear_on_days_without_any_withdrawal(session: Session, settings: Settings) -> None:
    found = status.find(session, 1)
    before = {purpose: bits_of(found, purpose) for purpose in PURPOSES}

    for day in range(1, 21):
        assert status.sign_due(session, settings, NOW + timedelta(days=2 * day)) == 1

    for purpose in PURPOSES:
        assert ones(bits_of(found, purpose)) != ones(before[purpose])


def test_a_withdrawal_stays_through_every_new_signature(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)
    awarding.suspend(session, award, settings, NOW)
    awarding.revoke(session, award, "mistake", settings, NOW)

    for day in range(1, 11):
        status.sign_due(session, settings, NOW + timedelta(days=2 * day))

    assert status.is_withdrawn(session, award.status_list, award.status_index)
    assert BitstringStatusList(bits_of(status.find(session, 1), "suspension")).bit(award.status_index)


def test_a_full_list_is_followed_by_another(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "FULL", 2)

    awards = [factories.award(session, settings, source=f"test {turn}") for turn in range(3)]

    assert [award.status_list for award in awards] == [1, 1, 2]
    assert {(number, purpose) for number, purpose, *_ in status.signed_lists(session)} == {
        (number, purpose) for number in (1, 2) for purpose in PURPOSES
    }


# Signatures


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_list_is_signed_by_the_status_key_for_days_ahead(
    purpose: Purpose, session: Session, settings: Settings
) -> None:
    now = NOW + timedelta(days=3)
    status.sign_due(session, settings, now)

    listed = read_json(status.signed_json(session, 1, purpose))

    [proof] = listed["proof"]
    key = keys.public_key(session, "status")
    assert proof["verificationMethod"] == issuer.key_address(settings, key, "Multikey")
    check_proof(listed, proof, key)
    begins, ends = read_timestamp(listed["validFrom"]), read_timestamp(listed["validUntil"])
    assert (begins, ends) == (now, now + status.VALID)
    assert status.VALID >= 3 * status.SIGN_AGAIN
    assert len(BitstringStatusList.decode(listed["credentialSubject"]["encodedList"])) >= 131_072


def test_at_every_hour_of_a_fortnight_a_list_is_inside_its_time(session: Session, settings: Settings) -> None:
    for hour in range(1, 14 * 24):
        now = NOW + timedelta(hours=hour)
        status.sign_due(session, settings, now)
        signed_at = status.find(session, 1).signed_at
        assert signed_at is not None
        assert now - signed_at <= status.SIGN_AGAIN < status.TIME_TO_LIVE < status.VALID


def test_a_change_of_either_list_signs_both(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)
    before = {purpose: status.signed_json(session, 1, purpose) for purpose in PURPOSES}

    awarding.suspend(session, award, settings, NOW + timedelta(hours=1))

    after = {purpose: status.signed_json(session, 1, purpose) for purpose in PURPOSES}
    assert all(read_json(after[purpose])["validFrom"] > read_json(before[purpose])["validFrom"] for purpose in PURPOSES)


# Reading them


def test_a_list_is_found_by_its_own_address_and_by_no_other(session: Session, settings: Settings) -> None:
    place = f"{settings.public_url}/status"

    for purpose in PURPOSES:
        assert status.at_address(session, status.list_url(settings, 1, purpose), "json", settings) is not None
    for other in (
        "1",
        f"{place}/01",
        f"{place}/2",
        f"{place}/1-other",
        f"{place}/9999999999",
        "https://elsewhere.example/status/1",
    ):
        assert status.at_address(session, other, "json", settings) is None


def test_a_check_reads_the_lists_that_the_badge_names_and_no_others(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _more in range(3):
        status.add_list(session, settings, NOW)
    award = factories.award(session, settings)
    credential = issuing.sign(session, award, settings, NOW)
    asked: list[str] = []
    read = status.at_address

    def counted(own: Session, address: str, form: status.Form, settings: Settings) -> bytes | None:
        asked.append(address)
        return read(own, address, form, settings)

    monkeypatch.setattr(status, "at_address", counted)
    ours = trust.in_ourselves(session, settings)
    report = verify(credential.body, ours, NOW, status=trust.own_lists(session, settings, NOW))

    assert report.result is Result.GENUINE
    assert asked == [status.list_url(settings, award.status_list, purpose) for purpose in PURPOSES]


def test_codes_are_checked_with_the_tokens_of_all_our_lists(session: Session, settings: Settings) -> None:
    status.add_list(session, settings, NOW)

    tokens = trust.OwnTokens(session, settings)

    assert len(tokens) == 4
    assert all(jwt.read(token.encode()) for token in tokens.values())
    assert "https://elsewhere.example/status/1" not in tokens
