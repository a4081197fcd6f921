"""A posted form, as small as it can be."""

from __future__ import annotations

from collections.abc import Iterator


class PostedForm:
    """Fields in the order they were posted; a name may come more than once."""

    def __init__(self, *fields: tuple[str, str]) -> None:
        self.fields = fields

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self.fields))

    def getlist(self, key: str) -> list[str]:
        """Give every value of one field."""
        return [value for name, value in self.fields if name == key]
