"""The checking page as files that anybody can host, and as one file that opens from a folder: it works without us.

A copy trusts what this page trusts: the same root key, the same signed files. What needs our server (a typed number, a
badge file) is not in it. The same trust gives the same bytes, so people can compare a published hash.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import issued, mirroring, publishing, status
from assessor.credentials.models import MirroredDocument, StatusList
from assessor.verification import one_file
from assessor.verification.views.context import FOLDER, frame, version_of

#: Relative, so that the folder works at any address of any host.
PLACES = {
    "trust": "trust/",
    "status": "status/",
    "worker": "sw.js",
    "scope": "./",
    "manifest": "manifest.webmanifest",
}
INSIDE = {"static": "", "trust": "trust/", "status": "status/"}
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
#: In our folder of static files, but of pages that need a server, or with a place of its own in a copy.
NOT_COPIED = ("sw.js", "many.js", "many.css", "pile.js", "guide.css", "badge.css", "tongues.css", "icon.svg")
SINGLE = "check.html"
#: What the address bar must say is the issuer's address, and not that of a copy. And where the page was opened from a
#: folder, browsers run none of its modules: then the way to the one file stays.
OF_A_COPY = """
.banner .address, .address.narrow { display: none; }
.late { animation-delay: 2s; }
"""
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Trusted:
    """The signed files by their places in a copy. `made`: none of the status lists is older. `lacking`: not had yet."""

    files: Files
    made: datetime
    lacking: tuple[str, ...] = ()


def trusted(session: Session, settings: Settings, now: datetime) -> Trusted:
    """Everything that a check may ask for: the bundle, our own files and those of partners, as they are signed now."""
    bundle = publishing.bundle(session, settings, now)
    files = {
        "trust/bundle": publishing.signed_bundle(session, settings, now),
        "trust/catalogue": publishing.signed_catalogue(session, settings),
        "trust/withdrawals": publishing.signed_withdrawals(session, settings),
    }
    for kid in issued.places(session, settings):
        files[f"trust/issued/{kid}"] = issued.leaves(session, kid)
    for number, purpose, _as_json, as_jwt in status.signed_lists(session):
        files[f"status/{number}{'-suspension' if purpose == 'suspension' else ''}.jwt"] = as_jwt
    dates = list(session.scalars(select(StatusList.signed_at).where(StatusList.signed_at.is_not(None))))
    lacking = []
    for one in mirroring.wanted(session, settings, now):
        found = session.get(MirroredDocument, (one.place, one.name))
        if found is None:
            lacking.append(one.url)
            continue
        files[f"trust/{one.place}/{one.name}"] = found.body
        if one.name.startswith("status/"):
            dates.append(found.dated)
    made = min((date for date in dates if date is not None), default=bundle.issued)
    return Trusted(files, made.replace(microsecond=0), tuple(sorted(lacking)))


def folder(settings: Settings, known: Trusted) -> Files:
    """The files of a folder by their paths in it, without list of hashes."""
    files = dict(known.files)
    paths = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*")) if path.is_file()}
    parts = {name: path.read_bytes() for name, path in paths.items() if name not in NOT_COPIED}
    parts["verify.css"] = _style().encode()
    worker = (FOLDER / "sw.js").read_bytes()
    static = f"static/{version_of([*parts.values(), worker])}/"
    files |= {f"{static}{name}": content for name, content in parts.items()}
    files["sw.js"] = worker
    files["manifest.webmanifest"] = _manifest(static)
    files["index.html"] = _page(settings, known, PLACES | {"static": static}, POLICY, SINGLE).encode()
    files[SINGLE] = single(settings, known)
    return files


def single(settings: Settings, known: Trusted) -> bytes:
    """The whole page as one HTML file: scripts, words, scanner and the signed files inside, and no network at all."""
    page = _page(settings, known, INSIDE, one_file.POLICY_PLACE)
    return one_file.pack(page, FOLDER, _style(), known.files, int(known.made.timestamp())).encode()


def _page(settings: Settings, known: Trusted, places: Mapping[str, str], policy: str, single: str = "") -> str:
    # Not render_template: what it adds is of a request, and there is none.
    template = current_app.jinja_env.get_template("verification/check.html")
    home = settings.verification_prefix.partition("://")[2]
    changed = {"places": places, "policy": policy, "made": int(known.made.timestamp()), "home": home, "single": single}
    return template.render(**(frame("en") | changed)) + "\n"


def _style() -> str:
    return (FOLDER / "verify.css").read_text(encoding="utf-8") + OF_A_COPY


def _manifest(static: str) -> bytes:
    words: dict[str, Any] = json.loads((FOLDER / "words" / "en.json").read_text(encoding="utf-8"))
    told = {
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "lang": "en",
        "name": words["title"],
        "short_name": words["title"],
        "background_color": "#ffffff",
        "theme_color": "#124c59",
        "icons": [
            {"src": f"{static}icons/{name}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for name, size, purpose in (("192", 192, "any"), ("512", 512, "any"), ("maskable-512", 512, "maskable"))
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"
