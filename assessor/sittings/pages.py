"""What learner pages show: languages, sounds, pictures, and the result in words."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session


from assessor.accounts import cards
from assessor.banks import releases
from assessor.frameworks import plain_words
from assessor.items.item import Item
from assessor.items.speech import sound_name
from assessor.sittings.models import Result, Sitting

STATIC = Path(__file__).parent.parent / "static"
COMPETENCE_ICONS = {"1.1": "search", "2.1": "message", "4.1": "phone", "4.2": "lock"}
MOST_SENTENCES = 5
MOST_STEPS = 3


@dataclass(frozen=True)
class ItemPage:
    """An item in the test's language, and in the learner's own where there is a translation."""

    item: Item
    home_item: Item | None


def item_page(session: Session, sitting: Sitting, item_id: str) -> ItemPage:
    """The texts of an item for this sitting. A missing translation leaves the home side out."""
    edition = releases.edition(session, sitting.release_id)
    item = edition.item_in(item_id, sitting.test_language) or edition.item(item_id)
    other = sitting.help_language if sitting.help_language != sitting.test_language else ""
    return ItemPage(item, edition.item_in(item_id, other) if other else None)


def interface_sound(language: str, text: str) -> str | None:
    """The file of a shipped sound of the interface, or None."""
    name = sound_name(language, text)
    return f"sounds/{name}" if name in _interface_sounds() else None


@cache
def _interface_sounds() -> frozenset[str]:
    return frozenset(path.name for path in (STATIC / "sounds").glob("*.mp3"))


@cache
def picture_svg(name: str) -> str:
    """The drawing of a picture word, to be put into the page."""
    if name not in cards.picture_words():
        return ""
    return (STATIC / "pictures" / f"{name}.svg").read_text(encoding="utf-8")


def result_page(session: Session, sitting: Sitting, result: Result) -> dict[str, Any]:
    """What the result page says: sentences of the band reached, the map, and what to learn next."""
    edition = releases.edition(session, sitting.release_id)
    test, home = sitting.test_language, sitting.help_language
    return {
        "can": _can(edition.competences, result.band, test, home),
        "map": [_map_row(code, result.competences.get(code), test, home) for code in edition.competences],
        "steps": _steps(edition.competences, result, test, home),
    }


def _can(codes: tuple[str, ...], band: int | None, test: str, home: str) -> list[dict[str, str]]:
    if band is None:
        return []
    lines = [
        {
            "icon": COMPETENCE_ICONS.get(code, "tick"),
            "text": plain_words.can(code, band, test)[position],
            "home_text": plain_words.can(code, band, home)[position],
        }
        for position in (0, 1)
        for code in codes
        if position < len(plain_words.can(code, band, "en"))
    ]
    return lines[:MOST_SENTENCES]


def _map_row(code: str, result: dict[str, Any] | None, test: str, home: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "icon": COMPETENCE_ICONS.get(code, "grid"),
        "code": code,
        "name": plain_words.name(code, test),
        "home_name": plain_words.name(code, home),
        "low": None,
    }
    if result is not None:
        row |= {bound: _on_the_bar(result[bound]) for bound in ("low", "mean", "high")}
    return row


def _on_the_bar(theta: float) -> float:
    """Where an ability lies on a bar of four equal bands: cuts −1, 0, 1 at 25, 50, 75; the ends at −2 and 2."""
    return min(100.0, max(0.0, 50 + 25 * theta))


def _steps(codes: tuple[str, ...], result: Result, test: str, home: str) -> list[dict[str, str]]:
    """First what went least well, then what was not asked; at most three."""
    weakest = sorted(codes, key=lambda code: result.competences.get(code, {"mean": 99.0})["mean"])
    target = min((result.band or 0) + 1, 2)
    return [
        {
            "icon": COMPETENCE_ICONS.get(code, "star"),
            "text": plain_words.next_step(code, target, test),
            "home_text": plain_words.next_step(code, target, home),
        }
        for code in weakest[:MOST_STEPS]
    ]


