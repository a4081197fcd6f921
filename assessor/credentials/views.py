"""What anyone may read about this issuer: its DID document, its status lists, its achievements."""

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.config import Settings
from assessor.credentials import achievements, issuer, status
from assessor.database import db

pages = Blueprint("credentials", __name__, template_folder="templates")


@pages.get("/.well-known/did.json")
@access.public
def did_document() -> ResponseReturnValue:
    """The issuer's keys (did:web)."""
    answer = jsonify(issuer.document(db.session, _settings()))
    answer.content_type = "application/did+json"
    return _open_to_all(answer, 300)


@pages.get("/status/<int:number>")
@access.public
def status_list(number: int) -> ResponseReturnValue:
    """A status list as a credential with a proof: exactly the signed bytes."""
    return _signed(status.find(db.session, number).signed_json, "application/vc+ld+json")


@pages.get("/status/<int:number>.jwt")
@access.public
def status_list_jwt(number: int) -> ResponseReturnValue:
    """The same list as a VC-JWT, for the verification page."""
    return _signed(status.find(db.session, number).signed_jwt, "application/vc+jwt")


@pages.get("/achievements/<code>")
@access.public
def achievement(code: str) -> ResponseReturnValue:
    """What a badge is for: JSON for programs, a page for people."""
    template = achievements.find(db.session, code, _settings())
    if request.accept_mimetypes.best_match(["text/html", "application/json", "application/ld+json"]) == "text/html":
        return render_template("credentials/achievement.html", badge=template.badge, code=code)
    return _open_to_all(jsonify(template.badge.document()), 300)


@pages.get("/achievements/<code>/badge.svg")
@access.public
def badge_picture(code: str) -> ResponseReturnValue:
    """The picture of a badge, without a credential inside."""
    template = achievements.find(db.session, code, _settings())
    answer = Response(template.pictures[achievements.WHOLE], mimetype="image/svg+xml")
    return _open_to_all(answer, 300)


def _signed(body: bytes | None, content_type: str) -> ResponseReturnValue:
    if body is None:
        raise status.UnknownStatusList("This status list is being signed. Try again in a minute.")
    answer = Response(body, content_type=content_type)
    answer.add_etag()
    # A withdrawal must show at once: every use asks whether the copy is still the newest.
    return _open_to_all(answer, 0).make_conditional(request)


def _open_to_all(answer: Response, seconds: int) -> Response:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else "no-cache"
    return answer


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
