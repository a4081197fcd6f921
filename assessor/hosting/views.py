"""The learner's pages: an app asks, apps that may, badges from elsewhere. And the rules for apps, open to all."""

import hashlib
import json
import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from assessor import access, locale
from assessor.accounts.views import APP_REQUEST
from assessor.database import db, now
from assessor.errors import Invalid
from assessor.hosting import holding, permitting, scopes, standing
from assessor.hosting.authorization import Answer, Asked, HostServer
from assessor.hosting.models import HeldCredential
from assessor.hosting.permitting import UnknownApplication
from assessor.hosting.standing import Standing
from assessor.installation import settings
from assessor.openbadges.jwt import issuer_of
from assessor.openbadges.strict_json import JsonObject
from assessor.security import POLICY

pages = Blueprint("hosting", __name__, template_folder="templates")

#: How long the request of an app waits for somebody who looks for their card.
WAITS = timedelta(minutes=15)
PARAMETERS = (
    *("response_type", "client_id", "redirect_uri", "scope", "state"),
    *("code_challenge", "code_challenge_method"),
)
LONGEST_SHOWN = 120
READ_BADGES_MEANS = lazy_gettext(
    "read your badges: what you can do, your level and points, the date, how you did the test, and your printed name "
    "if the badge says it"
)
#: What a scope means to the learner, after "This app can:", and its picture.
WORDS = {
    scopes.READ_BADGES: ("eye", READ_BADGES_MEANS),
    scopes.BRING_BADGES: ("download", lazy_gettext("bring badges from other places and keep them here for you")),
    scopes.READ_PROFILE: ("idcard", lazy_gettext("read the name on your card")),
    scopes.CHANGE_PROFILE: ("document", lazy_gettext("keep a picture and a few words about you here")),
}
#: What we know of a badge from elsewhere; the keys of other issuers are not asked for.
WORDS_OF_STANDING = {
    Standing.GENUINE: ("good", lazy_gettext("Genuine")),
    Standing.GENUINE_OF_WHOM: ("quiet", lazy_gettext("Genuine, but it does not say that it is yours")),
    Standing.ON_HOLD: ("quiet", lazy_gettext("Does not count now")),
    Standing.OVER: ("quiet", lazy_gettext("Does not count any more")),
    Standing.UNKNOWN: ("quiet", lazy_gettext("We do not know who gave it")),
}


class AppMadeAMistake(Invalid):
    """The request of an app is broken in a way that forbids to send anybody back to it."""

    status = 400
    title = "This app made a mistake"


@pages.get("/apps")
@access.public
def rules() -> ResponseReturnValue:
    """What apps see, what they may do, and what we keep of that: our privacy policy and terms for them."""
    return _page("rules.html")


@pages.get("/oauth/authorize")
@access.public
def authorize() -> ResponseReturnValue:
    """An app sends somebody here. Its request waits in the cookie until the learner is known and was asked."""
    asked = Asked("GET", {}, {name: request.args.getlist(name) for name in PARAMETERS if name in request.args})
    server = HostServer(db.session, now())
    try:
        server.consent_to(asked)
    except OAuth2Error as error:
        return _back_to_the_app(server, asked, error)
    session[APP_REQUEST] = {"asked": dict(asked.form), "until": (now() + WAITS).isoformat()}
    return redirect(url_for("hosting.ask"))


@pages.before_app_request
def go_on_after_the_card() -> ResponseReturnValue | None:
    """Whoever scanned the card because an app asked is led back to its question."""
    if request.endpoint == "sittings.landing" and request.method == "GET" and _waiting() is not None:
        return redirect(url_for("hosting.ask"))
    return None


@pages.get("/me/apps/ask")
@access.learner
def ask() -> ResponseReturnValue:
    """Who asks, what they may do if I say yes, and that I can end it."""
    if (asked := _waiting()) is None:
        return redirect(url_for("hosting.apps"))
    server = HostServer(db.session, now())
    try:
        grant = server.consent_to(asked)
    except OAuth2Error as error:
        return _back_to_the_app(server, asked, error)
    answer = Response(
        _page(
            "ask.html",
            nickname=g.learner.nickname,
            application=grant.client,
            words=[WORDS[scope] for scope in scopes.known(grant.request.scope)],
            fingerprint=_fingerprint(asked),
        )
    )
    # The answer to the form leads to the app; browsers count that as a target of the form.
    target = urlsplit(grant.redirect_uri)
    allowed = f"form-action 'self' {target.scheme}://{target.netloc}"
    answer.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", allowed)
    return answer


@pages.post("/me/apps/ask")
@access.learner
def answer() -> ResponseReturnValue:
    """I said yes or no; the browser goes back to the app."""
    asked = _waiting()
    if asked is None or request.form.get("request") != _fingerprint(asked):
        return redirect(url_for("hosting.ask"))  # another app asked meanwhile: read first
    server = HostServer(db.session, now())
    try:
        grant = server.consent_to(asked)
    except OAuth2Error as error:
        return _back_to_the_app(server, asked, error)
    permission = None
    if request.form.get("answer") == "yes":
        granted = scopes.known(grant.request.scope)
        try:
            permission = permitting.give(db.session, g.learner, grant.client, granted, now())
        except UnknownApplication as error:  # forgotten while the learner read the question
            session.pop(APP_REQUEST)
            raise AppMadeAMistake("We cannot say who asks. Go back to the app and try again.") from error
    sent = server.answer_to(grant, permission)
    db.session.commit()
    session.pop(APP_REQUEST)
    return _lead_on(sent)


@pages.get("/me/apps")
@access.learner
def apps() -> ResponseReturnValue:
    """Apps that may read my badges, and badges that they brought."""
    return _page(
        "apps.html",
        permissions=[
            {
                "id": permission.id,
                "application": permission.application,
                "since": locale.date(permission.given_at, locale.page_language().code),
                "words": [WORDS[scope] for scope in permission.scopes],
            }
            for permission in permitting.given(db.session, g.learner, now())
        ],
        badges=_shelf(),
    )


@pages.post("/me/apps/<uuid:permission>/end")
@access.learner
def end(permission: uuid.UUID) -> ResponseReturnValue:
    """This app may not any more, from now on."""
    application = permitting.end(db.session, g.learner, permission)
    name = application.name
    db.session.commit()
    flash(gettext("%(app)s cannot read your badges any more.", app=name))
    return redirect(url_for("hosting.apps"))


@pages.post("/me/apps/badges/<badge>/remove")
@access.learner
def remove(badge: str) -> ResponseReturnValue:
    """This badge from elsewhere is not to be kept here."""
    holding.remove(db.session, g.learner, badge)
    db.session.commit()
    flash(gettext("The badge is removed."))
    return redirect(url_for("hosting.apps"))


def _page(template: str, **values: Any) -> str:
    """A page in one language; none of its sentences has a sound yet."""
    return render_template(
        f"hosting/{template}",
        language=locale.page_language(),
        home_language=None,
        shows_home=False,
        sound_url=lambda _code, _text: None,
        **values,
    )


def _waiting() -> Asked | None:
    """The request of an app that waits for an answer in this browser."""
    kept = session.get(APP_REQUEST)
    if not kept or datetime.fromisoformat(kept["until"]) < now():
        return None
    return Asked("GET", {}, {name: [value] for name, value in kept["asked"].items()})


def _fingerprint(asked: Asked) -> str:
    """Ties the answer to the question that was read, for somebody with two windows."""
    return hashlib.sha256(json.dumps(asked.form, sort_keys=True).encode()).hexdigest()


def _back_to_the_app(server: HostServer, asked: Asked, error: OAuth2Error) -> Response:
    session.pop(APP_REQUEST, None)
    sent = server.refusal(asked, error)
    if sent is None:
        raise AppMadeAMistake("We cannot say who asks. Go back to the app and try again.")
    return _lead_on(sent)


def _lead_on(sent: Answer) -> Response:
    return Response(status=303, headers=list(sent.headers))


def _shelf() -> list[JsonObject]:
    shelf = holding.held(db.session, g.learner)
    standings = standing.of_shelf(db.session, g.learner, shelf, settings(), now())
    return [_shown(kept, known) for kept, known in zip(shelf, standings, strict=True)]


def _shown(kept: HeldCredential, known: Standing) -> JsonObject:
    """A badge in few words; what strangers wrote is cut to what fits."""
    document = holding.document_of(kept)
    issuer, achievement = document.get("issuer"), document["credentialSubject"]["achievement"]
    name = issuer.get("name") if isinstance(issuer, dict) else None
    kind, words = _words_of(known, kept)
    return {
        "identity": kept.identity,
        "name": str(achievement["name"])[:LONGEST_SHOWN],
        "issuer": str(name or issuer_of(document))[:LONGEST_SHOWN],
        "since": locale.date(kept.valid_from, locale.page_language().code),
        "kind": kind,
        "standing": words,
    }


def _words_of(known: Standing, kept: HeldCredential) -> tuple[str, str]:
    if known is Standing.WAS_GENUINE:
        came = locale.date(kept.received_at, locale.page_language().code)
        return "quiet", gettext("Genuine when it came, on %(date)s", date=came)
    kind, words = WORDS_OF_STANDING[known]
    return kind, str(words)
