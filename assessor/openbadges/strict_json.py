"""JSON read without tolerance, so that two readers can never see two documents in the same bytes.

>>> from assessor.openbadges.strict_json import read_json
>>> read_json(b'{"name": "Ada"}')
{'name': 'Ada'}
"""

import json
import math
import re
from itertools import pairwise
from typing import Any

from assessor.openbadges.errors import Unreadable

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
MAX_NODES = 10_000
MAX_SAFE_INTEGER = 2**53 - 1  # RFC 7493, section 2.2

JsonObject = dict[str, Any]
_INNER = frozenset({dict, list})

_SURROGATE = re.compile("[\ud800-\udfff]")
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False).encode
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(data: bytes, *, max_bytes: int = MAX_BYTES) -> JsonObject:
    """Read one JSON object.

    Refused with `Unreadable`: other than UTF-8, more than `max_bytes`, nesting over 24, more than 10,000
    values, a name twice in one object, NaN and infinities, integers over 2^53, lone surrogates (RFC 7493,
    I-JSON).
    """
    if len(data) > max_bytes:
        raise Unreadable(f"The text is larger than {max_bytes // 1024} kB. A badge is much smaller.")
    try:
        value = _decoder.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable("The text is not UTF-8.") from error
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"The text is not JSON: line {error.lineno}, column {error.colno}.") from error
    if not isinstance(value, dict):
        raise Unreadable("The text is JSON, but not a JSON object.")
    _check_size(value)
    if _SURROGATE_ESCAPE.search(data):  # in UTF-8 itself there are none
        _check_text(value)
    return value


def write_json(document: JsonObject) -> bytes:
    """The compact UTF-8 bytes of a document, in the order of its members."""
    return _encode(document).encode("utf-8")


def _unique_members(pairs: list[tuple[str, Any]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = sorted(name for name, _ in pairs)
        double = next(name for name, following in pairwise(names) if name == following)
        raise Unreadable(f"The name “{double[:60]}” stands twice in one object.")
    return members


def _refuse_constant(text: str) -> Any:
    raise Unreadable(f"{text} is not a number that JSON knows.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable("A number is too large.")
    return number


def _safe_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_SAFE_INTEGER:
        raise Unreadable("A number is too large.")
    return int(text)


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique_members,
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_safe_integer,
)


def _check_size(root: JsonObject) -> None:
    """Level by level, as deep as may be."""
    level: list[Any] = [root]
    seen = 1
    for _ in range(MAX_DEPTH - 1):
        members: list[Any] = []
        for value in level:
            members += value.values() if type(value) is dict else value
        seen += len(members)
        if seen > MAX_NODES:
            raise Unreadable("The JSON has too many values.")
        level = [member for member in members if type(member) in _INNER]
        if not level:
            return
    if any(level):
        raise Unreadable("The JSON is nested too deeply.")


def _check_text(root: JsonObject) -> None:
    waiting: list[Any] = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if _SURROGATE.search(value):
                raise Unreadable("A text holds half of a character (a lone surrogate).")
        elif isinstance(value, dict):
            waiting.extend(value)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
