"""The front door, the page that a QR code opens, and what it trusts."""

import json
from functools import cache

from flask import Response, abort, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.verification import languages
from assessor.verification.views.context import (
    FILE_POLICY,
    FOLDER,
    PLACES,
    SCANNER_POLICY,
    VERSION,
    frame,
    pages,
    wanted_language,
    words_of,
)

SCRIPTS = frozenset(path.name for path in FOLDER.glob("*.js"))
#: Parts of the words that no result needs.
OTHER_SCREENS = ("start", "scanner", "install", "copy", "many")


@pages.get("/")
@access.public
def front() -> ResponseReturnValue:
    """Ways on: a learner with a card, an employer with a certificate or a badge, staff."""
    return render_template("verification/front.html")


@pages.get("/c")
@access.public
def check() -> ResponseReturnValue:
    """The page of every QR code: static, it checks in the browser. What is behind ``#`` never reaches us."""
    answer = Response(render_template("verification/check.html", **frame(wanted_language())))
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Content-Security-Policy"] = SCANNER_POLICY
    return answer


@pages.get("/c/manifest.webmanifest")
@access.public
def manifest() -> ResponseReturnValue:
    """What a phone needs to keep the page among its apps, named in the reader's language."""
    known = frame(wanted_language())
    icons = [
        {
            "src": f"{PLACES['static']}icons/{name}.png",
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for name, size, purpose in (("192", 192, "any"), ("512", 512, "any"), ("maskable-512", 512, "maskable"))
    ]
    told = {
        "id": PLACES["scope"],
        "start_url": PLACES["scope"],
        "scope": PLACES["scope"],
        "display": "standalone",
        "lang": known["language"],
        "dir": known["direction"],
        "name": known["words"]["title"],
        "short_name": known["words"]["title"],
        "background_color": "#ffffff",
        "theme_color": "#124c59",
        "icons": icons,
    }
    answer = Response(json.dumps(told, ensure_ascii=False), content_type="application/manifest+json")
    answer.headers["Cache-Control"] = "no-cache"
    answer.vary.add("Accept-Language")
    return answer


@pages.get("/c/static/<version>/words/<language>.json")
@access.public
def words(version: str, language: str) -> ResponseReturnValue:
    """All words of a language; with ``?of=results`` those that a result needs. A plain file server gives all."""
    if language not in languages.BY_CODE or version != VERSION:
        abort(404)
    said = words_of(language)
    if request.args.get("of") == "results":
        said = {name: text for name, text in said.items() if name not in OTHER_SCREENS}
    answer = Response(json.dumps(said, ensure_ascii=False, separators=(",", ":")), content_type="application/json")
    return _part(answer)


@pages.get("/c/static/<version>/<path:filename>")
@access.public
def static_file(version: str, filename: str) -> ResponseReturnValue:
    """Scripts and pictures of that page, each with few headers: a scan pays for them ten times.

    Those of another version are not here, so that no page is ever made of two.
    """
    if version != VERSION:
        abort(404)
    if filename in SCRIPTS:
        answer = Response(_without_comments(filename), mimetype="text/javascript")
    else:
        answer = send_from_directory(FOLDER, filename)
    return _part(answer)


def _part(answer: Response) -> Response:
    for said_by_others in ("Content-Disposition", "Last-Modified", "ETag"):
        answer.headers.pop(said_by_others, None)
    answer.headers["Cache-Control"] = "max-age=31536000, immutable"  # another content has another address
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer


@cache
def _without_comments(name: str) -> bytes:
    """A script of ours without its lines of comment: two of the forty kilobytes that a scan may cost."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith("//")).encode()


@pages.get("/c/sw.js")
@access.public
def service_worker() -> ResponseReturnValue:
    """The script that keeps page and trust for the cellar without a network."""
    answer = Response((FOLDER / "sw.js").read_bytes(), mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/c"
    answer.headers["Cache-Control"] = "no-cache"
    return answer
