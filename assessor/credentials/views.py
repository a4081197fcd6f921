"""What anyone may read about this issuer: its DID document, its status lists, its achievements."""

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.credentials import achievements, issuer, status
from assessor.database import db
from assessor.installation import settings

pages = Blueprint("credentials", __name__, template_folder="templates")


@pages.get("/.well-known/did.json")
@access.public
def did_document() -> ResponseReturnValue:
    """The issuer's keys (did:web)."""
    answer = jsonify(issuer.document(db.session, settings()))
    answer.content_type = "application/did+json"
    return _open_to_all(answer, 300)


@pages.get(f"/status/<int(max={status.HIGHEST}):number>")
@access.public
def status_list(number: int) -> ResponseReturnValue:
    """A status list as a credential with a proof: exactly the signed bytes."""
    return _signed(status.signed_json(db.session, number), "application/vc+ld+json")


@pages.get(f"/status/<int(max={status.HIGHEST}):number>.jwt")
@access.public
def status_list_jwt(number: int) -> ResponseReturnValue:
    """The same list as a VC-JWT, for the verification page."""
    return _signed(status.signed_jwt(db.session, number), "application/vc+jwt")


@pages.get("/achievements/<code>")
@access.public
def achievement(code: str) -> ResponseReturnValue:
    """What a badge is for: JSON for programs, a page for people."""
    template = achievements.find(db.session, code, settings())
    kind = request.accept_mimetypes.best_match(["text/html", "application/json", "application/ld+json"])
    if kind == "text/html":
        answer = Response(render_template("credentials/achievement.html", badge=template.badge, code=code))
    else:
        # one address, two answers: not every cache on the way looks at Vary
        answer = _open_to_all(jsonify(template.badge.document()), 300, "private")
    answer.vary.add("Accept")
    return answer


@pages.get("/achievements/<code>/badge.svg")
@access.public
def badge_picture(code: str) -> ResponseReturnValue:
    """The picture of a badge, without a credential inside."""
    template = achievements.find(db.session, code, settings())
    answer = Response(template.whole_picture, mimetype="image/svg+xml")
    return _open_to_all(answer, 300)


def _signed(body: bytes, content_type: str) -> ResponseReturnValue:
    answer = Response(body, content_type=content_type)
    answer.add_etag()
    # A withdrawal must show at once: every use asks whether the copy is still the newest.
    return _open_to_all(answer, 0).make_conditional(request)


def _open_to_all(answer: Response, seconds: int, caches: str = "public") -> Response:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = f"{caches}, max-age={seconds}" if seconds else "no-cache"
    return answer
