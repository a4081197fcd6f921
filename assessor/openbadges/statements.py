"""One way to write a statement: what a graph says is said by short words, and of each thing in one place.

A signature over a graph covers statements, not JSON. The same statements can be written with a full address for a
member (`https://www.w3.org/2018/credentials#credentialStatus`), or in another object with the same id; whoever reads a
badge by its words would then not see that it can be withdrawn. Both are refused before anything is believed.

    >>> from assessor.openbadges.statements import check_spelling
    >>> check_spelling({"@context": "https://www.w3.org/ns/credentials/v2", "name": "A"})
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from assessor.openbadges.errors import UnsafeDocument
from assessor.openbadges.strict_json import JsonObject

# What an endorsement says of a thing stands in an object of its own, which has the id of the thing.
_VOCABULARY = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
_COMMENT = f"{_VOCABULARY}endorsementComment"
_PROFILE = f"{_VOCABULARY}Profile"
_SUBJECT = "https://www.w3.org/2018/credentials#credentialSubject"
# What a badge says of its holder, and of nobody else (Open Badges 3.0, AchievementSubject).
_OF_SUBJECT = frozenset(
    f"{_VOCABULARY}{word}"
    for word in (
        *("achievement", "activityEndDate", "activityStartDate", "creditsEarned", "identifier"),
        *("licenseNumber", "narrative", "result", "role", "source", "term"),
    )
)
_NOT_STATED = frozenset({"@id", "@type", _COMMENT})


def check_spelling(document: JsonObject) -> None:
    """Raise `UnsafeDocument` for members and types written in another way than as a word of a vocabulary.

    Members have no colon (an address, or one in short) and begin small: where a vocabulary gives a member and a kind of
    thing the same meaning (`image`, `Image`), only the first names a member.
    """
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += [entry for entry in value if isinstance(entry, dict | list)]
            continue
        for name, member in value.items():
            if ":" in name or "A" <= name[:1] <= "Z":
                raise UnsafeDocument(f"“{name[:80]}” is not a word of the badge's vocabulary: it could hide a member.")
            if name == "type":
                _check_types(member)
            elif name != "@context" and isinstance(member, dict | list):
                waiting.append(member)


def check_status_entries(document: JsonObject) -> None:
    """Raise `UnsafeDocument` for a way to withdraw a badge that says something in a list where one value belongs.

    As a graph a list of one says the same, so that anybody could write it and make the status unreadable.
    """
    entries = document.get("credentialStatus")
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, list) or (
            isinstance(entry, dict)
            and any(isinstance(value, list) for name, value in entry.items() if name not in {"@context", "type"})
        ):
            raise UnsafeDocument("“credentialStatus” has a list where one value belongs: it could not be read.")


def _check_types(types: Any) -> None:
    for entry in types if isinstance(types, list) else [types]:
        if isinstance(entry, str) and ":" in entry:
            raise UnsafeDocument(f"The type “{entry[:80]}” is not a word of the badge's vocabulary.")


def check_told_once(root: JsonObject) -> None:
    """Raise `UnsafeDocument` if a thing is told in pieces, so that its usual place does not say all that is signed.

    `root`: the expanded document. Of several objects with one id, one says all that the others say. The document
    itself and its subject say it where they stand. Only of organisations and people (profiles) may each place tell
    something else: honest badges name one as issuer, as endorser, as creator and as holder.
    """
    told: dict[str, list[JsonObject]] = {}
    for siblings in _lists_in(root):
        names = Counter(entry["@id"] for entry in siblings)
        for entry in siblings:
            told.setdefault(entry["@id"], []).append(entry)
        for name in (name for name, count in names.items() if count > 1):
            _check_whole(name, [entry for entry in siblings if entry["@id"] == name], every=True)
    for name, objects in told.items():
        if len(objects) > 1:
            _check_object(name, objects, root)


def _lists_in(root: JsonObject) -> Iterator[list[JsonObject]]:
    """Of every list in an expanded document, the objects with a name."""
    waiting: list[Any] = [[root]]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            yield [entry for entry in value if isinstance(entry, dict) and "@id" in entry]
            waiting += value
        elif isinstance(value, dict) and "@value" not in value:
            waiting += [member for name, member in value.items() if name not in {"@id", "@type"}]


def _check_object(name: str, objects: list[JsonObject], root: JsonObject) -> None:
    if root.get("@id") == name:
        _check_says_all(name, root, objects)
    elif not any(_PROFILE in value.get("@type", ()) for value in objects):
        _check_whole(name, objects)
    for subject in root.get(_SUBJECT, ()):
        if subject.get("@id") == name:
            _check_says_all(name, subject, objects, _OF_SUBJECT)


def _check_says_all(
    name: str, value: JsonObject, objects: list[JsonObject], words: frozenset[str] | None = None
) -> None:
    """That one object says all that others say of it; `words`: in these, None = in any."""
    everything = frozenset().union(*map(_statements, objects)) - _statements(value)
    if any(words is None or word in words for word, _ in everything):
        _refuse(name)


def _check_whole(name: str, objects: list[JsonObject], *, every: bool = False) -> None:
    """That one object says everything, or every one does."""
    told = [_statements(value) for value in objects]
    everything = frozenset().union(*told)
    if not (all if every else any)(statements == everything for statements in told):
        _refuse(name)


def _refuse(name: str) -> NoReturn:
    raise UnsafeDocument(f"The document tells of “{name[:80]}” in several places, in each something else.")


def _statements(value: JsonObject) -> frozenset[tuple[str, str]]:
    """What an object says itself; of things with a name, only the name."""
    return frozenset(
        (name, _written(entry))
        for name, entries in value.items()
        if name not in _NOT_STATED
        for entry in (entries if isinstance(entries, list) else [entries])
    )


def _written(entry: Any) -> str:
    if isinstance(entry, dict) and "@id" in entry:
        return str(entry["@id"])
    return json.dumps(entry, sort_keys=True)
