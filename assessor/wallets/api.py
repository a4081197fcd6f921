"""What wallets talk to: OpenID for Verifiable Credential Issuance 1.0, pre-authorised code flow.

No cookie, no form token: a code or a token in the request itself is the right to do it. Any web page may call these.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from assessor import access
from assessor.accounts import limits
from assessor.database import db, now
from assessor.errors import Refusal
from assessor.installation import settings
from assessor.wallets import collecting, metadata, nonces, offering
from assessor.wallets.refusals import CredentialRefused, ProtocolRefusal, TokenMissing, TokenRefused

api = Blueprint("openid4vci", __name__)

Given = TypeVar("Given")
MAX_FORM = 8 * 1024
KEPT = 300  # seconds that metadata may be kept


@api.get("/.well-known/openid-credential-issuer")
@access.public
def issuer_metadata() -> ResponseReturnValue:
    """Which badges are offered in which formats, and where."""
    return _to_keep(metadata.of_issuer(db.session, settings()))


@api.get("/.well-known/oauth-authorization-server")
@access.public
def server_metadata() -> ResponseReturnValue:
    """Where codes are exchanged for tokens."""
    return _to_keep(metadata.of_authorization_server(settings()))


@api.get("/wallet/offers/<secret>")
@access.public_writing
def offer(secret: str) -> ResponseReturnValue:
    """The offer that a wallet scanned."""
    return jsonify(_counted(lambda: offering.document(db.session, secret, _key(), settings(), now())))


@api.post("/wallet/token")
@access.public
def token() -> ResponseReturnValue:
    """Exchange the code of an offer for a token (section 6)."""
    if request.mimetype != "application/x-www-form-urlencoded" or (request.content_length or 0) > MAX_FORM:
        raise TokenRefused("invalid_request", "Send a form of at most 8 kB (application/x-www-form-urlencoded).")
    return jsonify(_counted(lambda: offering.token(db.session, dict(request.form.lists()), _key(), now())))


@api.post("/wallet/nonce")
@access.public
def nonce() -> ResponseReturnValue:
    """A challenge for the proof of possession (section 7)."""
    return jsonify(c_nonce=nonces.make(_key(), now()))


@api.post("/wallet/credential")
@access.public
def credential() -> ResponseReturnValue:
    """The badge, bound to the key that the wallet proves to have (section 8)."""
    if request.mimetype != "application/json":
        raise CredentialRefused("invalid_credential_request", "Send JSON (application/json).")
    given = request.authorization
    bearer = given.token if given is not None and given.type == "bearer" else None
    if not bearer:
        raise TokenMissing("invalid_token", "The access token is missing.")
    copied = _counted(lambda: collecting.collect(db.session, bearer, request.get_data(), _key(), settings(), now()))
    body = copied.body if copied.format == "ldp_vc" else b'"' + copied.body + b'"'
    return Response(b'{"credentials":[{"credential":' + body + b"}]}", mimetype="application/json")


@api.errorhandler(ProtocolRefusal)
def _refused(refusal: ProtocolRefusal) -> ResponseReturnValue:
    answer = jsonify(error=refusal.code, error_description=refusal.description)
    if refusal.challenge:
        answer.headers["WWW-Authenticate"] = refusal.challenge
    return answer, refusal.status


@api.errorhandler(Refusal)
def _not_now(refusal: Refusal) -> ResponseReturnValue:
    db.session.rollback()
    return jsonify(error=_word(refusal.status)), refusal.status


@api.errorhandler(HTTPException)
def _unreadable(error: HTTPException) -> ResponseReturnValue:
    return jsonify(error=_word(error.code or 400)), error.code or 400


@api.after_request
def _open_to_all(answer: Response) -> Response:
    """Wallets that are web pages may ask too: nothing here looks at a cookie."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = answer.headers.get("Allow", "GET, POST")
        answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    return answer


def _counted(work: Callable[[], Given]) -> Given:
    """Do it in one transaction, and count it as a miss when it may have been a guess."""
    place = request.remote_addr or ""
    limits.check(db.session, limits.WALLET, place, now())
    try:
        done = work()
    except ProtocolRefusal as refusal:
        if refusal.is_miss:
            limits.record(db.session, limits.WALLET, place, now())
        db.session.commit()  # a refusal may end an offer, and a challenge is used up by it
        raise
    db.session.commit()
    return done


def _word(status: int) -> str:
    return "temporarily_unavailable" if status in (429, 503) else "invalid_request"


def _to_keep(document: dict[str, Any]) -> ResponseReturnValue:
    answer = jsonify(document)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT}"
    return answer


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])
