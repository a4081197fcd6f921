"""What applications call: the service description, registration, tokens, and a learner's badges and profile.

No cookie counts here, so there is nothing that another site could misuse. Refusals of the OAuth addresses are in the
words of OAuth, all others are `Imsx_StatusInfo`.
"""

import json
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import structlog
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from assessor import access
from assessor.database import db, now
from assessor.errors import Invalid, Refusal
from assessor.hosting import authorization, holding, listing, profiles, registering, scopes
from assessor.hosting.authorization import Answer, Asked, HostServer
from assessor.hosting.description import BASE, description
from assessor.hosting.holding import Form, Outcome
from assessor.hosting.listing import Badges, Slice
from assessor.hosting.models import Permission
from assessor.hosting.status_info import status_info
from assessor.installation import settings

api = Blueprint("host_api", __name__)

#: What is done at which address; the rest of each is answered in JSON too.
METHODS = {"credentials": ("GET", "POST"), "profile": ("GET", "PUT"), "discovery": ("GET",)}
EVERY_METHOD = ("GET", "POST", "PUT", "DELETE", "PATCH")
FORMS: dict[str, Form] = {
    **dict.fromkeys(("application/json", "application/vc+ld+json", "application/ld+json", "application/vc"), "json"),
    **dict.fromkeys(("text/plain", "application/vc+jwt", "application/jwt"), "jwt"),
}
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)

_log = structlog.get_logger("assessor.hosting")


class BadQuery(Invalid):
    """A parameter of the address cannot be used."""


class WrongKind(Refusal):
    """The body is of a kind that is not taken here."""

    status = 415


@api.get(f"{BASE}/discovery")
@access.public
def discovery() -> ResponseReturnValue:
    """What this service does and where to register: an OpenAPI document."""
    base, rules = settings().public_url, url_for("hosting.rules")
    links = {name: f"{base}{url_for(f'host_api.{name}')}" for name in ("register", "token", "revoke")}
    links |= {"authorize": f"{base}{url_for('hosting.authorize')}", "image": f"{base}/static/icon.svg"}
    links |= {"privacy": f"{base}{rules}#privacy", "terms": f"{base}{rules}#terms"}
    answer = jsonify(description(settings(), links))
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@api.post("/oauth/register")
@access.public
def register() -> ResponseReturnValue:
    """An application registers itself (RFC 7591)."""
    answer = registering.register(db.session, request.get_data(), settings().demonstration, now())
    return _committed(answer)


@api.post("/oauth/token")
@access.public
def token() -> ResponseReturnValue:
    """A code, or a refresh token, becomes tokens (RFC 6749)."""
    return _committed(HostServer(db.session, now()).tokens(_asked()))


@api.post("/oauth/revoke")
@access.public
def revoke() -> ResponseReturnValue:
    """An application gives a token back (RFC 7009)."""
    return _committed(HostServer(db.session, now()).revocation(_asked()))


@api.get(f"{BASE}/credentials")
@access.public
def credentials() -> ResponseReturnValue:
    """A page of the learner's badges."""
    permission, part = _permission(scopes.READ_BADGES), _slice()
    found = listing.badges(db.session, permission.learner, part)
    answer = Response(_written(found), mimetype="application/json")
    answer.headers["X-Total-Count"] = str(found.total)
    answer.headers["Link"] = ", ".join(
        f'<{_page_address(part, start)}>; rel="{relation}"' for relation, start in part.links(found.total).items()
    )
    return answer


@api.post(f"{BASE}/credentials")
@access.public
def upsert_credential() -> ResponseReturnValue:
    """An application brings a badge."""
    permission = _permission(scopes.BRING_BADGES)
    form = FORMS.get(request.mimetype)
    if form is None:
        raise WrongKind("Send application/json for a signed document, or text/plain for a compact JWS.")
    outcome, kept = holding.receive(db.session, permission.learner, request.get_data(), form, settings(), now())
    db.session.commit()
    if outcome is Outcome.UNCHANGED:
        return Response(status=304)
    status = 201 if outcome is Outcome.CREATED else 200
    return Response(kept, status, mimetype="application/json" if form == "json" else "text/plain")


@api.get(f"{BASE}/profile")
@access.public
def profile() -> ResponseReturnValue:
    """The profile that this application sees."""
    return jsonify(profiles.profile(_permission(scopes.READ_PROFILE)))


@api.put(f"{BASE}/profile")
@access.public
def put_profile() -> ResponseReturnValue:
    """What this application leaves in that profile."""
    kept = profiles.change(_permission(scopes.CHANGE_PROFILE), request.get_data())
    db.session.commit()
    return jsonify(kept)


@api.route(f"{BASE}/<path:filename>", methods=EVERY_METHOD)
@access.public
def elsewhere(filename: str) -> ResponseReturnValue:
    """There is nothing here, or this is not done here; in JSON, where the router would answer with a page."""
    if filename not in METHODS:
        return _refused(404, "There is nothing at this address.")
    answer = _refused(405, f"This address knows {' and '.join(METHODS[filename])} only.")
    answer.headers["Allow"] = ", ".join(METHODS[filename])
    return answer


@api.errorhandler(OAuth2Error)
def _without_permission(error: OAuth2Error) -> Response:
    """No token, one that has ended, or one for something else (RFC 6750, section 3)."""
    if error.status_code == 403:
        challenge, text = 'Bearer error="insufficient_scope"', "The token does not open this. Ask for the scope."
    elif request.headers.get("Authorization", "").lower().startswith("bearer "):
        challenge, text = 'Bearer error="invalid_token"', "The token has ended or was never given."
    else:
        challenge, text = "Bearer", "Come with an access token: Authorization: Bearer …"
    answer = _refused(403 if error.status_code == 403 else 401, text)
    answer.headers["WWW-Authenticate"] = challenge
    return answer


@api.errorhandler(Refusal)
def _refusal(refusal: Refusal) -> Response:
    db.session.rollback()
    status = 400 if isinstance(refusal, Invalid) else refusal.status
    return _refused(status, str(refusal), "invalid_query_parameter" if isinstance(refusal, BadQuery) else "")


@api.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    db.session.rollback()
    return _refused(error.code or 500, error.description or error.name)


@api.errorhandler(OperationalError)
def _database(error: OperationalError) -> Response:
    db.session.rollback()
    _log.error("database unavailable", endpoint=request.endpoint, exc_info=error)
    answer = _refused(503, "Too much is going on. Try again in a minute.")
    answer.headers["Retry-After"] = "60"
    return answer


@api.errorhandler(Exception)
def _unexpected(error: Exception) -> Response:
    db.session.rollback()
    _log.error("unexpected error", endpoint=request.endpoint, exc_info=error)
    return _refused(500, "This is our mistake. Try again later.")


def _refused(status: int, text: str, code: str = "") -> Response:
    return Response(json.dumps(status_info(status, text, code)), status, mimetype="application/json")


def _committed(answer: Answer) -> Response:
    """Also after a refusal: a code that comes a second time ends a permission."""
    db.session.commit()
    return Response(json.dumps(dict(answer.body)), answer.status, list(answer.headers))


def _asked() -> Asked:
    return Asked(request.method, dict(request.headers), request.form.to_dict(flat=False))


def _permission(scope: str) -> Permission:
    return authorization.permission_of(db.session, dict(request.headers), scope, now())


def _slice() -> Slice:
    limit = _whole_number("limit", listing.USUAL)
    if limit < 1:
        raise BadQuery("“limit” is a whole number from 1 on.")
    return Slice(min(limit, listing.MOST), _whole_number("offset", 0), _since())


def _whole_number(name: str, usual: int) -> int:
    given = request.args.get(name)
    if given is None:
        return usual
    if not _NUMBER.fullmatch(given):
        raise BadQuery("“%(name)s” is a whole number of at most nine digits.", name=name)
    return int(given)


def _since() -> datetime | None:
    """Without a zone it is UTC."""
    given = request.args.get("since")
    if given is None:
        return None
    try:
        if not _TIME.fullmatch(given):
            raise ValueError(given)
        moment = datetime.fromisoformat(given)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadQuery("“since” is a time such as 2026-11-22T08:00:00Z.") from error


def _page_address(part: Slice, start: int) -> str:
    query = {"limit": str(part.limit), "offset": str(start)}
    if part.since is not None:
        query["since"] = part.since.isoformat().replace("+00:00", "Z")
    return f"{settings().public_url}{BASE}/credentials?{urlencode(query)}"


def _written(found: Badges) -> bytes:
    """The stored bytes as they are: a number or an escape that is written anew could break a signature."""
    tokens: list[str] = [one.decode("ascii") for one in found.tokens]
    return b'{"credential":[%b],"compactJwsString":%b}' % (b",".join(found.documents), json.dumps(tokens).encode())
