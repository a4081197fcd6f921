"""What of a certificate is shown to others."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Self


@dataclass(frozen=True)
class Choice:
    """What the holder lets others read besides the least: the title, the issuer, the date, and whether it is genuine.

    ``level``: with what people can do at it. ``areas``: the points in each area. ``conditions``: how the test was.
    """

    name: bool = False
    level: bool = False
    areas: bool = False
    conditions: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether nothing is held back: then the badge itself says no more."""
        return all(astuple(self))

    @classmethod
    def together(cls, choices: Iterable["Choice"]) -> Self:
        """What at least one of these shows."""
        rows = [astuple(choice) for choice in choices]
        return cls(*(any(row[place] for row in rows) for place in range(len(astuple(cls())))))


EVERYTHING = Choice(name=True, level=True, areas=True, conditions=True)
