"""Reads the fields of a signed JSON document, and says which one is not what it should be.

>>> Fields.parse(b'{"version": 3}').integer("version")
3
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

# JSON can name halves of a pair of UTF-16 (`\ud800`), but they are no text of Unicode: whoever writes them fails.
_HALF_SIGN = re.compile(r"[\ud800-\udfff]")


class FieldNotValid(ValueError):
    """A field is missing or of another kind; the message names it."""


class Fields:
    """One JSON object. Every method raises `FieldNotValid` naming the field's path."""

    def __init__(self, values: dict[str, Any], path: str = "") -> None:
        self._values = values
        self._path = path

    @classmethod
    def parse(cls, document: bytes) -> "Fields":
        """Read an object; a name given twice, half a sign in a name, NaN and endless nesting are refused."""
        try:
            values = json.loads(document, object_pairs_hook=_once, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise FieldNotValid(f"it is not JSON: {error}") from error
        if not isinstance(values, dict):
            raise FieldNotValid("it is not a JSON object")
        return cls(values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def expect(self, name: str, value: str) -> None:
        """The field must hold exactly this."""
        if self._values.get(name) != value:
            raise FieldNotValid(f"{self._path}{name} is not {value!r}")

    def text(self, name: str) -> str:
        """A string that is not empty."""
        value = self._values.get(name)
        if not isinstance(value, str) or not value:
            raise FieldNotValid(f"{self._path}{name} must be a text")
        self._check_whole(name, value)
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, or None where the field is absent or null."""
        return None if self._values.get(name) is None else self.text(name)

    def integer(self, name: str) -> int:
        """A whole number of 0 to 2^53 - 1, which every JSON reader keeps."""
        value = self._values.get(name)
        if type(value) is not int or not 0 <= value < 1 << 53:
            raise FieldNotValid(f"{self._path}{name} must be a whole number")
        return value

    def moment(self, name: str) -> datetime:
        """Seconds since 1970, as UTC."""
        try:
            return datetime.fromtimestamp(self.integer(name), UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise FieldNotValid(f"{self._path}{name} lies outside the calendar") from error

    def optional_moment(self, name: str) -> datetime | None:
        """Seconds since 1970, or None where the field is absent or null."""
        return None if self._values.get(name) is None else self.moment(name)

    def hexadecimal(self, name: str, size: int) -> bytes:
        """`size` bytes as lower-case hex."""
        value = self.text(name)
        if not re.fullmatch(rf"[0-9a-f]{{{2 * size}}}", value):
            raise FieldNotValid(f"{self._path}{name} must be {size} bytes in hex")
        return bytes.fromhex(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings, empty where the field is absent."""
        values = self._values.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise FieldNotValid(f"{self._path}{name} must be a list of texts")
        self._check_whole(name, *values)
        return tuple(values)

    def texts_by_name(self, name: str) -> dict[str, str]:
        """An object of strings, empty where the field is absent."""
        fields = self.document(name)
        return {key: fields.text(key) for key in fields}

    def document(self, name: str) -> "Fields":
        """An object, empty where the field is absent."""
        value = self._values.get(name, {})
        if not isinstance(value, dict):
            raise FieldNotValid(f"{self._path}{name} must be an object")
        return Fields(value, f"{self._path}{name}.")

    def documents(self, name: str) -> Iterator["Fields"]:
        """A list of objects, empty where the field is absent."""
        values = self._values.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise FieldNotValid(f"{self._path}{name} must be a list of objects")
        for place, value in enumerate(values):
            yield Fields(value, f"{self._path}{name}[{place}].")

    def _check_whole(self, name: str, *texts: str) -> None:
        if any(map(_HALF_SIGN.search, texts)):
            raise FieldNotValid(f"{self._path}{name} holds half a sign")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name is given twice")
    if any(map(_HALF_SIGN.search, values)):
        raise ValueError("a name holds half a sign")
    return values


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")
