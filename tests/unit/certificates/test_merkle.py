"""The list of what was issued: its root is that of RFC 9162, and it can be neither added to nor read wrongly."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from assessor.certificates import merkle
from assessor.certificates.merkle import IssuedList, NotTheIssuedList, TooManyIssued, read_list, tree_hash

#: Entries and roots of the trees of 0 to 8 entries: `tests/vectors/SOURCES.md`, Certificate Transparency.
ENTRIES = (
    *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
    "606162636465666768696a6b6c6d6e6f",
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
payloads = some.sets(some.binary(max_size=40), max_size=40)


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_the_published_one(size: int) -> None:
    entries = [bytes.fromhex(entry) for entry in ENTRIES[:size]]

    assert tree_hash(entries).hex() == ROOTS[size]


@given(payloads, payloads)
def test_a_list_holds_what_was_issued_and_nothing_else(issued: set[bytes], others: set[bytes]) -> None:
    made = IssuedList.of(merkle.leaf(payload) for payload in issued)

    read = read_list(made.leaves, made.root, len(made))

    assert len(read) == len(issued)
    assert all(read.holds(payload) for payload in issued)
    assert not any(read.holds(payload) for payload in others - issued)


def test_the_order_in_which_things_were_issued_is_not_told() -> None:
    leaves = [merkle.leaf(bytes([number])) for number in range(9)]

    assert IssuedList.of(leaves) == IssuedList.of(reversed(leaves)) == IssuedList.of([*leaves, *leaves])


@pytest.mark.parametrize(
    "damage",
    [
        lambda listed: listed[32:],
        lambda listed: listed[:-1],
        lambda listed: listed + bytes(32),
        lambda listed: listed[:-32] + b"\xff" * 32,
        lambda listed: listed[32:64] + listed[:32] + listed[64:],
        lambda listed: listed[:32] + listed[:32] + listed[64:],
    ],
    ids=["one left out", "cut off", "one added", "one replaced", "out of order", "one twice"],
)
def test_a_list_that_was_changed_is_not_read(damage: object) -> None:
    made = IssuedList.of(merkle.leaf(bytes([number])) for number in range(5))
    assert callable(damage)

    with pytest.raises(NotTheIssuedList):
        read_list(damage(made.leaves), made.root, len(made))


def test_a_list_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merkle, "MAX_LEAVES", 3)

    with pytest.raises(NotTheIssuedList):
        read_list(b"", bytes(32), merkle.MAX_LEAVES + 1)
    with pytest.raises(TooManyIssued):
        IssuedList.of(number.to_bytes(32, "big") for number in range(merkle.MAX_LEAVES + 1))
