"""What of a certificate is shown to others."""

from dataclasses import astuple, dataclass


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

    @property
    def width(self) -> int:
        """How many things are shown."""
        return sum(astuple(self))
