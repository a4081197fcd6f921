"""Reads typed fields from a YAML table; what is missing, mistyped or unknown is noted with its line.

Every method gives a harmless value after it noted a problem, so that reading goes on to the file's end.
Whoever reads looks at the findings before using the result.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from .findings import Findings
from .yaml_tree import Node, Scalar, Sequence, Table

IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_EMPTY = ("", "~", "null")
_WHOLE = re.compile(r"[+-]?\d{1,9}")
_DECIMAL = re.compile(r"[+-]?\d{1,6}(?:\.\d{1,6})?")
_MOST_SHOWN = 12


class Fields:
    """The entries of one table, asked for by name. `close` notes those that nobody asked for."""

    def __init__(self, table: Table, file: str, findings: Findings) -> None:
        self.table = table
        self.file = file
        self.findings = findings
        self._asked: set[str] = set()

    def line(self, name: str) -> int:
        """Give the line of a name, or of the table where the name is missing."""
        return self.table.lines.get(name, self.table.line)

    def has(self, name: str) -> bool:
        """Tell whether a name stands in the table."""
        return name in self.table.entries

    def error(self, name: str, reason: str) -> None:
        """Note a problem of the field."""
        self.findings.error(self.file, self.line(name), reason)

    def text(self, name: str, limit: int = 300, among: Collection[str] | None = None) -> str:
        """Read a text that must be there; "" after a problem."""
        scalar = self._scalar(name)
        if scalar is None:
            return ""
        if not scalar.value or (scalar.plain and scalar.value in _EMPTY):
            self.error(name, f"{name} is empty.")
        elif len(scalar.value) > limit:
            self.error(name, f"{name} has {len(scalar.value)} characters; {limit} is the most.")
        elif among is not None and scalar.value not in among:
            self.error(name, f"{name} is {scalar.value[:48]!r}; it must be {_one_of(among)}.")
        else:
            return scalar.value
        return ""

    def optional_text(self, name: str, limit: int = 300, among: Collection[str] | None = None) -> str | None:
        """Read a text that may be missing; None: it is."""
        return self.text(name, limit, among) or None if self.has(name) else None

    def identifier(self, name: str) -> str:
        """Read an id: small letters, digits and hyphens, 48 characters at most."""
        value = self.text(name)
        if value and not IDENTIFIER.fullmatch(value):
            self.error(name, f"{name} {value[:60]!r} must have only a-z, 0-9 and hyphens, 48 at most.")
            return ""
        return value

    def number(self, name: str, low: int, high: int) -> int:
        """Read a whole number from low to high."""
        scalar = self._scalar(name)
        if scalar is None:
            return low
        if not _WHOLE.fullmatch(scalar.value) or not scalar.plain or not low <= int(scalar.value) <= high:
            self.error(name, f"{name} is {scalar.value[:20]!r}; it must be a whole number from {low} to {high}.")
            return low
        return int(scalar.value)

    def flag(self, name: str, default: bool | None = None) -> bool:
        """Read true or false; a missing one is the default, where there is one."""
        if default is not None and not self.has(name):
            self._asked.add(name)
            return default
        scalar = self._scalar(name)
        if scalar and (not scalar.plain or scalar.value not in ("true", "false")):
            self.error(name, f"{name} is {scalar.value[:20]!r}; it must be true or false.")
        return scalar is not None and scalar.value == "true"

    def texts(self, name: str, optional: bool = False) -> list[tuple[str, int]]:
        """Read a list of different texts, each with its line."""
        found: list[tuple[str, int]] = []
        for node in self._nodes(name, optional):
            if not isinstance(node, Scalar) or not node.value:
                self.findings.error(self.file, node.line, f"{name} must be a list of words.")
            elif node.value in (value for value, _ in found):
                self.findings.error(self.file, node.line, f"{name} has {node.value[:48]!r} twice.")
            else:
                found.append((node.value, node.line))
        return found

    def numbers(self, name: str, count: int) -> tuple[float, ...]:
        """Read a list of so many decimal numbers; () after a problem."""
        nodes = self._nodes(name, optional=False)
        values = [node.value for node in nodes if isinstance(node, Scalar) and _DECIMAL.fullmatch(node.value)]
        if len(values) == len(nodes) == count:
            return tuple(map(float, values))
        if nodes:
            self.error(name, f"{name} must be a list of {count} numbers.")
        return ()

    def inner(self, name: str) -> Fields | None:
        """Read a table within the table; None after a problem."""
        node = self._node(name)
        if node is not None and not isinstance(node, Table):
            self.error(name, f"{name} must be a table of names and values.")
            return None
        return Fields(node, self.file, self.findings) if node else None

    def inners(self, name: str) -> list[Fields]:
        """Read a list of tables."""
        tables = []
        for node in self._nodes(name, optional=False):
            if isinstance(node, Table):
                tables.append(Fields(node, self.file, self.findings))
            else:
                self.findings.error(self.file, node.line, f"Each of the {name} must be a table.")
        return tables

    def names(self) -> Iterator[str]:
        """List the names of the table, for one whose names are ids."""
        yield from self.table.entries

    def close(self) -> None:
        """Note every name that nobody asked for."""
        for name in self.table.entries.keys() - self._asked:
            self.error(name, f"{name[:48]!r} is not known here; look at the spelling.")

    def _node(self, name: str) -> Node | None:
        self._asked.add(name)
        if name not in self.table.entries:
            self.error(name, f"{name} is missing.")
        return self.table.entries.get(name)

    def _scalar(self, name: str) -> Scalar | None:
        node = self._node(name)
        if node is not None and not isinstance(node, Scalar):
            self.error(name, f"{name} must be one value, not a list or table.")
            return None
        return node

    def _nodes(self, name: str, optional: bool) -> tuple[Node, ...]:
        if optional and not self.has(name):
            self._asked.add(name)
            return ()
        node = self._node(name)
        if isinstance(node, Sequence) and node.nodes:
            return node.nodes
        if node is not None:
            self.error(name, f"{name} must be a list with something in it.")
        return ()


def _one_of(values: Collection[str]) -> str:
    shown = sorted(values)
    return "one of " + ", ".join(shown) if len(shown) <= _MOST_SHOWN else "one of the names in the guide"
