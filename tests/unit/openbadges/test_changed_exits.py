"""One changed byte of a badge, in any exit and anywhere: never believed."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.openbadges.checks import Result
from assessor.openbadges.exits import Statement, as_jcs, as_jwt
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import DID, JWT_KEY, KEY, NOW, SCHOOL, signed
from tests.unit.openbadges.exits import RSA_KEY, RSA_SCHOOL, TRUST_OF_EXITS, small_jcs, small_jwt, small_rs256

BELIEVED = {Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN, Result.EXPIRED}
STATEMENT = Statement.stored(signed())
LARGE = {
    "EdDSA": as_jwt(STATEMENT, SCHOOL, JWT_KEY.id(DID)),
    "RS256": as_jwt(STATEMENT, RSA_SCHOOL, RSA_KEY.id(DID)),
    "JCS": as_jcs(STATEMENT, SCHOOL, KEY.id(DID), NOW),
}
SMALL = {"EdDSA": small_jwt(), "RS256": small_rs256(), "JCS": small_jcs()}


def _with(data: bytes, place: int, byte: int) -> bytes:
    return data[:place] + bytes([byte]) + data[place + 1 :]


@pytest.mark.parametrize("name", SMALL)
def test_every_byte_of_a_small_badge_counts(name: str) -> None:
    data, rng = SMALL[name], random.Random(20261121)
    assert verify(data, TRUST_OF_EXITS, NOW).result is Result.GENUINE

    for place in range(len(data)):
        changed = _with(data, place, data[place] ^ (1 << rng.randrange(8)))

        assert verify(changed, TRUST_OF_EXITS, NOW).result not in BELIEVED, place


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(LARGE)), st.integers(0, 2**31), st.integers(1, 255))
def test_no_changed_byte_of_adas_badge_ever_verifies(name: str, place: int, mask: int) -> None:
    data = LARGE[name]
    place %= len(data)

    report = verify(_with(data, place, data[place] ^ mask), TRUST_OF_EXITS, NOW)

    assert report.result not in BELIEVED


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SMALL)), st.integers(0, 2**31), st.integers(1, 40))
def test_a_badge_that_lost_a_piece_never_verifies(name: str, place: int, length: int) -> None:
    data = SMALL[name]
    place %= len(data)

    report = verify(data[:place] + data[place + length :], TRUST_OF_EXITS, NOW)

    assert report.result not in BELIEVED
