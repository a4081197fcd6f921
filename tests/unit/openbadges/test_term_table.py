"""What is learned from an example: every quad explained once, or nothing."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assessor.openbadges import contexts
from assessor.openbadges.achievement import (
    Achievement,
    Alignment,
    Criteria,
    Endorsed,
    Image,
    Profile,
    ResultDescription,
)
from assessor.openbadges.achievement import RubricLevel as Level
from assessor.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_V3
from assessor.openbadges.credential import AchievementCredential, Evidence, IdentityObject, Result
from assessor.openbadges.errors import UnsafeDocument
from assessor.openbadges.proof import sign_document
from assessor.openbadges.shapes import examples
from assessor.openbadges.status_list import StatusEntry
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.term_table import Kind, NodeTerms, ShapeNotLearned, learn
from tests.unit.openbadges.badges import DID, KEY, NOW, SCHOOL, status_list

Pin = Callable[[JsonObject], str]


def _members(value: Any, path: str = "") -> set[str]:
    """The paths of all members, lists passed through."""
    if isinstance(value, list):
        return {found for entry in value for found in _members(entry, path)}
    if not isinstance(value, dict):
        return set()
    paths = {f"{path}.{name}" for name in value}
    return paths.union(*(_members(member, f"{path}.{name}") for name, member in value.items()))


def _everything() -> AchievementCredential:
    """A badge that uses every field of every class of the builder."""
    image = Image("https://badges.example/1.png", "Caption")
    endorsed = Endorsed(tokens=("e30.e30.c2ln",))
    profile = Profile(
        "https://badges.example", "Olu", "https://badges.example", "Teaches", "a@badges.example", image, endorsed
    )
    alignment = (Alignment("Name", "https://framework.example", "Framework", "1.1", "Description", "CTDL"),)
    level = Level("urn:x:level", "Basic", "Description", "1", "2", alignment)
    description = ResultDescription("urn:x:result", "Band", "Percent", "0", "1", "urn:x:level", (level,), alignment)
    achievement = Achievement(
        "urn:x:a", "Name", "Description", Criteria("Narrative", "urn:x:c"), "Competency", "CODE", "1", "en", ("tag",),
        alignment, (description,), image, profile, endorsed,
    )  # fmt: skip
    return AchievementCredential(
        "urn:x:1", profile, achievement, NOW, (Result("urn:x:result", "1", "urn:x:level"),),
        (Evidence("Narrative", "Name", "urn:x:e"),), "urn:x:ada", (IdentityObject.salted("Ada", "name", "0" * 22),),
        NOW + timedelta(days=1), StatusEntry("https://badges.example/status/1", 1), image, profile,
    )  # fmt: skip


def test_the_examples_have_exactly_the_members_that_our_builders_write() -> None:
    badge, listed, *proofs = examples()
    proof = _members(sign_document(status_list(), SCHOOL, KEY.id(DID), NOW)["proof"]) - {".proofValue"}

    assert _members(badge) == _members(_everything().document())
    assert _members(listed) == _members(status_list())
    assert all(_members(options) - {".@context"} == proof for options in proofs)


def _term(terms: NodeTerms, path: str) -> tuple[Kind, str, str]:
    *way, last = path.split(".")
    for name in way:
        node = terms.members[name].node
        assert node is not None
        terms = node
    term = terms.members[last]
    return term.kind, term.before, term.after


@pytest.mark.parametrize(
    ("path", "term"),
    [
        ("validFrom", (Kind.TEXT, '2018/credentials#validFrom> "', "http://www.w3.org/2001/XMLSchema#dateTime")),
        ("issuer.url", (Kind.TEXT, 'schema.org/url> "', "https://www.w3.org/2001/XMLSchema#anyURI")),
        ("credentialSubject.identifier.hashed", (Kind.TRUTH, "#hashed", "https://www.w3.org/2001/XMLSchema#boolean")),
        ("credentialSubject.result.achievedLevel", (Kind.TEXT, "#achievedLevel", "#anyURI")),
        ("credentialSubject.result.resultDescription", (Kind.TEXT, "#resultDescription", "#anyURI")),
        ("credentialSubject.achievement.resultDescription", (Kind.NODE, "#resultDescription", "")),
        ("credentialStatus.statusListCredential", (Kind.IRI, "status#statusListCredential> <", ">")),
    ],
)
def test_the_same_word_is_learned_apart_in_every_place(path: str, term: tuple[Kind, str, str]) -> None:
    kind, before, after = _term(learn(examples()[0]), path)

    assert kind is term[0]
    assert term[1] in before
    assert term[2] in after


def test_a_word_of_the_vocabulary_keeps_its_one_meaning() -> None:
    term = learn(examples()[2]).members["proofPurpose"]

    assert (term.kind, term.word) == (Kind.WORD, "assertionMethod")
    assert term.after == "https://w3id.org/security#assertionMethod> .\n"


@pytest.fixture
def pin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pin:
    """Pins a context for one test and gives its address."""

    def pinned(terms: JsonObject) -> str:
        data = json.dumps({"@context": {"id": "@id", "type": "@type", **terms}}).encode()
        digest = hashlib.sha256(data).hexdigest()
        path = tmp_path / digest
        path.write_bytes(data)
        url = f"https://contexts.example/{digest}"
        monkeypatch.setitem(contexts.index(), url, {"file": str(path), "sha256": digest})
        return url

    return pinned


NAMED = {"id": "urn:x:2"}


@pytest.mark.parametrize(
    ("terms", "word"),
    [
        ({"word": {"@id": "urn:x:word", "@container": "@list"}}, "x"),
        ({"word": {"@id": "urn:x:word", "@container": "@graph"}}, NAMED),
        ({"word": {"@id": "urn:x:word", "@language": "en"}}, "x"),
        ({"word": {"@reverse": "urn:x:word"}}, NAMED),
        ({"word": "urn:x:word", "urn": {"@id": "https://eve.example/", "@prefix": True}}, "x"),
        ({"word": "urn:x:word", "https": "https://eve.example/"}, "x"),
        ({"word": "urn:x:word", "type": "urn:x:type"}, "x"),
    ],
)
def test_a_vocabulary_that_does_more_than_name_members_is_not_learned(pin: Pin, terms: JsonObject, word: Any) -> None:
    example = {"@context": [pin(terms)], "id": "urn:x:1", "type": ["urn:x:T"], "word": [word]}

    with pytest.raises((ShapeNotLearned, UnsafeDocument)):
        learn(example)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"nope": "x"}, UnsafeDocument),
        ({"type": ["Achievement", "Nope"]}, UnsafeDocument),
        ({"tag": ["a", "b"]}, ShapeNotLearned),
        ({"tag": []}, ShapeNotLearned),
        ({"name": {"id": "urn:x:1", "name": "x"}}, None),
    ],
)
def test_an_example_that_cannot_be_explained_is_refused(change: JsonObject, refusal: type[Exception] | None) -> None:
    example = {"@context": [CREDENTIALS_V2, OPEN_BADGES_V3], "type": ["Achievement"], "name": "x", **change}

    if refusal is None:
        assert learn(example).members["name"].kind is Kind.NODE
        return
    with pytest.raises(refusal):
        learn(example)


def test_two_truths_in_one_place_cannot_be_told_apart(pin: Pin) -> None:
    example = {"@context": [pin({"a": "urn:x:a", "b": "urn:x:b"})], "a": True, "b": True}

    with pytest.raises(ShapeNotLearned, match="exactly one fact"):
        learn(example)
