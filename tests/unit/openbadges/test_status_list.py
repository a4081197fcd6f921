"""Status lists: the order of bits, the published example, and lists that are none."""

import base64
import gzip
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.openbadges.errors import InvalidBadge, StatusUnavailable
from assessor.openbadges.status_list import MIN_ENTRIES, BitstringStatusList, StatusEntry
from tests.unit.openbadges.badges import LIST_URL, NOW, VECTORS, status_list


def _encoded(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_place_0_is_the_highest_bit_of_the_first_byte() -> None:
    places = BitstringStatusList.empty().with_bits({0: True, 9: True})

    assert places.bits[:2] == b"\x80\x40"
    assert (places.bit(0), places.bit(1), places.bit(9)) == (True, False, True)


def test_the_published_example_is_an_empty_list_of_131072_places() -> None:
    example = json.loads((VECTORS / "status-list-example.json").read_bytes())

    places = BitstringStatusList.decode(example["credentialSubject"]["encodedList"])

    assert places == BitstringStatusList.empty()
    assert len(places) == MIN_ENTRIES


@given(st.sets(st.integers(0, MIN_ENTRIES - 1), max_size=40))
def test_exactly_the_places_that_were_set_are_read_back(places: set[int]) -> None:
    listed = BitstringStatusList.empty().with_bits(dict.fromkeys(places, True))

    decoded = BitstringStatusList.decode(listed.encode())

    assert decoded.bits == listed.bits
    assert sum(byte.bit_count() for byte in decoded.bits) == len(places)
    assert all(decoded.bit(place) for place in places)


def test_a_place_is_cleared_again_and_equal_lists_are_equal_text() -> None:
    listed = BitstringStatusList.empty().with_bit(5)

    assert listed.with_bit(5, value=False).encode() == BitstringStatusList.empty().encode()


def test_a_bomb_is_refused_without_unpacking_it() -> None:
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)
    began = time.process_time()

    with pytest.raises(StatusUnavailable, match="too large"):
        BitstringStatusList.decode(_encoded(bomb))

    assert time.process_time() - began < 0.1


@pytest.mark.parametrize(
    ("encoded", "reason"),
    [
        ("H4sI", "base64url"),
        ("u", "cut off"),
        ("u===", "unpacked"),
        ("uAAAA", "unpacked"),
        (_encoded(gzip.compress(bytes(16_384), mtime=0)[:-9]), "cut off"),
        (_encoded(gzip.compress(bytes(16_384), mtime=0)[:-2] + b"xx"), "unpacked"),
        (_encoded(gzip.compress(bytes(16_384), mtime=0) + b"more"), "after its end"),
        (_encoded(gzip.compress(bytes(16_383), mtime=0)), "fewer than"),
    ],
)
def test_what_is_no_list_is_refused(encoded: str, reason: str) -> None:
    with pytest.raises(StatusUnavailable, match=reason):
        BitstringStatusList.decode(encoded)


@pytest.mark.parametrize("place", [-1, MIN_ENTRIES])
def test_a_place_outside_the_list_is_refused(place: int) -> None:
    with pytest.raises(StatusUnavailable):
        BitstringStatusList.empty().bit(place)
    with pytest.raises(InvalidBadge):
        BitstringStatusList.empty().with_bit(place)


@pytest.mark.parametrize("entries", [0, 131_071, 131_073, 10**9])
def test_lists_of_other_sizes_are_not_made(entries: int) -> None:
    with pytest.raises(InvalidBadge):
        BitstringStatusList.empty(entries)


def test_the_credential_of_a_list_says_how_long_it_may_be_kept() -> None:
    document = status_list(3)

    assert document["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert document["credentialSubject"]["ttl"] == 86_400_000
    assert document["validUntil"] == "2026-11-28T12:00:00Z"
    with pytest.raises(InvalidBadge):
        status_list(valid_until=NOW.replace(year=2025))


def test_an_entry_names_list_and_place_as_texts() -> None:
    assert StatusEntry(LIST_URL, 94567).document() == {
        "id": f"{LIST_URL}#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": LIST_URL,
    }
