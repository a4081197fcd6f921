"""How the rules of a design are written as JSON, since every sitting stores the rules it was run with.

A rule is a frozen dataclass of plain values. Reading is strict: an unknown or ill-typed field is refused,
because a rule that is silently dropped changes what a test awards.

    >>> from assessor.psychometrics.adaptive.stopping import Stopping
    >>> Stopping.from_json({"maximum_items": 12}).to_json()["maximum_items"]
    12
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, ClassVar, Self


def is_finite_number(value: object) -> bool:
    """Return whether a value read from JSON is a number that can be computed with; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


class RuleNotUnderstood(ValueError):
    """A stored or written rule names a field, a type or a value that this version cannot follow."""


class Rule:
    """Base of the rule dataclasses: JSON there and back, and the checks every rule shares."""

    # Dataclass machinery looks this up; declaring it lets the type checker accept `fields(self)`.
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """Return the rule as a dict of JSON values: field name → value."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a rule; fields left out take their default. Raises `RuleNotUnderstood`."""
        subject = cls.__name__
        if not isinstance(document, Mapping):
            raise RuleNotUnderstood(f"{subject} must be an object of fields, not {document!r}.")
        known = [field.name for field in fields(cls)]
        if unknown := sorted(set(document) - set(known)):
            raise RuleNotUnderstood(f"{subject} has no field {', '.join(unknown)}. It has: {', '.join(known)}.")
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}
        return cls(**values)

    def check(self, holds: bool, what: str) -> None:
        """Raise `RuleNotUnderstood` naming this rule, unless `holds`."""
        if not holds:
            raise RuleNotUnderstood(f"{type(self).__name__}: {what}.")

    def check_number(self, name: str, lowest: float, highest: float, *, whole: bool = False) -> None:
        """Check that the field `name` is a number (`whole`: an integer) from `lowest` to `highest`."""
        value = getattr(self, name)
        wanted: tuple[type, ...] = (int,) if whole else (int, float)
        is_number = isinstance(value, wanted) and is_finite_number(value)
        kind = "a whole number" if whole else "a number"
        self.check(is_number and lowest <= value <= highest, f"{name} must be {kind} from {lowest} to {highest}")
