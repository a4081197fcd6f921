"""One changed byte of a badge in any file that carries it: never believed, or it says the very same.

For tokens and `eddsa-jcs-2022` see `test_changed_exits`, for PDF `tests/unit/certificates/test_attachment.py`. Two
changes are no lie, and the tests say so: a hosted badge of 2.0 is not signed, it is what its own address says, so a
changed copy counts if it still says the same; and its times may be written in another way (`z` for `Z`).
"""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assessor.openbadges.baking import bake_png, bake_svg, is_png, is_svg, unbake_png, unbake_svg
from assessor.openbadges.checks import Result
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.v2_copies import differences
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import NOTHING_WITHDRAWN, NOW, PICTURE_SVG, TRUST, signed, signed_anyhow
from tests.unit.openbadges.exits import SMALL as SMALL_DOCUMENT
from tests.unit.openbadges.exits import small_jwt
from tests.unit.openbadges.older_badges import ada, checked, signed_assertion, token
from tests.unit.openbadges.test_baking import _png

BELIEVED = {Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN, Result.EXPIRED}
ADA, SMALL, HOSTED, TOKEN_V2 = signed(), signed_anyhow(SMALL_DOCUMENT), ada().assertion, token(signed_assertion())
SIGNED = {
    "json": ADA,
    "png": bake_png(_png(), ADA),
    "svg": bake_svg(PICTURE_SVG, ADA),
    "png with a token": bake_png(_png(), small_jwt()),
    "svg with a token": bake_svg(PICTURE_SVG, small_jwt()),
}
SMALL_ONES = {"json": SMALL, "png": bake_png(_png(), SMALL), "svg": bake_svg(PICTURE_SVG, SMALL)}
OLDER = {"json": HOSTED, "png": bake_png(_png(), HOSTED, "2.0"), "svg": bake_svg(PICTURE_SVG, HOSTED, "2.0")}
OLDER_SIGNED = {
    "jwt": TOKEN_V2,
    "png": bake_png(_png(), TOKEN_V2, "2.0"),
    "svg": bake_svg(PICTURE_SVG, TOKEN_V2, "2.0"),
}

places, masks = st.integers(0, 2**31), st.integers(1, 255)


def _result(data: bytes) -> Result:
    return verify(data, TRUST, NOW, status=NOTHING_WITHDRAWN).result


def _changed(data: bytes, place: int, mask: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def test_the_unchanged_files_are_genuine() -> None:
    assert {_result(data) for data in [*SIGNED.values(), *SMALL_ONES.values()]} == {Result.GENUINE}
    assert {checked(data).result for data in [*OLDER.values(), *OLDER_SIGNED.values()]} == {Result.GENUINE}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SIGNED)), places, masks)
def test_no_changed_byte_of_a_signed_file_ever_verifies(name: str, place: int, mask: int) -> None:
    assert _result(_changed(SIGNED[name], place, mask)) not in BELIEVED


@pytest.mark.parametrize("name", SMALL_ONES)
def test_every_byte_of_a_small_file_counts(name: str) -> None:
    data, rng = SMALL_ONES[name], random.Random(20261122)

    for place in range(len(data)):
        assert _result(_changed(data, place, 1 << rng.randrange(8))) not in BELIEVED, place


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SIGNED)), places, st.integers(1, 40))
def test_a_signed_file_that_lost_a_piece_never_verifies(name: str, place: int, length: int) -> None:
    data = SIGNED[name]
    place %= len(data)

    assert _result(data[:place] + data[place + length :]) not in BELIEVED


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(OLDER_SIGNED)), places, masks)
def test_no_changed_byte_of_an_older_signed_file_ever_verifies(name: str, place: int, mask: int) -> None:
    assert checked(_changed(OLDER_SIGNED[name], place, mask)).result not in BELIEVED


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(OLDER)), places, masks)
@example("json", HOSTED.index(b"Z"), 0x20)
def test_a_changed_copy_of_a_hosted_badge_is_genuine_only_if_it_says_the_same(name: str, place: int, mask: int) -> None:
    data = _changed(OLDER[name], place, mask)

    report = checked(data)

    if report.result in BELIEVED:
        assert differences(_carried(data), read_json(HOSTED)) == set()
        assert report.credential is not None
        assert report.credential["id"] == read_json(HOSTED)["id"]


def _carried(data: bytes) -> JsonObject:
    """The badge in a file, as its reader sees it."""
    text = unbake_png(data) if is_png(data) else unbake_svg(data) if is_svg(data) else data
    return read_json(text)
