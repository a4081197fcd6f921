"""Core deterministic CBOR (RFC 8949, section 4.2.1), as much of it as `spec/qr.md` uses.

The profile is tiny: integers, byte and text strings, arrays, maps with integer keys, and null. A value
has exactly one encoding, and `decode` refuses every other one, so nobody can carry a second meaning in
bytes that a signature covers.

>>> encode({1: -19, 4: b"\\x01"}).hex()
'a20132044101'
>>> decode(bytes.fromhex("a20132044101"))
{1: -19, 4: b'\\x01'}
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "int | bytes | str | Sequence[Value] | Mapping[int, Value] | None"

MAX_BYTES = 512
MAX_NESTING = 4
_NULL = 0xF6
_SHORT_HEADS = tuple(bytes([head]) for head in range(256))


class NotDeterministicCBOR(ValueError):
    """The bytes are not the one deterministic encoding of a value of this profile."""


def encode(value: Value) -> bytes:
    """Write a value as the shortest, sorted form; integers must fit 64 bits."""
    match value:
        case None:
            return bytes([_NULL])
        case bool():
            raise TypeError("This CBOR profile has no truth values.")
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            text = value.encode()
            return _head(3, len(text)) + text
        case Mapping():
            pairs = sorted([(encode(key), encode(item)) for key, item in value.items()])
            return _head(5, len(pairs)) + b"".join([key + item for key, item in pairs])
        case Sequence():
            return _head(4, len(value)) + b"".join([encode(item) for item in value])
    raise TypeError(f"This CBOR profile cannot hold a {type(value).__name__}.")


def decode(data: bytes, *, max_bytes: int = MAX_BYTES) -> Value:
    """Read bytes that must be exactly what `encode` writes.

    Raises `NotDeterministicCBOR` for anything else: other lengths, order or types, tags, floats,
    indefinite lengths, bytes left over, more than four levels, more than `max_bytes`.
    """
    if len(data) > max_bytes:
        raise NotDeterministicCBOR(f"{len(data)} bytes are more than the {max_bytes} allowed here.")
    value, end = _item(data, 0, 0)
    if end != len(data):
        raise NotDeterministicCBOR(f"{len(data) - end} bytes follow the value.")
    # Each step below is strict already; writing the value again makes the promise independent of them.
    if encode(value) != data:
        raise NotDeterministicCBOR("The same value has another, shorter or sorted, encoding.")
    return value


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return _SHORT_HEADS[major << 5 | argument]
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * size):
            return bytes([major << 5 | code]) + argument.to_bytes(size, "big")
    raise OverflowError(f"{argument} does not fit 64 bits.")


def _item(data: bytes, at: int, nesting: int) -> tuple[Value, int]:
    if at < len(data) and data[at] == _NULL:
        return None, at + 1
    major, argument, at = _read_head(data, at)
    match major:
        case 0:
            return argument, at
        case 1:
            return -1 - argument, at
        case 2:
            return _take(data, at, argument), at + argument
        case 3:
            try:
                return _take(data, at, argument).decode(), at + argument
            except UnicodeDecodeError as error:
                raise NotDeterministicCBOR("A text is not UTF-8.") from error
        case 4 | 5 if nesting == MAX_NESTING:
            raise NotDeterministicCBOR(f"Arrays and maps are nested more than {MAX_NESTING} deep.")
        case 4:
            return _array(data, at, argument, nesting + 1)
        case 5:
            return _map(data, at, argument, nesting + 1)
    raise NotDeterministicCBOR("Tags, floats and simple values other than null are not part of this profile.")


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    first = _take(data, at, 1)[0]
    major, low = first >> 5, first & 31
    if low < 24:
        return major, low, at + 1
    if low > 27:
        raise NotDeterministicCBOR("Lengths must be stated, in one of the defined sizes.")
    size = 1 << (low - 24)
    return major, int.from_bytes(_take(data, at + 1, size), "big"), at + 1 + size


def _take(data: bytes, at: int, size: int) -> bytes:
    if size > len(data) - at:
        raise NotDeterministicCBOR("The bytes end before the value does.")
    return data[at : at + size]


def _array(data: bytes, at: int, count: int, nesting: int) -> tuple[Value, int]:
    _take(data, at, count)  # every element needs a byte, so a false count costs nothing
    items: list[Value] = []
    for _ in range(count):
        item, at = _item(data, at, nesting)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, nesting: int) -> tuple[Value, int]:
    _take(data, at, count)
    pairs: dict[int, Value] = {}
    for _ in range(count):
        key, at = _item(data, at, nesting)
        if not isinstance(key, int) or key in pairs:
            raise NotDeterministicCBOR("The keys of a map must be different integers.")
        pairs[key], at = _item(data, at, nesting)
    return pairs, at
