"""YAML as a tree of texts with line numbers.

Types are left to the schema (`fields`), because YAML's own guesses turn the option `No` into a false and the
time 8:10 into 490. What an item never needs is refused at its first sight: aliases (a few lines of them make
gigabytes), tags, second documents, keys that stand twice, deep nesting.

    >>> read_tree("stem: No")["stem"].value
    'No'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml import events

_Loader: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 8


class UnreadableYaml(ValueError):
    """The text is not YAML as we use it; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text. `plain`: written without quotes, so that it may be meant as a number or a yes."""

    line: int
    value: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    line: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Names and what stands behind them; `lines` has the line of each name."""

    line: int
    entries: dict[str, Node]
    lines: dict[str, int]

    def __getitem__(self, name: str) -> Node:
        return self.entries[name]


Node = Scalar | Sequence | Table


def read_tree(text: str) -> Table:
    """Read one YAML document whose top is a table. Raises UnreadableYaml.

    Events are taken one by one: thousands of open brackets are refused at the ninth, before the parser has
    spent seconds on them.
    """
    try:
        return _document(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableYaml(mark.line + 1 if mark else 1, f"This is not YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise UnreadableYaml(1, f"This is not YAML: {' '.join(str(error).split())[:120]}.") from error


def _document(stream: Iterator[yaml.Event]) -> Table:
    root: Node | None = None
    for event in stream:
        if isinstance(event, (events.StreamStartEvent, events.StreamEndEvent, events.DocumentEndEvent)):
            continue
        if root is not None:
            raise UnreadableYaml(_line(event), "A second document begins; write one document a file.")
        if not isinstance(event, events.DocumentStartEvent):
            root = _node(event, stream, 0)
    if not isinstance(root, Table):
        raise UnreadableYaml(1, "The file must be a table of names and values.")
    return root


def _node(event: yaml.Event, stream: Iterator[yaml.Event], depth: int) -> Node:
    line = _line(event)
    if isinstance(event, events.AliasEvent) or getattr(event, "anchor", None):
        raise UnreadableYaml(line, "Anchors (&) and aliases (*) are not used; write the value again.")
    if getattr(event, "tag", None):
        raise UnreadableYaml(line, "Tags (!) are not used; write the plain value.")
    if depth > _DEEPEST:
        raise UnreadableYaml(line, "This is nested too deeply.")
    if isinstance(event, events.ScalarEvent):
        return Scalar(line, event.value.strip(), plain=event.style in (None, ""))
    if isinstance(event, events.SequenceStartEvent):
        return Sequence(line, tuple(_sequence(stream, depth + 1)))
    return _table(line, stream, depth + 1)


def _sequence(stream: Iterator[yaml.Event], depth: int) -> Iterator[Node]:
    while not isinstance(event := next(stream), events.SequenceEndEvent):
        yield _node(event, stream, depth)


def _table(line: int, stream: Iterator[yaml.Event], depth: int) -> Table:
    table = Table(line, {}, {})
    while not isinstance(event := next(stream), events.MappingEndEvent):
        key = _node(event, stream, depth)
        if not isinstance(key, Scalar):
            raise UnreadableYaml(key.line, "A name must be a plain word.")
        if key.value in table.entries:
            before = table.lines[key.value]
            raise UnreadableYaml(key.line, f"{key.value!r} stands twice; it was first given in line {before}.")
        table.lines[key.value] = key.line
        table.entries[key.value] = _node(next(stream), stream, depth)
    return table


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
