"""What the pages of this context share: their blueprint, their words and places, and the key that they trust."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint

from assessor import locale
from assessor.credentials import kept, publishing
from assessor.database import db
from assessor.installation import settings

pages = Blueprint("verification", "assessor.verification", template_folder="templates")

FOLDER = Path(__file__).parent.parent / "static"
PLACES = {
    "static": "/c/static/",
    "trust": "/c/trust/",
    "status": "/status/",
    "number": "/c/number",
    "worker": "/c/sw.js",
    "scope": "/c",
    "badge": "/verify",
}


def frame(language: str) -> dict[str, Any]:
    """What every page of this context knows: its words, its places, and the key that it trusts."""
    return {
        "words": _words(language),
        "language": language,
        "spoken": {one.code: one.name for one in locale.LANGUAGES},
        "places": PLACES,
        "root_key": newest(kept.ROOT_KEY, lambda: publishing.root_key(db.session)).hex(),
    }


@cache
def _words(language: str) -> dict[str, Any]:
    words: dict[str, Any] = json.loads((FOLDER / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return words


def newest(name: str, make: Callable[[], bytes]) -> bytes:
    """What the database holds, or what was kept of it while it does not answer."""
    return kept.newest(db.session, settings(), name, make)
