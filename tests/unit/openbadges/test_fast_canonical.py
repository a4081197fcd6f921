"""The table gives the bytes of the general path, or leaves the document to it."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from assessor.openbadges import canonical
from assessor.openbadges.errors import OpenBadgesError, TooSymmetrical, Unreadable, UnsafeDocument
from assessor.openbadges.fast_canonical import IRI, TOLD_TWICE, OutsideTable, canonical_form, form_by_table, form_with
from assessor.openbadges.grammar import is_iri
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.term_table import ShapeNotLearned, learn
from tests.unit.openbadges.badges import VECTORS, credential, status_list
from tests.unit.openbadges.random_badges import EXACT_ADDRESSES, ODD_TEXTS, changed_documents, documents
from tests.unit.openbadges.test_canonical_form import independent_form


def _unsigned(document: JsonObject) -> JsonObject:
    return {name: value for name, value in document.items() if name != "proof"}


def _outcome(form: Callable[[JsonObject], bytes], document: JsonObject) -> bytes | tuple[type[Exception], str]:
    try:
        return form(document)
    except OpenBadgesError as error:
        return type(error), str(error)


def _by_table(document: JsonObject) -> bytes | str:
    """The form by the table, or the path that it does not know."""
    try:
        return form_by_table(document)
    except OutsideTable as outside:
        return str(outside)


@settings(max_examples=100, deadline=None)
@given(documents())
def test_a_document_of_our_shapes_has_the_same_form_by_table_and_by_the_general_path(document: JsonObject) -> None:
    expected, form = _outcome(canonical.canonical_form, document), _by_table(document)

    if isinstance(form, bytes):
        assert form == expected
    else:
        # Only what no table can decide goes the long way: parts that look alike, one id for several things.
        assert "look alike" in form or TOLD_TWICE in form
        assert isinstance(expected, bytes) or expected[0] is TooSymmetrical or "several places" in expected[1]


@settings(max_examples=40, deadline=None)
@given(documents())
def test_a_document_of_our_shapes_has_the_same_form_by_plain_pyld(document: JsonObject) -> None:
    form = _by_table(document)

    assert isinstance(form, str) or form == independent_form(document)


@settings(max_examples=150, deadline=None)
@given(changed_documents())
def test_a_changed_document_has_the_same_form_or_the_same_refusal(document: JsonObject) -> None:
    expected, form = _outcome(canonical.canonical_form, document), _by_table(document)

    assert isinstance(form, str) or form == expected
    assert _outcome(canonical_form, document) == expected


@settings(max_examples=40, deadline=None)
@given(st.from_regex(EXACT_ADDRESSES, fullmatch=True))
def test_the_addresses_of_the_table_are_kept_by_every_library(address: str) -> None:
    assert is_iri(address)
    assert NamedNode(address).value == address


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_every_text_is_written_as_canonical_quads_write_it(text: str) -> None:
    document = credential().document() | {"name": text}

    assert form_by_table(document) == independent_form(document)


def test_every_sign_of_the_first_plane_is_written_the_same() -> None:
    signs = [chr(code) for code in range(0x10000) if not 0xD800 <= code <= 0xDFFF]
    document = {**status_list(), "validFrom": ["".join(signs[start : start + 4096]) for start in range(0, 65536, 4096)]}

    assert form_by_table(document) == canonical.canonical_form(document)


def test_our_badge_and_our_status_list_take_the_table() -> None:
    for document in (credential().document(), status_list()):
        assert form_by_table(document) == independent_form(document)


def test_a_second_thing_said_twice_counts_once() -> None:
    document = credential().document()
    document["credentialSubject"]["achievement"]["tag"] = ["a", "a", "b"]
    document["evidence"][0]["name"] = ["x", "x"]

    assert form_by_table(document) == independent_form(document)


def test_two_equal_results_are_left_to_the_general_path() -> None:
    document = credential().document()
    document["credentialSubject"]["result"] *= 2

    with pytest.raises(OutsideTable, match="look alike"):
        form_by_table(document)

    assert canonical_form(document) == independent_form(document)


def _at(document: JsonObject, path: str) -> tuple[Any, str]:
    *way, last = path.split(".")
    value: Any = document
    for name in way:
        value = value[name]
        value = value[0] if isinstance(value, list) else value
    return value, last


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("nope", "x"),
        ("name", {"en": "x"}),
        ("name", 1),
        ("name", None),
        ("name", []),
        ("name", "\ud800"),
        ("issuer", "did:web:badges.example"),
        ("id", "credentials/1"),
        ("id", "_:b0"),
        ("issuer.type", ["Profile", "Nope"]),
        ("issuer.type", []),
        ("issuer.@context", "https://www.w3.org/ns/credentials/v2"),
        ("credentialSubject.achievement.nope", "x"),
        ("credentialSubject.achievement.criteria.type", None),
        ("credentialSubject.achievement.criteria.type", "Criteria"),
        ("credentialSubject.identifier.hashed", "true"),
        ("credentialSubject.identifier.hashed", 1),
        ("credentialSubject.result.value", 3),
        ("credentialStatus.statusListCredential", "https://a.example/%zz"),
    ],
)
def test_the_first_member_that_the_table_does_not_know_is_named(path: str, value: Any) -> None:
    document = credential().document()
    part, name = _at(document, path)
    part[name] = value

    with pytest.raises(OutsideTable) as outside:
        form_by_table(document)

    assert str(outside.value) == path


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("credentialSubject.achievement.nope", "x", "nope"),
        ("issuer.type", ["Profile", "Nope"], "Nope"),
        ("credentialSubject.achievement.id", "achievements/1", "achievements/1"),
        ("credentialSubject.achievement.id", "https://a.example/%zz", "%zz"),
        ("credentialStatus.statusListCredential", "https://a.example/a#b#c", "#b#c"),
        ("evidence.name", None, "name"),
    ],
)
def test_what_would_not_be_signed_is_named_whatever_the_table_knows(path: str, value: Any, named: str) -> None:
    document = credential().document()
    part, name = _at(document, path)
    part[name] = value

    with pytest.raises(UnsafeDocument, match=named):
        canonical_form(document)


@pytest.mark.parametrize("contexts", [None, "x", [], [1], [["a"]], {"a": 1}, ["https://eve.example/v1"]])
def test_documents_in_other_vocabularies_are_left_to_the_general_path(contexts: Any) -> None:
    document = credential().document() | {"@context": contexts}

    with pytest.raises(OutsideTable):
        form_by_table(document)


def test_the_guides_badge_and_proof_have_their_published_forms_by_tables_learned_from_themselves() -> None:
    signed = json.loads((VECTORS / "guide-signed.json").read_bytes())
    options = {name: value for name, value in signed["proof"].items() if name != "proofValue"}
    options["@context"] = signed["@context"]
    document = _unsigned(signed)

    assert form_with(learn(document), document) == (VECTORS / "guide-document-canon.txt").read_bytes()
    assert form_with(learn(options), options) == (VECTORS / "guide-proof-canon.txt").read_bytes()


def _documents_of(folder: Path) -> list[tuple[str, JsonObject]]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            try:
                found.append((path.name, _unsigned(read_json(path.read_bytes().strip(b"\xef\xbb\xbf \r\n\t")))))
            except Unreadable:
                continue  # text forms of vectors, pictures, tokens, samples that are no JSON
    return found


def test_every_example_and_vector_has_the_same_form_or_the_same_refusal(reference: Path) -> None:
    everything = _documents_of(reference / "openbadges" / "examples") + _documents_of(
        reference / "openbadges" / "vectors"
    )

    assert len(everything) >= 100
    for name, document in everything:
        assert _outcome(canonical_form, document) == _outcome(canonical.canonical_form, document), name


def test_every_example_whose_shape_can_be_learned_has_its_form_by_its_own_table(reference: Path) -> None:
    compared = 0

    for name, document in _documents_of(reference / "openbadges" / "examples"):
        try:
            form = form_with(learn(document), document)
        except (OpenBadgesError, ShapeNotLearned, OutsideTable):
            continue
        assert form == independent_form(document), name
        compared += 1

    assert compared >= 10


def test_hostile_addresses_are_looked_at_in_no_time() -> None:
    for text in ("https://a/" + "%41" * 700, "urn:" + "a%41/" * 400 + "%", "https://" + "a" * 2000 + "\x00"):
        began = time.process_time()

        IRI.fullmatch(text)

        assert time.process_time() - began < 0.01
