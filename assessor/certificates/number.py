"""The certificate number: 64 random bits that a person can type (`spec/qr.md`, "Number for typing").

Written as 13 Crockford base32 characters and a check character, in groups of 5, 5 and 4. Under it stands
a band of 13 stitches, one for each character before the check: a help for the eye, never a proof.

>>> written(bytes.fromhex("0a0b0c0d0e0f100f"))
'0M2RC-1M70Y-40FZ'
>>> read("om2rc 1m7oy 4ofz").hex()
'0a0b0c0d0e0f100f'
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

NUMBER_BYTES = 8
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Crockford's signs for the check values 32 to 36. We draw again instead of writing them; they are here
# to show a number of another issuer that did not.
_CHECKS = ALPHABET + "*~$=U"
_DATA_CHARACTERS = 13
_LOOKALIKES = str.maketrans("ILO", "110")

STITCH_FORMS = (
    "...#... ..###.. .#####. ####### .#####. ..###.. ...#...",
    "...#... ..#.#.. .#...#. #.....# .#...#. ..#.#.. ...#...",
    "...#... ..#.#.. .#.#.#. #.###.# .#.#.#. ..#.#.. ...#...",
    "...#... ..###.. .##.##. ##.#.## #.###.# .##.##. ##...##",
    "##...## ###.### .#####. ..###.. .#####. ###.### ##...##",
    "####### .#####. ..###.. ...#... ..###.. .#####. #######",
    "##..... ###.... .###... ..###.. ...###. ....### .....##",
    "#.#.#.# ....... #.###.# ..#.#.. #.###.# ....... #.#.#.#",
)
"""Eight forms of seven rows by seven pixels, in the order of `Stitch.form`."""

STITCH_COLOURS = ("#124C59", "#9A3B1B", "#B77F0C", "#1E2930")
"""Petrol, clay, dark ochre, ink, in the order of `Stitch.colour`; for a white or light ground."""


class NumberNotRead(ValueError):
    """What was typed is not a certificate number; the message says what does not fit."""


class RandomSourceStuck(RuntimeError):
    """The random source gave a hundred unusable numbers in a row, which chance does not do."""


@dataclass(frozen=True, slots=True)
class Stitch:
    """One sign of the band: `form` 0 to 7 and `colour` 0 to 3."""

    form: int
    colour: int


def draw(random_bytes: Callable[[int], bytes]) -> bytes:
    """Draw a number whose check character is one of the 32 signs; `secrets.token_bytes` fits."""
    for _ in range(100):
        number = random_bytes(NUMBER_BYTES)
        if _check(number) < len(ALPHABET):
            return number
    raise RandomSourceStuck("The random source gives no usable certificate number. Check the system.")


def written(number: bytes) -> str:
    """Write eight bytes for people, such as `0M2RC-1M70Y-40FZ`."""
    signs = "".join(ALPHABET[value] for value in _values(number)) + _CHECKS[_check(number)]
    return f"{signs[:5]}-{signs[5:10]}-{signs[10:]}"


def read(typed: str) -> bytes:
    """Read what a person typed: any case, with or without spaces and dashes, I and L as 1, O as 0.

    Digits of other scripts count as digits. Raises `NumberNotRead` with a sentence for that person.
    """
    if len(typed) > 64:
        raise NumberNotRead("This is too long. A number has 14 signs, such as 0M2RC-1M70Y-40FZ.")
    signs = _signs(typed)
    if len(signs) != _DATA_CHARACTERS + 1:
        raise NumberNotRead(f"A number has 14 signs, and here are {len(signs)}.")
    for sign in signs:
        if sign not in ALPHABET:
            raise NumberNotRead(f"The sign {sign} is in no number. Look again at the paper.")
    value = _value(signs[:_DATA_CHARACTERS])
    if value >= 1 << 64 or value % 37 != ALPHABET.index(signs[-1]):
        raise NumberNotRead("The last sign does not fit the others. Look for a slip in typing.")
    return value.to_bytes(NUMBER_BYTES, "big")


def beginning_with(typed: str) -> tuple[bytes, bytes] | None:
    """The first and the last number that is written with these signs in front; None when there is none.

    >>> [number.hex() for number in beginning_with("om2rc-1") or ()]
    ['0a0b0c0800000000', '0a0b0c0fffffffff']
    """
    signs = _signs(typed)
    if len(signs) > _DATA_CHARACTERS:
        try:
            return (read(typed),) * 2
        except NumberNotRead:
            return None
    if not signs or not all(sign in ALPHABET for sign in signs):
        return None
    free = 5 * (_DATA_CHARACTERS - len(signs))
    first = _value(signs) << free
    if first >= 1 << 64:
        return None
    last = min(first + (1 << free), 1 << 64) - 1
    return first.to_bytes(NUMBER_BYTES, "big"), last.to_bytes(NUMBER_BYTES, "big")


def stitches(number: bytes) -> tuple[Stitch, ...]:
    """The band under a number: 13 stitches, for the characters before the check."""
    return tuple(Stitch(value % 8, value // 8) for value in _values(number))


def _signs(typed: str) -> str:
    return "".join(_sign(character) for character in typed.upper()).translate(_LOOKALIKES)


def _value(signs: str) -> int:
    value = 0
    for sign in signs:
        value = value * 32 + ALPHABET.index(sign)
    return value


def _sign(character: str) -> str:
    if character.isspace() or unicodedata.category(character) in ("Pd", "Cf"):
        return ""
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _values(number: bytes) -> list[int]:
    if len(number) != NUMBER_BYTES:
        raise ValueError(f"A certificate number has {NUMBER_BYTES} bytes, not {len(number)}.")
    value = int.from_bytes(number, "big")
    return [value >> 5 * place & 31 for place in reversed(range(_DATA_CHARACTERS))]


def _check(number: bytes) -> int:
    return int.from_bytes(number, "big") % 37
