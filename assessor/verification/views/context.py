"""What the pages of this context share: their blueprint, their words and places, and the key that they trust."""

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Blueprint, request

from assessor.credentials import issuer, kept, publishing
from assessor.database import db
from assessor.installation import settings
from assessor.security import POLICY
from assessor.verification import languages

pages = Blueprint("verification", "assessor.verification", template_folder="templates")

FOLDER = Path(__file__).parent.parent / "static"
WORDING = Path(__file__).parent.parent / "wording"
#: In the page itself: as a file it would cost more than it holds.
ICON = "data:image/svg+xml," + quote((FOLDER / "icon.svg").read_text(encoding="utf-8"), safe=" =:/,-'")


def version_of(contents: Iterable[bytes]) -> str:
    """The name of a folder with files of these contents, in this order: another one for every change in any of them."""
    return hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in contents)).hexdigest()[:12]


#: Of all parts of these pages: kept by browsers for ever, and never mixed with those of another version.
VERSION = version_of(path.read_bytes() for path in sorted(FOLDER.rglob("*")) if path.is_file())
PLACES = {
    "static": f"/c/static/{VERSION}/",
    "trust": "/c/trust/",
    "status": "/status/",
    "number": "/c/number",
    "worker": "/c/sw.js",
    "scope": "/c",
    "badge": "/verify",
    "manifest": "/c/manifest.webmanifest",
    "many": "/c/many",
    "guide": "/c/guide",
}
#: Pages with the scanner: its decoder is WebAssembly. Nothing else of the policy is wider than elsewhere.
SCANNER_POLICY = f"{POLICY}; script-src 'self' 'wasm-unsafe-eval'"
#: Of a file that is no page: opened alone it loads nothing. A scan pays for the long one ten times.
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'"


@pages.app_url_defaults
def _of_this_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "verification.static_file":
        values.setdefault("version", VERSION)


def frame(language: str) -> dict[str, Any]:
    """What every page of this context knows: its words, its places, and the key that it trusts."""
    return {
        "words": words_of(language),
        "language": language,
        "direction": languages.BY_CODE[language].direction,
        "spoken": languages.LANGUAGES,
        "places": PLACES,
        "tab_icon": ICON,
        "root_key": newest(kept.ROOT_KEY, lambda: publishing.root_key(db.session)).hex(),
        "issuer": issuer.did(settings()),
    }


@cache
def words_of(language: str) -> dict[str, Any]:
    """What the pages say in one of our languages."""
    words: dict[str, Any] = json.loads((FOLDER / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return words


@cache
def wording_of(language: str) -> dict[str, Any]:
    """What two pages of long texts say, which no browser needs to keep: the guide, and the one for any badge."""
    wording: dict[str, Any] = json.loads((WORDING / f"{language}.json").read_text(encoding="utf-8"))
    return wording


def wanted_language(code: str = "") -> str:
    """``code`` where it is one of ours, else the first that the browser asks for, as `static/page.js` takes it."""
    asked = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((one for one in (code, *asked) if one in languages.BY_CODE), "en")


def newest(name: str, make: Callable[[], bytes]) -> bytes:
    """What the database holds, or what was kept of it while it does not answer."""
    return kept.newest(db.session, settings(), name, make)
