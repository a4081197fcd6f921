"""Random badges that say most of the same achievement and issuer, each with something of its own."""

import copy
from typing import Any

from hypothesis import strategies as st

from assessor.openbadges.fast_canonical import tables
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.term_table import Kind, NodeTerms
from tests.unit.openbadges.badges import credential
from tests.unit.openbadges.random_badges import addresses, objects, texts


def series() -> st.SearchStrategy[list[JsonObject]]:
    """Three to five badges, in the order in which they are met."""
    return _series()


@st.composite
def _series(draw: st.DrawFn) -> list[JsonObject]:
    contexts, terms = next((key[0], terms) for key, terms in tables().items() if "OpenBadgeCredential" in key[1])
    badge: JsonObject = {"@context": list(contexts), **draw(objects(terms))}
    issuer, subject = _terms(terms, "issuer"), _terms(terms, "credentialSubject")
    badge["issuer"] = draw(_named(issuer))
    badge["credentialSubject"] = draw(objects(subject)) | {"achievement": draw(_named(_terms(subject, "achievement")))}
    return [draw(_with_own_words(badge, terms)) for _ in range(draw(st.integers(3, 5)))]


@st.composite
def _with_own_words(draw: st.DrawFn, badge: JsonObject, terms: NodeTerms) -> JsonObject:
    """The badge with some members of its achievement and issuer changed, added, left out, or said in a list."""
    own: JsonObject = copy.deepcopy(badge)
    subject = _terms(terms, "credentialSubject")
    places = (
        (own["issuer"], _terms(terms, "issuer")),
        (own["credentialSubject"]["achievement"], _terms(subject, "achievement")),
    )
    for _ in range(draw(st.integers(0, 3))):
        value, members = places[draw(st.integers(0, 1))]
        _change(draw, value, members)
    if draw(st.integers(0, 9)) == 0:  # the graph has one thing where the badge has two
        own["issuer"]["id"] = own["credentialSubject"]["achievement"]["id"]
    return own


@st.composite
def nearly_correct_series(draw: st.DrawFn) -> list[JsonObject]:
    """The same of Ada's badge, which is correct; one or two members are said otherwise in each, or not at all."""
    correct = credential().document()
    members = sorted({*correct["issuer"], *correct["credentialSubject"]["achievement"], "creator"} - {"id"})
    in_play = draw(st.lists(st.sampled_from(members), min_size=1, max_size=2))
    badges = []
    for number in range(draw(st.integers(3, 6))):
        badge = copy.deepcopy(correct)
        for name in in_play:
            for value in (badge["issuer"], badge["credentialSubject"]["achievement"]):
                _say_otherwise(draw, value, name, f"Name {number}")
        badges.append(badge)
    return badges


def _say_otherwise(draw: st.DrawFn, value: JsonObject, name: str, text: str) -> None:
    what = draw(st.sampled_from(["leave", "leave", "remove", "text", "append", "wrong"]))
    if what == "remove":
        value.pop(name, None)
    elif what == "text":
        value[name] = text
    elif what == "append" and isinstance(value.get(name), list):
        value[name] = [*value[name], draw(st.sampled_from([*value[name], text, {"id": "urn:x:1"}]))]
    elif what == "wrong":
        value[name] = draw(st.sampled_from([1, True, None, {}, [], ["A"], {"id": "urn:x:1", "type": ["Profile"]}]))


def _change(draw: st.DrawFn, value: JsonObject, terms: NodeTerms) -> None:
    name = draw(st.sampled_from(sorted(terms.members)))
    listed = value.get(name, [])
    entries = listed if isinstance(listed, list) else [listed]
    what = draw(st.sampled_from(["append", "append", "prepend", "twice", "remove", "replace"]))
    if what == "remove":
        value.pop(name, None)
    elif what == "twice" and entries:
        value[name] = [*entries, copy.deepcopy(entries[0])]
    elif what == "replace":
        value[name] = draw(_entry(terms, name))
    elif what == "prepend":
        value[name] = [draw(_entry(terms, name)), *entries]
    else:
        value[name] = [*entries, draw(_entry(terms, name))]


def _entry(terms: NodeTerms, name: str) -> st.SearchStrategy[Any]:
    term = terms.members[name]
    if term.node is not None:
        return objects(term.node)
    return addresses if term.kind is Kind.IRI else texts


@st.composite
def _named(draw: st.DrawFn, terms: NodeTerms) -> JsonObject:
    return {**draw(objects(terms)), "id": draw(addresses)}


def _terms(terms: NodeTerms, name: str) -> NodeTerms:
    node = terms.members[name].node
    assert node is not None
    return node
