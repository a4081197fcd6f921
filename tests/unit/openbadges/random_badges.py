"""Random documents of our own shapes, and the same with one thing changed, drawn from the learned tables."""

import copy
import re
from typing import Any

from hypothesis import strategies as st

from assessor.openbadges.fast_canonical import IRI, tables
from assessor.openbadges.strict_json import MAX_SAFE_INTEGER, JsonObject
from assessor.openbadges.term_table import Kind, NodeTerms, Term
from tests.unit.openbadges.badges import credential

ADDRESSES = (
    "https://badges.example/credentials/1",
    "https://badges.example/a#b",
    "http://localhost:8000/k?x=%2F&y=1#z",
    "did:web:badges.example%3A8000",
    "urn:uuid:4b1c2f5e-58b5-4f0e-9a3c-0c7f7d7f2c11",
    "mailto:ada@badges.example",
)
ODD_ADDRESSES = (
    "",
    "credentials/1",
    "#a",
    "_:b0",
    "@id",
    "Nope",
    "name",
    "ob:x",
    "https:x",
    "https://",
    "https://a/b c",
    "https://a/<b>",
    "https://a/%zz",
    "https://a/[b]",
    "https://a#b#c",
    "https://пример.example/ü",
    "HTTPS://A.EXAMPLE/",
    "urn:",
    "did://x",
    "tag:a.example,2026:x",
)
ODD_TEXTS = (
    "",
    " ",
    '"\\\b\t\n\f\r',
    "\x00\x1f\x7f\x80\x9f",
    "\ufffe\uffff\ufdd0",
    "\u2028\u2029\ufeff",
    "e\u0301 é 𝕏 😀",
    "_:b0",
    "_:a",
    "_:c14n0",
    "@en",
    '" .\n<urn:x:1> <urn:x:2> "',
    "^^<urn:x:1>",
    "true",
    "1",
    "https://badges.example/a#b",
)
EXACT_ADDRESSES = re.compile(IRI.pattern, re.ASCII)

texts = st.sampled_from(ODD_TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
addresses = st.sampled_from(ADDRESSES) | st.from_regex(EXACT_ADDRESSES, fullmatch=True)


def documents() -> st.SearchStrategy[JsonObject]:
    """A badge, a status list or the options of a proof, with any mix of members, values and nameless parts."""
    return st.sampled_from(sorted(tables(), key=str)).flatmap(lambda key: _document(*key))


@st.composite
def _document(draw: st.DrawFn, contexts: tuple[str, ...], kinds: frozenset[str]) -> JsonObject:
    document: JsonObject = draw(objects(tables()[contexts, kinds]))
    return {"@context": list(contexts), **document}


@st.composite
def objects(draw: st.DrawFn, terms: NodeTerms) -> JsonObject:
    """An object of one place: some of its members, with or without a name of its own."""
    value: JsonObject = {"id": draw(addresses)} if draw(st.booleans()) else {}
    if terms.types:
        value["type"] = draw(st.permutations(sorted(terms.types)))
        if len(terms.types) == 1 and draw(st.booleans()):
            value["type"] = value["type"][0]
    for name, term in terms.members.items():
        if draw(st.booleans()):
            entry = _entry(term)
            value[name] = draw(entry | st.lists(entry, min_size=1, max_size=2))
    return value


def _entry(term: Term) -> st.SearchStrategy[Any]:
    if term.node is not None:
        return objects(term.node)
    values: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.TEXT: texts,
        Kind.IRI: addresses,
        Kind.TRUTH: st.booleans(),
        Kind.INTEGER: st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER),
        Kind.WORD: st.just(term.word),
    }
    return values[term.kind]


odd_values: st.SearchStrategy[Any] = (
    st.sampled_from(ODD_ADDRESSES)
    | st.sampled_from(ODD_TEXTS)
    | st.sampled_from([None, [], {}, [None], [[]], [["a"]], [{}]])
    | st.sampled_from([True, 0, -1, 2**53, 1.0, 1.5, 1e21])
    | st.sampled_from([{"id": "urn:x:1"}, {"type": []}, {"type": "Image"}, {"id": "urn:x:1", "name": "x"}])
    | st.sampled_from([{"@value": "x"}, {"@id": "urn:x:1"}])
)
odd_names = st.sampled_from(
    ["nope", "@id", "@type", "@graph", "@context", "id", "type", "name", "image", "evidence", "narrative", "hashed"]
) | st.sampled_from(["proof", "result", "achievement", "url", "ttl", "urn:x:1", "https://a.example/b", "", "a b"])


@st.composite
def changed_documents(draw: st.DrawFn) -> JsonObject:
    """A document of ours with one or two things done to it that our builders never do."""
    document: JsonObject = copy.deepcopy(draw(documents() | st.just(credential().document())))
    for _ in range(draw(st.integers(1, 2))):
        places = list(_objects_in(document))
        value = places[draw(st.integers(0, len(places) - 1))]
        names = sorted(value.keys() - {"@context"})
        name = draw(st.sampled_from(names) | odd_names) if names else draw(odd_names)
        what = draw(st.sampled_from(["set", "wrap", "twice", "remove", "types"]))
        if what == "set":
            value[name] = copy.deepcopy(draw(odd_values | texts))
        elif what == "wrap":
            value[name] = [value.get(name)]
        elif what == "twice":
            value[name] = [value.get(name), value.get(name)]
        elif what == "remove":
            value.pop(name, None)
        else:
            value["type"] = draw(st.lists(st.sampled_from(["Achievement", "Evidence", "Profile", "Nope"]), max_size=2))
    return document


def _objects_in(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
    for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects_in(entry)
