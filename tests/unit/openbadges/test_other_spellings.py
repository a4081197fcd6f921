"""The same signed statements, written in another way: nobody gains by it, whatever member it is."""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pyld import jsonld

from assessor.openbadges import canonical, contexts
from assessor.openbadges.achievement import Profile
from assessor.openbadges.canonical import MAX_CONTEXT_PLACES, canonical_form
from assessor.openbadges.checks import Report, Result, State
from assessor.openbadges.endorsement import Endorsement, endorse
from assessor.openbadges.errors import ProofInvalid
from assessor.openbadges.proof import check_proof
from assessor.openbadges.strict_json import JsonObject, read_json, write_json
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import (
    ADA_WITHDRAWN,
    DID,
    KEY,
    NOTHING_WITHDRAWN,
    NOW,
    SCHOOL,
    TRUST,
    credential,
    serving,
    signed,
    signed_anyhow,
    status_list,
)
from tests.unit.openbadges.exits import SMALL
from tests.unit.openbadges.strangers import ED25519_2020

LATER = NOW + timedelta(days=900)
V2, OB = SMALL["@context"]
BELIEVED = {Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN}


@dataclass(frozen=True)
class Change:
    """Where a badge was written otherwise, and how."""

    what: str
    badge: JsonObject


def _endorsed() -> JsonObject:
    """Ada's badge with an endorsement of the badge itself, and a holder with an id."""
    document = credential().document()
    about = Endorsement("urn:e:1", Profile(DID, "School of Olu"), document["id"], "Good", NOW - timedelta(days=1))
    document["endorsement"] = [read_json(endorse(about, SCHOOL, KEY.id(DID), NOW))]
    document["credentialSubject"]["id"] = "did:example:ada"
    return read_json(signed_anyhow(document))


BADGE = _endorsed()


def _objects(value: Any, path: str = "") -> Iterator[tuple[str, JsonObject]]:
    if isinstance(value, dict):
        yield path, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, entry in entries:
        if name != "@context":
            yield from _objects(entry, f"{path}.{name}")


def _at(badge: JsonObject, path: str) -> JsonObject:
    return dict(_objects(badge))[path]


def _words() -> dict[str, set[str]]:
    """Every word of the badge's vocabularies → what it stands for, anywhere in them."""
    found: dict[str, set[str]] = {}
    waiting = [contexts.context(url)["@context"] for url in BADGE["@context"]]
    while waiting:
        value = waiting.pop()
        for name, term in value.items() if isinstance(value, dict) else ():
            meaning = term.get("@id") if isinstance(term, dict) else term
            if isinstance(meaning, str) and not name.startswith("@"):
                found.setdefault(name, set()).add(meaning)
            if isinstance(term, dict) and isinstance(term.get("@context"), dict):
                waiting.append(term["@context"])
    return found


def renamed() -> Iterator[Change]:
    """Each member of each object by its full address, and each type."""
    words = _words()
    for path, value in _objects(BADGE):
        for member in value.keys() - {"@context"}:
            for meaning in words.get(member, ()):
                badge = copy.deepcopy(BADGE)
                place = _at(badge, path)
                place[meaning] = place.pop(member)
                yield Change(f"{path}.{member} as {meaning}", badge)
        kinds = value.get("type", [])
        for number, kind in enumerate(kinds if isinstance(kinds, list) else [kinds]):
            for meaning in words.get(kind, ()):
                badge = copy.deepcopy(BADGE)
                changed = [*(kinds if isinstance(kinds, list) else [kinds])]
                changed[number] = meaning
                _at(badge, path)["type"] = changed
                yield Change(f"{path}: type {kind} as address", badge)


def moved() -> Iterator[Change]:
    """Each member of the badge and of its holder in the endorsement's subject, which has the badge's id."""
    for member in BADGE.keys() - {"@context", "id", "type", "endorsement"}:
        badge = copy.deepcopy(BADGE)
        subject = badge["endorsement"][0]["credentialSubject"]
        subject["type"] += ["VerifiableCredential", "OpenBadgeCredential"]
        subject[member] = badge.pop(member)
        yield Change(f"{member} moved", badge)
    badge = copy.deepcopy(BADGE)
    both = copy.deepcopy(badge)["credentialSubject"]
    badge["credentialSubject"].pop("identifier")
    badge["evidence"].append({"id": both["id"], "type": ["AchievementSubject"], "identifier": both["identifier"]})
    yield Change("the holder told in the evidence", badge)


def split() -> Iterator[Change]:
    """Each named object in two pieces of one list, each member once in the second piece."""
    for path, value in _objects(BADGE):
        if not path or "id" not in value:
            continue
        above, _, name = path.rpartition(".")
        for member in value.keys() - {"id", "type", "@context"}:
            badge = copy.deepcopy(BADGE)
            place = _at(badge, path)
            piece = {"id": place["id"], "type": place.get("type", []), member: place.pop(member)}
            holder = _holder(badge, above)
            if isinstance(holder, list):
                holder.append(piece)
            else:
                holder[name] = [place, piece]
            yield Change(f"{path}.{member} in a piece of its own", badge)
        badge = copy.deepcopy(BADGE)
        place, holder = _at(badge, path), _holder(badge, above)
        bare = {"id": place["id"], "type": place.get("type", [])}
        if isinstance(holder, dict):
            holder[name] = [bare, place]
            yield Change(f"{path} behind a mere name", badge)


def _holder(badge: JsonObject, path: str) -> Any:
    value: Any = badge
    for name in path.split(".")[1:]:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def wrapped() -> Iterator[Change]:
    """Each value of each object in a list, or in a list in a list."""
    for path, value in _objects(BADGE):
        for member in value.keys() - {"@context"}:
            for depth in (1, 2) if path.count(".") < 2 else (1,):
                badge = copy.deepcopy(BADGE)
                place = _at(badge, path)
                place[member] = [place[member]] if depth == 1 else [[place[member]]]
                yield Change(f"{path}.{member} in {depth} lists", badge)


def with_more_contexts() -> Iterator[Change]:
    """Each other vocabulary behind those of the badge or of an object in it, and the proof saying which were signed."""
    for url in contexts.index().keys() - set(BADGE["@context"]):
        for named in (False, True):
            badge = copy.deepcopy(BADGE)
            if named:
                badge["proof"][0]["@context"] = badge["@context"]
            badge["@context"] = [*badge["@context"], url]
            yield Change(f"{url} appended{' and unsigned' if named else ''}", badge)
        badge = copy.deepcopy(BADGE)
        badge["credentialSubject"] = {"@context": url, **badge["credentialSubject"]}
        yield Change(f"{url} inside", badge)


def with_another_proof() -> Iterator[Change]:
    """Each member that a proof can have, added to it."""
    members: JsonObject = {
        "expires": "2099-01-01T00:00:00Z",
        "domain": "badges.example",
        "challenge": "x",
        "nonce": "x",
        "id": "urn:x:1",
        "credentialStatus": BADGE["credentialStatus"],
        "previousProof": "urn:x:2",
    }
    for member, value in members.items():
        badge = copy.deepcopy(BADGE)
        badge["proof"][0][member] = value
        yield Change(f"proof.{member}", badge)


CHANGES = [
    change
    for changes in (renamed, moved, split, wrapped, with_more_contexts, with_another_proof)
    for change in changes()
]


def _list(*places: int) -> Any:
    fresh = status_list(*places, valid_from=LATER - timedelta(hours=1), valid_until=LATER + timedelta(days=7))
    return serving(signed_anyhow(fresh))


CASES = {
    "withdrawn": (NOW, ADA_WITHDRAWN, ""),
    "expired": (LATER, _list(), ""),
    "of another": (NOW, NOTHING_WITHDRAWN, "did:example:eve"),
}


def _seen(badge: JsonObject, case: str) -> Report:
    now, lists, recipient = CASES[case]
    return verify(write_json(badge), TRUST, now, status=lists, recipient=recipient)


def _is_of_another(report: Report) -> bool:
    """Whether the check of the person failed: such a badge holds, and its verdict says whose it is not."""
    return any(check.name == "recipient" and check.state is State.FAILED for check in report.checks)


@pytest.mark.parametrize("case", CASES)
def test_no_other_spelling_makes_a_false_badge_better(case: str) -> None:
    honest = _seen(BADGE, case)

    better = [
        (change.what, report.result.name)
        for change in CHANGES
        if (report := _seen(change.badge, case)).result in BELIEVED and not _is_of_another(report)
    ]

    assert honest.result not in BELIEVED or _is_of_another(honest)
    assert better == []


def test_a_spelling_that_is_accepted_says_the_same() -> None:
    honest = verify(write_json(BADGE), TRUST, NOW, status=NOTHING_WITHDRAWN)
    found = [verify(write_json(change.badge), TRUST, NOW, status=NOTHING_WITHDRAWN) for change in CHANGES]

    accepted = [report for report in found if report.result is Result.GENUINE]

    assert honest.result is Result.GENUINE
    assert 0 < len(accepted) < len(CHANGES) / 2
    for report in accepted:
        for name in ("status", "validity window", "recipient", "refresh"):
            assert _check(report, name) == _check(honest, name)


def _check(report: Report, name: str) -> Any:
    return next(check for check in report.checks if check.name == name)


def test_no_vocabulary_has_two_words_for_what_a_badge_is_judged_by() -> None:
    words: dict[str, set[str]] = {}
    waiting = [contexts.context(url)["@context"] for url in contexts.index()]
    while waiting:
        value = waiting.pop()
        waiting += value if isinstance(value, list) else []
        for name, term in value.items() if isinstance(value, dict) else ():
            meaning = term.get("@id") if isinstance(term, dict) else term
            if isinstance(meaning, str) and not name.startswith("@"):
                words.setdefault(meaning, set()).add(name)
            waiting += [term["@context"]] if isinstance(term, dict) and "@context" in term else []

    double = {frozenset(name for name in names if name[0].islower()) for names in words.values()}

    # `signature` is the older name of a proof's value.
    assert {names for names in double if len(names) > 1} == {frozenset({"signature", "proofValue"})}


def test_an_issuer_may_give_a_badge_to_itself_and_endorse_itself() -> None:
    issuer = {"id": DID, "type": ["Profile"], "name": "School of Olu", "url": "https://badges.example"}
    subject = {**SMALL["credentialSubject"], "id": DID}
    subject["achievement"] = subject["achievement"] | {"creator": {"id": DID, "type": ["Profile"], "name": "Olu"}}

    form = canonical_form(SMALL | {"issuer": issuer, "credentialSubject": subject})

    assert b"AchievementSubject" in form


@pytest.mark.parametrize("more", [[ED25519_2020], [contexts.DID_V1], [contexts.CREDENTIALS_V1]])
def test_a_proof_over_a_graph_names_all_vocabularies_of_its_badge_or_none(more: list[str]) -> None:
    badge = read_json(signed())
    proof = badge["proof"][0] | {"@context": badge["@context"]}

    check_proof(badge, proof, SCHOOL.public_key)
    with pytest.raises(ProofInvalid, match="more vocabularies"):
        check_proof(badge | {"@context": [*badge["@context"], *more]}, proof, SCHOOL.public_key)


def _deep(depth: int) -> JsonObject:
    node: JsonObject = {"@context": [V2, OB] if depth % 2 else V2, "type": ["Evidence"]}
    return node | ({"evidence": _deep(depth - 1)} if depth else {"id": "urn:x:z"})


def _types(count: int) -> list[JsonObject]:
    kinds = sorted(name for name in _words() if "A" <= name[0] <= "Z")
    pairs = [[one, other] for one in kinds for other in kinds if one < other]
    return [{"type": pair} for pair in pairs[:: len(pairs) // count]]


def _costly() -> Iterator[tuple[str, JsonObject]]:
    yield "contexts in contexts", SMALL | {"evidence": [_deep(20)] * 3}
    yield "three deep", SMALL | {"evidence": [{**_deep(1), "name": f"{n}"} for n in range(15)]}
    yield "every kind of thing", SMALL | {"evidence": _types(100)}
    yield (
        "a context for every kind of thing",
        SMALL | {"evidence": [{"@context": [V2, OB], **value} for value in _types(30)]},
    )
    yield "many contexts", SMALL | {"evidence": [{"@context": V2, "type": ["Evidence"]}] * (MAX_CONTEXT_PLACES + 1)}


@pytest.mark.parametrize("document", [pytest.param(document, id=name) for name, document in _costly()])
def test_a_small_badge_costs_little_even_when_nothing_is_remembered(
    document: JsonObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = read_json(signed())["proof"]
    data = write_json(document | {"proof": proof})
    original, processed = jsonld.JsonLdProcessor._process_context, []

    def counting(*args: Any, **options: Any) -> Any:
        processed.append(1)
        return original(*args, **options)

    monkeypatch.setattr(jsonld.JsonLdProcessor, "_process_context", counting)
    canonical._processor._memo.clear()
    canonical._processor._words.clear()
    began = time.process_time()

    report = verify(data, TRUST, NOW)

    took = time.process_time() - began
    assert len(data) <= 8 * 1024
    assert report.result is not Result.GENUINE
    assert len(processed) <= 100
    assert took < 0.25
