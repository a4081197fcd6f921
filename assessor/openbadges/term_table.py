"""What every member of a document of ours becomes in the graph: a table learned once, by asking the general path.

JSON-LD gives words their meaning through contexts; reading those takes milliseconds for every badge. Our own badges
always have the same members in the same places, so what the contexts say about each place is found out once: one
example with every member, all its values made unique, goes through the general path, and each quad that comes out is
traced to the one value it came from. Places are paths from the root, so that a word which means two things in two
places is two entries. A quad that no value explains, or a value without a quad, and nothing is learned.

    >>> from assessor.openbadges.contexts import CREDENTIALS_V2
    >>> from assessor.openbadges.term_table import learn
    >>> table = learn({"@context": [CREDENTIALS_V2], "type": "VerifiableCredential", "name": "A"})
    >>> table.members["name"].before, table.members["name"].after
    (' <https://schema.org/name> "', '" .\\n')
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from assessor.openbadges.canonical import quads_of
from assessor.openbadges.contexts import context
from assessor.openbadges.grammar import ISSUED_SCHEMES, is_iri
from assessor.openbadges.strict_json import JsonObject

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
NO_TYPE = ()  # equal to nothing that JSON can hold


class ShapeNotLearned(Exception):
    """The example cannot be explained value by value: the table must not be used. Not an answer about a badge."""


class Kind(Enum):
    """What a member's value becomes."""

    TEXT = auto()
    TRUTH = auto()
    INTEGER = auto()
    IRI = auto()
    WORD = auto()  # one of the vocabulary's own words, standing for an IRI
    NODE = auto()


@dataclass(frozen=True)
class Term:
    """One member in one place. A line of N-Quads is subject + `before` + value + `after`.

    `word`: for `Kind.WORD` the only value there may be. `node`: for `Kind.NODE` the members of the objects there.
    """

    kind: Kind
    before: str
    after: str
    word: str = ""
    node: "NodeTerms | None" = None


@dataclass(frozen=True, eq=False)
class NodeTerms:
    """The objects in one place: exactly these types (empty = none), and the members they may have.

    Two places have two tables, even if these say the same. `type_list`: the types as the example writes them,
    `NO_TYPE` = it has none. `type_ends`: what follows the subject in the lines that state them.
    """

    types: frozenset[str]
    type_list: Any
    type_ends: tuple[str, ...]
    members: Mapping[str, Term]


@dataclass
class _Place:
    """One object of the example, with what the graph says about it."""

    value: JsonObject
    id: str
    facts: list[tuple[str, Any]] = field(default_factory=list)  # predicate, object


def learn(example: JsonObject) -> NodeTerms:
    """The table of a shape.

    `example`: a document with `@context`, every member that the shape may have, one entry in each list. Only the
    kinds of its values matter, except words of the vocabulary such as `assertionMethod`, which are kept.
    Raises `ShapeNotLearned` when a quad of its graph is not explained by exactly one value.
    """
    if not isinstance(example.get("@context"), list):
        raise ShapeNotLearned("An example names its vocabulary in a list.")
    terms = _Learning(example).table()
    _check_schemes(example)
    return terms


def _check_schemes(example: JsonObject) -> None:
    """No context gives the beginning of an address a meaning of its own: `urn:x` must stay `urn:x`."""
    for url in example["@context"]:
        for word in _words(context(url)):
            if f"{word}:".startswith(ISSUED_SCHEMES):
                raise ShapeNotLearned(f"{url} defines “{word}”, which is how addresses begin.")


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _words(member)


class _Learning:
    """Sends the example through the general path, every value unique, and reads the graph back."""

    def __init__(self, example: JsonObject) -> None:
        self.example = example
        self.values: dict[str, Any] = {}  # what stands in the graph → what stood in the example
        self.places: dict[str, _Place] = {}
        self.probe = {**self._object(example), "@context": example["@context"]}

    def table(self) -> NodeTerms:
        self._read(quads_of(self.probe))
        terms = self._node(self.probe)
        if left := [fact for place in self.places.values() for fact in place.facts]:
            raise ShapeNotLearned(f"The graph says more than the example: {left[0]}.")
        return terms

    def _unique(self, value: Any) -> str:
        name = f"urn:probe:{len(self.values)}"
        self.values[name] = value
        return name

    def _object(self, value: JsonObject) -> JsonObject:
        """A copy of an object with an id, unique texts and unique numbers."""
        probe: JsonObject = {"id": self._unique(value)}
        for name, member in value.items():
            if name == "type":
                probe[name] = member
            elif name not in {"id", "@context"}:
                probe[name] = self._value(_entry(name, member))
        self.places[probe["id"]] = _Place(value, probe["id"])
        return probe

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            number = 1_000_000 + len(self.values)
            self.values[str(number)] = value
            return number
        return self._unique(value)

    def _read(self, quads: list[Quad]) -> None:
        for quad in quads:
            place = self.places.get(quad.subject.value) if isinstance(quad.subject, NamedNode) else None
            if place is None or not isinstance(quad.graph_name, DefaultGraph) or isinstance(quad.object, BlankNode):
                raise ShapeNotLearned(f"{quad} belongs to no object of the example.")
            place.facts.append((quad.predicate.value, quad.object))

    def _node(self, probe: JsonObject) -> NodeTerms:
        place = self.places[probe["id"]]
        kinds = _types(probe)
        types = [fact for fact in place.facts if fact[0] == RDF_TYPE]
        if len(types) != len(kinds):
            raise ShapeNotLearned(f"The types {sorted(kinds)} are not each one type in the graph.")
        for fact in types:
            place.facts.remove(fact)
        members = {
            name: self._term(place, name, value)
            for name, value in probe.items()
            if name not in {"id", "type", "@context"}
        }
        return NodeTerms(
            kinds, probe.get("type", NO_TYPE), tuple(f" <{RDF_TYPE}> <{iri.value}> .\n" for _, iri in types), members
        )

    def _term(self, place: _Place, name: str, value: Any) -> Term:
        predicate, found = self._fact(place, name, value)
        if isinstance(value, dict):
            return Term(Kind.NODE, f" <{predicate}> ", " .\n", node=self._node(value))
        if isinstance(found, NamedNode):
            original = self.values[found.value]
            if is_iri(original):
                return Term(Kind.IRI, f" <{predicate}> <", "> .\n")
            return Term(Kind.WORD, f" <{predicate}> <", f"{self._meaning(place, name, predicate)}> .\n", original)
        kind = Kind.TRUTH if isinstance(value, bool) else Kind.INTEGER if isinstance(value, int) else Kind.TEXT
        return Term(kind, f' <{predicate}> "', f'"{_datatype(found)} .\n')

    def _fact(self, place: _Place, name: str, value: Any) -> tuple[str, Any]:
        """The one fact about an object that this value explains; it is taken out."""
        written = value["id"] if isinstance(value, dict) else "true" if value is True else str(value)
        facts = [fact for fact in place.facts if fact[1].value == written]
        if len(facts) != 1:
            raise ShapeNotLearned(f"“{name}” is not exactly one fact in the graph.")
        if isinstance(value, dict) and not isinstance(facts[0][1], NamedNode):
            raise ShapeNotLearned(f"“{name}” is an object in the example and a text in the graph.")
        place.facts.remove(facts[0])
        return facts[0]

    def _meaning(self, place: _Place, name: str, predicate: str) -> str:
        """The IRI of a word of the vocabulary, in the graph of the example as it stands."""
        spelled_out = quads_of({**self.probe, name: place.value[name]}) if place.value is self.example else []
        own = [
            quad.object.value
            for quad in spelled_out
            if quad.subject == NamedNode(place.id)
            and quad.predicate.value == predicate
            and isinstance(quad.object, NamedNode)
        ]
        if len(own) != 1:
            raise ShapeNotLearned(f"“{name}” is a word of the vocabulary in a place where none is expected.")
        return own[0]


def _entry(name: str, member: Any) -> Any:
    if not isinstance(member, list):
        return member
    if len(member) != 1:
        raise ShapeNotLearned(f"“{name}”: an example has exactly one entry in each list.")
    return member[0]


def _types(value: JsonObject) -> frozenset[str]:
    kinds = value.get("type", [])
    return frozenset([kinds] if isinstance(kinds, str) else kinds)


def _datatype(literal: Any) -> str:
    if not isinstance(literal, Literal) or literal.language is not None:
        raise ShapeNotLearned(f"{literal} is a text in a language.")
    plain = literal.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
    return "" if plain else f"^^<{literal.datatype.value}>"
