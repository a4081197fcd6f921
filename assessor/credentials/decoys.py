"""Places of a status list that no award ever gets, so that set bits do not tell how many awards were taken back.

A quarter of the places of a list, by its secret, are decoys. A random number of them is set when the list begins and a
few more whenever it is signed, so who reads a list, or compares it with the one of yesterday, sees bits and not
certificates (Bitstring Status List 1.0, privacy considerations). An award never gets a decoy, set or not, so no badge
is born withdrawn. What stays visible: that a list was signed again at some moment, for a withdrawal answers at once.
"""

import hmac
from random import Random

from assessor.openbadges.status_list import BitstringStatusList

SECRET_BYTES = 16
#: Of 256 places, so many are decoys.
SHARE = 64
#: How many are set when a list begins: at least, and below. Each costs a phone about three bytes.
FIRST = (16, 64)
#: The most that change their bit at one signing.
MOST = 1
#: No more are set than this, so that after years of daily signing a list is still light.
MOST_SET = 128


def is_decoy(secret: bytes, index: int) -> bool:
    """Whether no award may get this place."""
    return hmac.digest(secret, index.to_bytes(4, "big"), "sha256")[0] < SHARE


def begin(places: BitstringStatusList, secret: bytes, rng: Random) -> BitstringStatusList:
    """The new list with its first decoys set."""
    return _with(places, secret, rng.randrange(*FIRST), rng)


def more(places: BitstringStatusList, secret: bytes, rng: Random) -> BitstringStatusList:
    """The list with up to `MOST` further decoys set."""
    return _with(places, secret, rng.randint(0, MOST), rng)


def moved(places: BitstringStatusList, secret: bytes, rng: Random) -> BitstringStatusList:
    """The list with up to `MOST` further decoys set, and up to `MOST` that were set cleared: for what can end."""
    ended = rng.sample(_set_decoys(places, secret), rng.randint(0, MOST))
    return more(places.with_bits(dict.fromkeys(ended, False)), secret, rng)


def _with(places: BitstringStatusList, secret: bytes, count: int, rng: Random) -> BitstringStatusList:
    drawn: set[int] = set()
    count = min(count, max(0, MOST_SET - len(_set_decoys(places, secret))))
    while len(drawn) < count:
        index = rng.randrange(len(places))
        if is_decoy(secret, index) and not places.bit(index):
            drawn.add(index)
    return places.with_bits(dict.fromkeys(drawn, True))


def _set_decoys(places: BitstringStatusList, secret: bytes) -> list[int]:
    ones = (8 * at + bit for at, byte in enumerate(places.bits) if byte for bit in range(8) if byte & 0x80 >> bit)
    return [index for index in ones if is_decoy(secret, index)]
