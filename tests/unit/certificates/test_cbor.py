"""Deterministic CBOR: one value, one encoding, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.certificates.cbor import MAX_BYTES, MAX_NESTING, NotDeterministicCBOR, Value, decode, encode

values = st.recursive(
    st.none() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(-(2**17), 2**17), inner, max_size=4),
    max_leaves=8,
)


def depth(value: Value) -> int:
    if isinstance(value, list | dict):
        return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)
    return 0


# RFC 8949, appendix A, as far as the profile reaches
@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (1000000, "1a000f4240"),
        (18446744073709551615, "1bffffffffffffffff"),
        (-1, "20"),
        (-1000, "3903e7"),
        (b"\x01\x02\x03\x04", "4401020304"),
        ("水", "63e6b0b4"),
        ([1, [2, 3], [4, 5]], "8301820203820405"),
        ({1: 2, 3: 4}, "a201020304"),
        (None, "f6"),
    ],
)
def test_values_are_written_as_the_standard_shows(value: Value, written: str) -> None:
    assert encode(value).hex() == written
    assert decode(bytes.fromhex(written)) == value


def test_map_keys_are_sorted_by_their_encoding() -> None:
    assert encode({-65537: 1, 7: 2, 4: 3}).hex() == "a304030702" + "3a0001000001"


@given(values)
def test_what_is_written_is_read_back(value: Value) -> None:
    written = encode(value)

    if depth(value) <= MAX_NESTING and len(written) <= MAX_BYTES:
        assert decode(written) == value


@given(st.binary(max_size=80))
def test_any_bytes_are_the_one_encoding_or_refused(data: bytes) -> None:
    try:
        value = decode(data)
    except NotDeterministicCBOR:
        return

    assert encode(value) == data


@pytest.mark.parametrize(
    "data",
    [
        "1800",  # a number longer than needed
        "5801ff",  # a length longer than needed
        "a203020102",  # keys out of order
        "a201020103",  # a key twice
        "a1616101",  # a key that is text
        "0000",  # bytes after the value
        "c11a514b67b0",  # a tag
        "f93c00",  # a float
        "f5",  # true
        "5f4101ff",  # an indefinite length
        "9fff",  # an indefinite array
        "62ff00",  # text that is not UTF-8
        "8181818181",  # five levels, and cut off
        "818181818100",  # five levels
        "9affffffff",  # a false count
        "5b7fffffffffffffff",  # a false length
        "",  # nothing
    ],
)
def test_other_encodings_are_refused(data: str) -> None:
    with pytest.raises(NotDeterministicCBOR):
        decode(bytes.fromhex(data))


def test_more_bytes_than_allowed_are_not_looked_at() -> None:
    with pytest.raises(NotDeterministicCBOR, match="603 bytes"):
        decode(encode(bytes(600)))

    assert decode(encode(bytes(600)), max_bytes=1000) == bytes(600)


def test_values_outside_the_profile_are_not_written() -> None:
    with pytest.raises(TypeError, match="truth"):
        encode([True])
    with pytest.raises(TypeError, match="float"):
        encode([1.5])  # type: ignore[list-item]  # the point of the test
    with pytest.raises(OverflowError):
        encode(2**64)
