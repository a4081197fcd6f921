"""Reads one item file (YAML) into an `Item` and remembers where each field stands.

The file is first read against our schema, so that what is wrong has a line; then the item is built by the
same `from_json` that reads a release.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .fields import Fields
from .findings import Findings
from .flaws import flaws
from .item import ICONS, KINDS, SETTINGS, Item, competence_of, from_json
from .simulations import FOLDERS, START
from .yaml_tree import Node, Scalar, Sequence, Table, UnreadableYaml, read_tree

MOST_OPTIONS = 8
MOST_MESSAGES = 12
_LONG = 2000


@dataclass(frozen=True, slots=True)
class ItemFile:
    """An item with its file and the lines of its fields."""

    item: Item
    file: str
    tree: Table

    def line(self, field: str) -> int:
        """Give the line of a field (as in `texts` or `Flaw`), or of the nearest thing around it."""
        return _line_of(self.tree, field)


def read_item(text: str, file: str, findings: Findings) -> ItemFile | None:
    """Read an item file; None where it is not one. Its flaws are noted, too."""
    try:
        tree = read_tree(text)
    except UnreadableYaml as error:
        findings.error(file, error.line, error.reason)
        return None
    before = len(findings.errors)
    document = _document(Fields(tree, file, findings))
    if len(findings.errors) > before:
        return None
    found = ItemFile(from_json(document), file, tree)
    for flaw in flaws(found.item):
        note = findings.error if flaw.severity == "error" else findings.warning
        note(file, found.line(flaw.field), flaw.message)
    return found


def _document(fields: Fields) -> dict[str, Any]:
    kind = fields.text("kind", among=KINDS)
    outcome = fields.text("outcome", limit=40)
    document: dict[str, Any] = {
        "id": fields.identifier("id"),
        "kind": kind,
        "outcome": outcome,
        "competence": competence_of(outcome),
        "can": fields.text("can"),
        "cannot": fields.text("cannot"),
        "level": fields.number("level", 1, 8),
        "complexity": fields.number("complexity", -1, 1),
        "agreed": fields.flag("agreed"),
        "reading_load": fields.number("reading_load", 0, 3),
        "setting": fields.text("setting", among=SETTINGS),
        "family": fields.identifier("family") if fields.has("family") else None,
        "enemies": [value for value, _ in fields.texts("enemies", optional=True)],
        "practice": fields.flag("practice", default=False),
        "stem": fields.text("stem"),
        "note": fields.text("note", limit=_LONG),
    }
    if kind == "picture" or fields.has("picture"):
        document["picture"] = _picture(fields.inner("picture"))
    if kind == "simulation":
        document["simulation"] = _simulation(fields.inner("simulation"))
    elif kind:
        document["order"] = fields.optional_text("order", among=("shuffled", "fixed")) or "shuffled"
        document["options"] = _options(fields, boxes=kind == "picture")
        document["key"] = [value for value, _ in fields.texts("key")]
    if kind:
        fields.close()
    return document


def _picture(fields: Fields | None) -> dict[str, str]:
    if fields is None:
        return {}
    picture = {"file": fields.text("file", limit=80), "alt": fields.text("alt")}
    fields.close()
    return picture


def _options(fields: Fields, boxes: bool) -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = []
    for option in fields.inners("options"):
        document: dict[str, Any] = {
            "id": option.identifier("id"),
            "text": option.text("text"),
            "icon": option.optional_text("icon", among=ICONS),
            "why_wrong": option.optional_text("why_wrong", limit=_LONG),
        }
        if boxes:
            document["box"] = option.numbers("box", 4)
        option.close()
        if document["id"] in (other["id"] for other in options):
            option.error("id", f"The option id {document['id']!r} stands twice.")
        options.append(document)
    if len(options) == 1 or len(options) > MOST_OPTIONS:
        fields.error("options", f"There are {len(options)} options; 2 to {MOST_OPTIONS} are possible.")
    return options


def _simulation(fields: Fields | None) -> dict[str, Any]:
    if fields is None:
        return {}
    fields.text("kind", among=("inbox",))
    messages = [_message(message) for message in fields.inners("messages")]
    ids = [message["id"] for message in messages]
    if len(set(ids)) < len(ids):
        fields.error("messages", "Two messages have the same id.")
    if len(ids) == 1 or len(ids) > MOST_MESSAGES:
        fields.error("messages", f"There are {len(ids)} messages; 2 to {MOST_MESSAGES} are possible.")
    goal, why_wrong = fields.inner("goal"), fields.inner("why_wrong") if fields.has("why_wrong") else None
    folders = [folder for folder in FOLDERS if folder != START]
    document = {
        "messages": messages,
        "goal": {name: goal.text(name, among=folders) for name in goal.names()} if goal else {},
        "why_wrong": {name: why_wrong.text(name, limit=_LONG) for name in why_wrong.names()} if why_wrong else {},
    }
    for table in (goal, why_wrong):
        for name in table.names() if table else ():
            if table and name not in ids:
                table.error(name, f"There is no message {name[:48]!r}.")
            if table is why_wrong and name in document["goal"] and table:
                table.error(name, f"Moving {name[:48]!r} is the goal; it cannot be wrong.")
    fields.close()
    return document


def _message(fields: Fields) -> dict[str, Any]:
    document = {
        "id": fields.identifier("id"),
        "sender": fields.text("sender", limit=80),
        "address": fields.text("address", limit=120),
        "time": fields.text("time", limit=20),
        "subject": fields.text("subject", limit=120),
        "body": fields.text("body", limit=_LONG),
        "attachment": fields.optional_text("attachment", limit=80),
    }
    fields.close()
    return document


def _line_of(tree: Table, field: str) -> int:
    names = field.split(".")
    if names[0] == "messages":
        names.insert(0, "simulation")
    node: Node = tree
    line = tree.line
    for name in names:
        if isinstance(node, Table) and name in node.entries:
            line, node = node.lines[name], node.entries[name]
        elif isinstance(node, Sequence) and (named := _named(node, name)):
            line, node = named.line, named
        else:
            break
    return line


def _named(sequence: Sequence, identifier: str) -> Table | None:
    for node in sequence.nodes:
        if isinstance(node, Table):
            own = node.entries.get("id")
            if isinstance(own, Scalar) and own.value == identifier:
                return node
    return None
