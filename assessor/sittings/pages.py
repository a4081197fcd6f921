"""What learner pages show: languages, sounds, pictures, and the result in words."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from assessor.banks import releases
from assessor.credentials import wording
from assessor.credentials.standing import Standing
from assessor.frameworks import plain_words
from assessor.items.item import BANDS, Item
from assessor.sittings import outcomes
from assessor.sittings.models import Result, Sitting

STATIC = Path(__file__).parent.parent / "static"
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


def result_page(session: Session, sitting: Sitting, result: Result) -> dict[str, Any]:
    """What the result page says: sentences of the band reached, how sure it is, the map, and what to learn next."""
    edition = releases.edition(session, sitting.release_id)
    test, home = sitting.test_language, sitting.help_language
    band = None if result.band is None else BANDS[result.band - 1]
    standing = outcomes.standing_of(session, sitting, result)
    return {
        "can": _can(band, test, home) if band else [],
        "level": _level(standing, test, home) if standing else None,
        "map": [_map_row(code, result.competences.get(code), test, home) for code in edition.competences],
        "steps": _steps(edition.competences, result, band, test, home),
    }


def _can(band: str, test: str, home: str) -> list[dict[str, str]]:
    pairs = zip(plain_words.can_sentences(band, test), plain_words.can_sentences(band, home), strict=True)
    return [{"icon": one.icon, "text": one.phrase.text, "home_text": other.phrase.text} for one, other in pairs]


def _level(standing: Standing, test: str, home: str) -> dict[str, Any]:
    """The level in words and as a picture; ``maybe`` is the next band, when it may be reached already."""
    return {
        "reached": standing.reached,
        "maybe": min(standing.borderline, default=None),
        "is_highest": bool(standing.chances) and standing.reached == standing.chances[-1].level,
        "percent": wording.percent(standing.certainty),
        "chances": [
            {
                "level": one.level,
                "name": wording.level_name(one),
                "share": 100 * one.probability,
                "text": wording.chance_in_words(test, one.probability),
                "home_text": wording.chance_in_words(home, one.probability),
            }
            for one in standing.chances
        ],
    }


def _map_row(code: str, result: dict[str, Any] | None, test: str, home: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "icon": plain_words.icon(code),
        "code": code,
        "name": plain_words.short_name(code, test).text,
        "home_name": plain_words.short_name(code, home).text,
        "low": None,
    }
    if result is not None:
        row |= {bound: _on_the_bar(result[bound]) for bound in ("low", "mean", "high")}
    return row


def _on_the_bar(theta: float) -> float:
    """Where an ability lies on a bar of four equal bands: cuts −1, 0, 1 at 25, 50, 75; the ends at −2 and 2."""
    return min(100.0, max(0.0, 50 + 25 * theta))


def _steps(codes: tuple[str, ...], result: Result, band: str | None, test: str, home: str) -> list[dict[str, str]]:
    """What went least well comes first, what was not asked last; at most three."""
    asked_first = sorted(codes, key=lambda code: result.competences.get(code, {}).get("mean", math.inf))
    return [
        {
            "icon": plain_words.icon(code),
            "text": plain_words.next_step(code, band, test).text,
            "home_text": plain_words.next_step(code, band, home).text,
        }
        for code in asked_first[:MOST_STEPS]
    ]
