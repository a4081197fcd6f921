"""Canonical forms: the published ones byte for byte; nothing unsigned, nothing unbounded."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, parse

from assessor.openbadges import contexts
from assessor.openbadges.canonical import canonical_form, check_symmetry
from assessor.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_V3
from assessor.openbadges.errors import UnknownContext, UnsafeDocument
from assessor.openbadges.strict_json import JsonObject
from tests.unit.openbadges.badges import VECTORS, credential

EXAMPLES_V2 = "https://www.w3.org/ns/credentials/examples/v2"


def _unsigned(document: JsonObject) -> JsonObject:
    return {name: value for name, value in document.items() if name != "proof"}


def test_the_implementation_guides_badge_has_its_published_form_and_hash() -> None:
    document = _unsigned(json.loads((VECTORS / "guide-signed.json").read_bytes()))
    numbers = json.loads((VECTORS / "guide-numbers.json").read_bytes())

    form = canonical_form(document)

    assert form == (VECTORS / "guide-document-canon.txt").read_bytes()
    assert hashlib.sha256(form).hexdigest() == numbers["documentHashHex"]


@pytest.fixture
def examples_context(reference: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The context of the W3C's examples, which a real badge must not use."""
    path = reference / "openbadges" / "contexts" / "w3c-credentials-examples-v2.jsonld"
    entry = {"file": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    monkeypatch.setitem(contexts.index(), EXAMPLES_V2, entry)


@pytest.mark.usefixtures("examples_context")
def test_the_w3c_vector_has_its_published_form_and_hash(reference: Path) -> None:
    folder = reference / "openbadges" / "vectors" / "eddsa-rdfc-2022"
    document = _unsigned(json.loads((folder / "signedDataInt.json").read_bytes()))
    options = json.loads((folder / "proofConfigDataInt.json").read_bytes())

    assert canonical_form(document) == (folder / "canonDocDataInt.txt").read_bytes()
    assert hashlib.sha256(canonical_form(document)).hexdigest() == (folder / "docHashDataInt.txt").read_text().strip()
    assert hashlib.sha256(canonical_form(options)).hexdigest() == (folder / "proofHashDataInt.txt").read_text().strip()


def independent_form(document: JsonObject) -> bytes:
    """The same by a plain PyLD processor: no memory, its own reading into quads."""
    options = {"base": None, "documentLoader": contexts.load_document, "format": "application/n-quads"}
    quads = jsonld.JsonLdProcessor().to_rdf(document, options)
    dataset = Dataset(parse(quads.encode(), format=RdfFormat.N_QUADS))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset)).encode()


def test_remembered_contexts_change_nothing() -> None:
    badge = credential().document()
    other = _unsigned(json.loads((VECTORS / "guide-signed.json").read_bytes()))

    for document in (badge, other, badge):
        assert canonical_form(document) == independent_form(document)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.sampled_from(["name", "description"]))
def test_any_text_has_the_same_form_both_ways(text: str, member: str) -> None:
    document = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_V3],
        "id": "urn:x:1",
        "type": ["Achievement"],
        member: text,
    }

    assert canonical_form(document) == independent_form(document)


def _badge(**members: Any) -> JsonObject:
    return {**credential().document(), **members}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (_badge(nope=1), "nope"),
        (_badge(type=["VerifiableCredential", "Nope"]), "Nope"),
        (_badge(id="credentials/1"), "credentials/1"),
        (_badge(id="_:b0"), "_:b0"),
        (_badge(id="https://a.example/<b>"), "would not be signed"),
        (_badge(id=""), "would not be signed"),
        (_badge(description=None), "is empty"),
        (_badge(evidence=[]), "is empty"),
        (_badge(evidence=[None]), "empty value"),
        (_badge(**{"@graph": []}), "keyword"),
        (_badge(**{"@included": [{}]}), "keyword"),
        (_badge(description={"@value": "x", "@language": "en"}), "keyword"),
        (_badge(**{"@context": None}), "brings its own"),
        (_badge(**{"@context": []}), "empty or too long"),
        (_badge(**{"@context": [CREDENTIALS_V2, {"@vocab": "https://eve.example/"}]}), "brings its own"),
        (_badge(issuer={"id": "urn:x:1", "@context": {"name": "urn:x:2"}}), "brings its own"),
        (_badge(**{"a b": 1}), "a b"),
        (_badge(**{"https://a.example/<b>": "x"}), "could hide"),
        (_badge(**{"https://a.example/b": "x"}), "could hide"),
        (_badge(**{"cred:name": "x"}), "could hide"),
        (_badge(Image={"id": "https://a.example/1.png", "type": "Image"}), "could hide"),
        (_badge(issuer={"id": "urn:x:1", "type": ["https://a.example/Profile"]}), "not a word"),
        ({"id": "urn:x:1"}, "names no @context"),
        ({"@context": CREDENTIALS_V2}, "exactly one thing"),
    ],
)
def test_what_a_signature_would_not_cover_is_refused(document: JsonObject, reason: str) -> None:
    with pytest.raises(UnsafeDocument, match=reason):
        canonical_form(document)


def test_an_unknown_vocabulary_is_named() -> None:
    with pytest.raises(UnknownContext, match=r"eve\.example/v1"):
        canonical_form(_badge(**{"@context": [CREDENTIALS_V2, "https://eve.example/v1"]}))


def test_a_document_that_changes_its_contexts_often_is_refused() -> None:
    urls = list(contexts.index())
    evidence = [{"@context": [url], "type": ["Evidence"]} for url in urls]

    with pytest.raises(UnsafeDocument, match="too often"):
        canonical_form(_badge(evidence=evidence))


def _tree(depth: int) -> JsonObject:
    """Nameless parts inside nameless parts, all alike."""
    node: Any = {"type": ["Evidence"]}
    for _ in range(depth):
        node = {"type": ["Achievement"], "related": [node, node]}
    return _badge(evidence=[node])


@pytest.mark.parametrize("depth", [4, 7, 9])
def test_a_tree_of_equal_nameless_parts_is_refused_quickly(depth: int) -> None:
    canonical_form(credential().document())  # the contexts are processed once
    began = time.process_time()

    with pytest.raises(UnsafeDocument, match="look alike"):
        canonical_form(_tree(depth))

    assert time.process_time() - began < 1


def _graph(links: list[tuple[int, int]]) -> list[Quad]:
    return [Quad(BlankNode(f"n{a}"), NamedNode("urn:x:knows"), BlankNode(f"n{b}")) for a, b in links]


CLIQUES = [[(a, b) for a in range(size) for b in range(size) if a != b] for size in (7, 8, 12)]
RINGS = [[(a, (a + 1) % size) for a in range(size)] for size in (51, 500)]


@pytest.mark.parametrize("links", CLIQUES + RINGS)
def test_cliques_and_rings_of_nameless_parts_are_refused_quickly(links: list[tuple[int, int]]) -> None:
    quads = _graph(links)
    began = time.process_time()

    with pytest.raises(UnsafeDocument, match="look alike"):
        check_symmetry(quads)

    assert time.process_time() - began < 0.05


def test_many_pairs_that_form_chains_are_accepted_and_quick() -> None:
    document = credential().document()
    scale = {"type": ["ResultDescription"], "resultType": "Percent", "allowedValue": list("ABCDEFGH")}
    described = [{**scale, "id": f"urn:x:{place}", "name": "Grade"} for place in range(5)]
    document["credentialSubject"]["achievement"]["resultDescription"] += described

    began = time.process_time()

    assert canonical_form(document) == independent_form(document)
    assert time.process_time() - began < 2


def test_layers_of_pairs_are_refused() -> None:
    pairs = [(2 * layer + a, 2 * layer + 2 + b) for layer in range(12) for a in (0, 1) for b in (0, 1)]

    with pytest.raises(UnsafeDocument, match="look alike"):
        check_symmetry(_graph(pairs + [(b, a) for a, b in pairs]))


def test_six_alike_and_any_number_of_equal_leaves_are_accepted() -> None:
    ring = _graph([(a, (a + 1) % 6) for a in range(6)])
    leaves = [Quad(NamedNode("urn:x:1"), NamedNode("urn:x:has"), BlankNode(f"leaf{a}")) for a in range(200)]

    check_symmetry(ring + leaves)


def test_two_equal_results_are_still_ordered() -> None:
    document = credential().document()
    document["credentialSubject"]["result"] *= 2

    assert canonical_form(document) == independent_form(document)
