"""A document's canonical form: the bytes that an `eddsa-rdfc-2022` signature covers.

JSON-LD expansion by PyLD (contexts pinned, nothing fetched, no base), then RDFC-1.0 by pyoxigraph. Whatever
JSON-LD would drop in silence is refused here, so that everything a person reads in a badge is signed. The converse is
kept as well: a graph can be written in many ways, and a badge is read by its short words in their usual places, so
other spellings of what is signed (`statements`) are refused.

    >>> from assessor.openbadges.canonical import canonical_form
    >>> canonical_form({"@context": "https://www.w3.org/ns/credentials/v2", "id": "urn:x:1", "name": "A"})
    b'<urn:x:1> <https://schema.org/name> "A" .\\n'
"""

import hashlib
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NoReturn

from frozendict import frozendict
from pyld import jsonld
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from assessor.openbadges.contexts import is_pinned, load_document
from assessor.openbadges.errors import TooSymmetrical, UnknownContext, UnsafeDocument
from assessor.openbadges.grammar import MAX_IRI, is_iri
from assessor.openbadges.statements import check_spelling, check_status_entries, check_told_once
from assessor.openbadges.strict_json import JsonObject

MAX_CONTEXT_LISTS = 3  # different ones in one document; each costs milliseconds to process
MAX_CONTEXTS = 6
MAX_CONTEXT_PLACES = 32  # a badge with nine endorsements, each with its own and one in its proof, has nineteen
MAX_CONTEXT_DEPTH = 3  # a badge, an endorsement in it, the proof of that
MAX_CONTEXT_CHAINS = 6  # different ones from the root inwards: each is processed for itself
#: What is ordered as a graph. Badges with pictures inside are below 64 kB, the largest endorsements add 16 kB each.
MAX_GRAPH_BYTES = 128 * 1024
MAX_EQUAL_BLANK_NODES = 6  # six take 24 ms at worst, seven 242, eight seconds (spec/fast-rdfc.md, section 5)
MAX_CHAIN_WORK = 5_000  # nodes times links: a ring of 50 has 5,000 and takes 11 ms
MAX_MEMOISED = 256
MAX_WORDS, MAX_WORD = 8192, 200
_INNER = (dict, list)
_Chain = tuple[tuple[str, ...], ...]
_NOT_TEXTS = frozenset({dict, list, type(None)})


def canonical_form(document: JsonObject) -> bytes:
    """The RDFC-1.0 N-Quads of a JSON-LD document, in bounded time.

    The document has been read strictly (`strict_json`). Raises `UnknownContext` for a context that is not
    pinned and `UnsafeDocument` for anything a signature would not cover: undefined members and types,
    relative addresses, nulls, empty arrays, names of blank nodes, graphs too symmetrical to be ordered
    quickly.
    """
    quads = quads_of(document)
    check_symmetry(quads)
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset)).encode()


def quads_of(document: JsonObject) -> list[Quad]:
    """The graph of a document, its nameless parts named at random; refusals as in `canonical_form`."""
    if len(json.dumps(document, ensure_ascii=False)) > MAX_GRAPH_BYTES:
        raise UnsafeDocument(f"The document is larger than {MAX_GRAPH_BYTES // 1024} kB: too large for its signature.")
    _check_vocabulary(document)
    check_spelling(document)
    expanded = _expand(document)
    _check_expanded(expanded)
    check_told_once(expanded[0])
    return _read_quads(expanded)


def check_words(document: JsonObject) -> None:
    """That every word has one meaning, and that the way to withdraw the badge can be read.

    >>> from assessor.openbadges.canonical import check_words
    >>> check_words({"@context": "https://www.w3.org/ns/credentials/v2", "id": "urn:x:1"})
    """
    check_status_entries(document)
    _check_vocabulary(document)


def _check_vocabulary(document: JsonObject) -> None:
    """`check_contexts` and `check_members`, sooner for documents in which there is nothing to find."""
    if _is_plain(document):
        _context_list(document["@context"])
    else:
        check_contexts(document)
        check_members(document)


def _is_plain(document: JsonObject) -> bool:
    """Whether a document has one `@context`, at its root, and certainly no other keyword, null or empty list."""
    names: set[str] = set()
    level: list[Any] = [{name: member for name, member in document.items() if name != "@context"}]
    while level:
        members: list[Any] = []
        for value in level:
            if type(value) is dict:
                names.update(value)
                members += value.values()
            else:
                members += value
        level = [member for member in members if type(member) in _NOT_TEXTS]
        if not all(level):
            return False
    return "@context" in document and not any(name[:1] == "@" for name in names)


def check_contexts(document: JsonObject) -> None:
    """Every `@context`, also inside, is a pinned address or a list of such; few of them, and few different lists.

    Each one is processed anew below each other one: what stands above counts, not only how many are different.
    """
    chains = _contexts(document)
    if not chains or "@context" not in document:
        raise UnsafeDocument("The document names no @context, so its words have no fixed meaning.")
    different = set(chains)
    lists = {context for chain in different for context in chain}
    deepest = max(map(len, different))
    too_many = len(lists) > MAX_CONTEXT_LISTS or len(different) > MAX_CONTEXT_CHAINS
    if too_many or len(chains) > MAX_CONTEXT_PLACES or deepest > MAX_CONTEXT_DEPTH:
        raise UnsafeDocument("The document changes its @context too often.")


def check_members(document: JsonObject) -> None:
    """No keyword, null or empty array: JSON-LD would give them another meaning or drop them in silence."""
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += _inner_values(value)
        elif None in value:
            raise UnsafeDocument("A list holds an empty value: a signature cannot cover it.")
        else:
            waiting += [entry for entry in value if isinstance(entry, _INNER)]


def _inner_values(value: JsonObject) -> list[Any]:
    """The objects and lists in an object that has no keyword and nothing empty."""
    inner = []
    for name, member in value.items():
        if name[:1] == "@":
            if name != "@context":
                raise UnsafeDocument(f"The document uses the JSON-LD keyword “{name[:40]}”.")
        elif isinstance(member, str):
            continue
        elif member is None or member == []:
            raise UnsafeDocument(f"“{name[:60]}” is empty: a signature cannot cover it.")
        elif isinstance(member, _INNER):
            inner.append(member)
    return inner


def _contexts(document: JsonObject) -> list[_Chain]:
    """Every `@context` of a document, also inside, behind those that stand above it."""
    found: list[_Chain] = []
    waiting: list[tuple[Any, _Chain]] = [(document, ())]
    while waiting:
        value, above = waiting.pop()
        if isinstance(value, dict):
            if "@context" in value:
                above = (*above, _context_list(value["@context"]))
                found.append(above)
                value = {name: member for name, member in value.items() if name != "@context"}
            value = value.values()
        waiting += [(entry, above) for entry in value if isinstance(entry, _INNER)]
    return found


def _context_list(context: Any) -> tuple[str, ...]:
    urls = context if isinstance(context, list) else [context]
    if not urls or len(urls) > MAX_CONTEXTS:
        raise UnsafeDocument("The document's @context is empty or too long.")
    for url in urls:
        if not isinstance(url, str):
            raise UnsafeDocument("The document brings its own @context: words could mean anything.")
        if not is_pinned(url):
            raise UnknownContext(f"The badge uses the vocabulary “{url[:200]}”, which is not known here.")
    return tuple(urls)


def _refuse_dropped(name: Any) -> NoReturn:
    raise UnsafeDocument(f"“{str(name)[:80]}” is not defined by the badge's vocabulary: it would not be signed.")


class _MemoisingProcessor(jsonld.JsonLdProcessor):
    """PyLD's processor, remembering processed contexts and what words mean in them.

    PyLD forgets them with every badge: its cache is keyed by an id that is new for each clone, and four
    fifths of expansion is building the same 218 terms again. Keys hold identities, so the keyed objects are
    kept alive; only finished contexts (frozendict) count, since half-built ones occur while PyLD validates
    scoped contexts.
    """

    def __init__(self) -> None:
        super().__init__(on_property_dropped=_refuse_dropped)
        self._memo: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._words: dict[tuple[int, str], tuple[Any, Any]] = {}

    def _process_context(
        self,
        active_ctx: Any,
        local_ctx: Any,
        options: Any,
        override_protected: bool = False,
        propagate: bool = True,
        validate_scoped: bool = True,
        cycles: Any = None,
    ) -> Any:
        rest = (override_protected, propagate, validate_scoped)
        if cycles is not None or not isinstance(active_ctx, frozendict):
            return super()._process_context(active_ctx, local_ctx, options, *rest, cycles)
        name = tuple(local_ctx) if _is_url_list(local_ctx) else id(local_ctx)
        key = (id(active_ctx), name, *rest)
        if key not in self._memo:
            if len(self._memo) >= MAX_MEMOISED:
                self._memo.clear()
            processed = super()._process_context(active_ctx, local_ctx, options, *rest, cycles)
            self._memo[key] = (processed, active_ctx, local_ctx)
        return self._memo[key][0]

    def _expand_iri(
        self,
        active_ctx: Any,
        value: Any,
        base: Any = None,
        vocab: bool = False,
        local_ctx: Any = None,
        defined: Any = None,
    ) -> Any:
        is_word = vocab and type(value) is str and len(value) <= MAX_WORD
        if not is_word or base is not None or local_ctx is not None or not isinstance(active_ctx, frozendict):
            return super()._expand_iri(active_ctx, value, base, vocab, local_ctx, defined)
        key = (id(active_ctx), value)
        if key not in self._words:
            if len(self._words) >= MAX_WORDS:
                self._words.clear()
            self._words[key] = (super()._expand_iri(active_ctx, value, vocab=True), active_ctx)
        return self._words[key][0]


def _is_url_list(context: Any) -> bool:
    return isinstance(context, list) and all(isinstance(url, str) for url in context)


_processor = _MemoisingProcessor()
_one_at_a_time = threading.Lock()  # neither PyLD's caches nor the memo are safe for several threads


def _expand(document: JsonObject) -> list[Any]:
    # `base: None` matters: PyLD's default base turns an undefined type into http://example.org/base/… and
    # signs it.
    options = {"base": None, "documentLoader": load_document, "processingMode": "json-ld-1.1"}
    try:
        with _one_at_a_time:
            expanded: list[Any] = _processor.expand(document, options)
    except UnsafeDocument:
        raise
    except jsonld.JsonLdError as error:
        raise UnsafeDocument(f"The document is not valid JSON-LD: {_innermost(error)}") from error
    # PyLD has no other family of errors: odd shapes of input surface as these.
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise UnsafeDocument("The document is not valid JSON-LD.") from error
    return expanded


def _innermost(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error.args[0])[:120] if error.args else type(error).__name__


def _check_expanded(expanded: list[Any]) -> None:
    """Everything that will be a name in the graph is an absolute, well-formed IRI."""
    waiting: list[Any] = list(expanded)
    if len(expanded) != 1:
        raise UnsafeDocument("The document does not describe exactly one thing.")
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            for name, member in value.items():
                if name == "@id":
                    _check_name(member)
                elif name == "@type":
                    for iri in member if isinstance(member, list) else [member]:
                        _check_word(iri)
                elif name == "@language":
                    raise UnsafeDocument("The document marks the language of a text, which badges here do not do.")
                elif name != "@value":
                    if not name.startswith("@"):
                        _check_word(name)
                    waiting.append(member)


def _check_name(iri: Any) -> None:
    if not isinstance(iri, str) or len(iri) > MAX_IRI or not _is_name(iri):
        _refuse_name(iri)


def _check_word(iri: Any) -> None:
    """The same for members and types, which are words of the vocabularies and come again and again."""
    if not isinstance(iri, str) or len(iri) > MAX_WORD or not _is_word(iri):
        _check_name(iri)


def _refuse_name(iri: Any) -> NoReturn:
    raise UnsafeDocument(f"“{str(iri)[:80]}” is not a known word nor a full address: it would not be signed.")


@lru_cache(maxsize=1024)
def _is_word(iri: str) -> bool:
    return _is_name(iri)


def _is_name(iri: str) -> bool:
    """Whether the reader of graphs takes the address: what breaks RFC 3987, `%zz` or a second `#`, it drops.

    Names of people and of their badges are among them: they are not remembered.
    """
    if iri.startswith("_:") or not is_iri(iri):
        return False
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return True


def _read_quads(expanded: list[Any]) -> list[Quad]:
    try:
        return list(parse(json.dumps(expanded).encode(), format=RdfFormat.JSON_LD))
    except (SyntaxError, ValueError) as error:
        raise UnsafeDocument("The document is not a valid graph.") from error


def check_symmetry(quads: Iterable[Quad]) -> None:
    """Raise `TooSymmetrical` for graphs whose blank nodes cannot be told apart quickly, before starting to try.

    First-degree hashes (RDFC-1.0, section 4.6) separate almost every blank node in a real badge. Of those that share
    a hash, six in any arrangement are quick. More are quick only as chains: where a node has two neighbours that look
    alike, the algorithm tries their permutations (section 4.8). Nodes that touch no other blank node cost nothing.
    """
    with_blanks = [(quad, nodes) for quad in quads if (nodes := set(_blank_nodes(quad)))]
    linked: set[BlankNode] = set().union(*(nodes for _, nodes in with_blanks if len(nodes) > 1))
    if len(linked) <= MAX_EQUAL_BLANK_NODES:
        return
    touching: dict[BlankNode, list[Quad]] = defaultdict(list)
    for quad, nodes in with_blanks:
        for node in nodes:
            touching[node].append(quad)
    hashes = {node: _first_degree_hash(node, touching[node]) for node in linked}
    count = Counter(hashes.values())
    alike = {node: value for node, value in hashes.items() if count[value] > 1}
    if len(alike) <= MAX_EQUAL_BLANK_NODES:
        return
    links = sum(len(_blank_nodes(quad)) - 1 for node in alike for quad in touching[node])
    if links * len(alike) > MAX_CHAIN_WORK or any(_has_twins(node, touching[node], alike) for node in alike):
        raise TooSymmetrical("Too many nameless parts of the badge look alike: it cannot be checked quickly.")


def _blank_nodes(quad: Quad) -> list[BlankNode]:
    return [term for term in (quad.subject, quad.object, quad.graph_name) if type(term) is BlankNode]


def _has_twins(node: BlankNode, quads: list[Quad], alike: dict[BlankNode, bytes]) -> bool:
    """Whether two neighbours of a node stand to it in the same way and look alike."""
    neighbours: dict[tuple[str, str, bytes], BlankNode] = {}
    for quad in quads:
        for place, term in (("s", quad.subject), ("o", quad.object), ("g", quad.graph_name)):
            if isinstance(term, BlankNode) and term != node and term in alike:
                predicate = "" if place == "g" else quad.predicate.value
                if neighbours.setdefault((place, predicate, alike[term]), term) != term:
                    return True
    return False


def _first_degree_hash(node: BlankNode, quads: list[Quad]) -> bytes:
    lines = []
    for quad in quads:
        terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
        lines.append(
            " ".join(
                str(term) if not isinstance(term, BlankNode) else "_:a" if term == node else "_:z" for term in terms
            )
        )
    return hashlib.sha256("\n".join(sorted(lines)).encode()).digest()
