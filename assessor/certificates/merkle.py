"""The list of what an issuer issued, in a form that says nothing and cannot be added to: leaves under a Merkle root.

A leaf is the SHA-256 of the signed payload of a code. The number is inside, and so are name and level: under a number
that was issued nothing else is believed. The root stands in the signed bundle, so the list itself needs no signature.

    listed = IssuedList.of(leaves)
    read_list(listed.leaves, listed.root, len(listed)).holds(payload)

The root is the Merkle Tree Hash of RFC 9162, section 2.1.1, with SHA-256.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

LEAF_BYTES = 32
MAX_LEAVES = 1_000_000
MAX_LIST = LEAF_BYTES * MAX_LEAVES


class NotTheIssuedList(ValueError):
    """The bytes are not the list that the root stands for."""


class TooManyIssued(ValueError):
    """The list would be longer than verifiers read."""


@dataclass(frozen=True, slots=True)
class IssuedList:
    """Sorted leaves, each once, 32 bytes each, and the root over them. Make it with `of` or `read_list`."""

    leaves: bytes
    root: bytes

    @classmethod
    def of(cls, leaves: Iterable[bytes]) -> "IssuedList":
        """The list of these leaves, in any order. Raises `TooManyIssued`."""
        entries = sorted(set(leaves))
        if len(entries) > MAX_LEAVES:
            raise TooManyIssued(f"{len(entries)} leaves; verifiers read at most {MAX_LEAVES}.")
        return cls(b"".join(entries), tree_hash(entries))

    def __len__(self) -> int:
        return len(self.leaves) // LEAF_BYTES

    def entries(self) -> list[bytes]:
        """The leaves one by one."""
        return [self.leaves[at : at + LEAF_BYTES] for at in range(0, len(self.leaves), LEAF_BYTES)]

    def holds(self, payload: bytes) -> bool:
        """Whether the issuer says that it signed exactly this payload."""
        wanted = leaf(payload)
        at = bisect_left(range(len(self)), wanted, key=lambda place: self._at(place))
        return at < len(self) and self._at(at) == wanted

    def _at(self, place: int) -> bytes:
        return self.leaves[LEAF_BYTES * place : LEAF_BYTES * (place + 1)]


def leaf(payload: bytes) -> bytes:
    """What the list holds of a signed payload."""
    return hashlib.sha256(payload).digest()


def tree_hash(entries: Sequence[bytes]) -> bytes:
    """Merkle Tree Hash of the entries (RFC 9162, section 2.1.1): SHA-256 of nothing for none.

    Level by level: an odd last node goes up as it is, which is the split at the largest power of two.
    """
    level = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
    if not level:
        return hashlib.sha256().digest()
    while len(level) > 1:
        whole = len(level) & ~1
        joined = [hashlib.sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, whole, 2)]
        level = joined + level[whole:]
    return level[0]


def read_list(data: bytes, root: bytes, count: int) -> IssuedList:
    """The list as it was published; raises `NotTheIssuedList` unless it is the one of this root and length."""
    if count > MAX_LEAVES or len(data) != LEAF_BYTES * count:
        raise NotTheIssuedList("The list of issued certificates has another length.")
    listed = IssuedList(data, root)
    entries = listed.entries()
    if any(one >= another for one, another in pairwise(entries)):
        raise NotTheIssuedList("The list of issued certificates is not in order.")
    if tree_hash(entries) != root:
        raise NotTheIssuedList("The list of issued certificates is not the one that the trust list names.")
    return listed
