"""What a badge says, for a person: the few things that are compared with the paper and the person.

The words are the issuer's own, of either edition of Open Badges. They are shown as text, cut where they are too long.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessor.openbadges.checks import Report
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.recipient import Identity, identities_v2, identities_v3
from assessor.openbadges.strict_json import JsonObject
from assessor.openbadges.vc_1_1 import begin_of, end_of

MAX_TEXT = 200
MAX_RESULTS = 12
#: So many results are looked at together, whatever they are.
FEW = 3


@dataclass(frozen=True)
class Said:
    """What a badge says. An empty text = it does not say it.

    `holder`: how it names whom it is about, where that can be read (not a hash). `results`: what was measured, each
    with its value or level. `levels`: those of them that a person understands without statistics.
    """

    title: str = ""
    holder: str = ""
    issuer: str = ""
    results: tuple[tuple[str, str], ...] = ()
    issued: datetime | None = None
    expires: datetime | None = None
    description: str = ""
    levels: tuple[tuple[str, str], ...] = ()

    @property
    def measures(self) -> tuple[tuple[str, str], ...]:
        """The other results."""
        return tuple(result for result in self.results if result not in self.levels)

    def as_json(self) -> JsonObject:
        """The same for the command, days as days."""
        return {
            "title": self.title,
            "holder": self.holder,
            "issuer": self.issuer,
            "results": [{"name": name, "value": value} for name, value in self.results],
            "issued": f"{self.issued:%Y-%m-%d}" if self.issued else "",
            "expires": f"{self.expires:%Y-%m-%d}" if self.expires else "",
        }


def what_it_says(report: Report) -> Said | None:
    """What the badge of a report says; None = it may not be shown."""
    if report.credential is None:
        return None
    return _said_v2(report.credential) if "badge" in report.credential else _said_v3(report.credential)


def _said_v3(badge: JsonObject) -> Said:
    subject = _object(badge, "credentialSubject")
    achievement = _object(subject, "achievement")
    results = list(_results(subject, achievement))[:MAX_RESULTS]
    return Said(
        title=_text(achievement.get("name")) or _text(badge.get("name")),
        holder=_readable(identities_v3(badge)),
        issuer=_text(_object(badge, "issuer").get("name")) or _text(badge.get("issuer")),
        results=tuple((name, value) for name, value, _ in results),
        levels=tuple((name, value) for name, value, is_level in results if is_level or len(results) <= FEW),
        issued=read_timestamp(begin_of(badge)),
        expires=read_timestamp(end_of(badge)),
        description=_text(achievement.get("description")),
    )


def _said_v2(assertion: JsonObject) -> Said:
    badge_class = _object(assertion, "badge")
    return Said(
        title=_text(badge_class.get("name")),
        holder=_readable(identities_v2(assertion)),
        issuer=_text(_object(badge_class, "issuer").get("name")),
        issued=read_timestamp(assertion.get("issuedOn")),
        expires=read_timestamp(assertion.get("expires")),
        description=_text(badge_class.get("description")),
    )


def _readable(identities: Sequence[Identity]) -> str:
    """The holder's name, else what else they are called by."""
    order = {"name": 0, "e-mail": 1}
    plain = sorted((one for one in identities if not one.hashed), key=lambda one: order.get(one.kind, 2))
    return _text(plain[0].value) if plain else ""


def _results(subject: JsonObject, achievement: JsonObject) -> Iterator[tuple[str, str, bool]]:
    """Name and value of each result, and whether it is a level."""
    described = {str(one.get("id")): one for one in _objects(achievement, "resultDescription")}
    for result in _objects(subject, "result"):
        description = described.get(str(result.get("resultDescription")), {})
        levels = {str(one.get("id")): _text(one.get("name")) for one in _objects(description, "rubricCriterionLevel")}
        level = levels.get(str(result.get("achievedLevel")), "")
        value = _text(result.get("value"))
        said = f"{level} ({value})" if level and value else level or value or _text(result.get("status"))
        if said:
            yield _text(description.get("name")) or "Result", said, bool(level)


def _object(document: JsonObject, name: str) -> JsonObject:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _objects(document: JsonObject, name: str) -> list[JsonObject]:
    value = document.get(name, [])
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _text(value: Any) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
