"""The page that a QR code opens, what it trusts, and the typed number."""

from types import SimpleNamespace
from typing import Any

from babel import Locale
from flask import Response, redirect, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from assessor import access, locale
from assessor.accounts import limits
from assessor.certificates import checking
from assessor.certificates import number as numbers
from assessor.credentials import achievements, finding, kept, publishing, wording
from assessor.database import db, now
from assessor.installation import settings
from assessor.verification import verifying
from assessor.verification.views.context import FOLDER, frame, newest, pages

SIGNED = "application/cose"


@pages.get("/")
@access.public
def front() -> ResponseReturnValue:
    """Ways on: a learner with a card, an employer with a certificate or a badge, staff."""
    return render_template("verification/front.html")


@pages.get("/c")
@access.public
def check() -> ResponseReturnValue:
    """The page of every QR code: static, it checks in the browser. What is behind ``#`` never reaches us."""
    answer = Response(render_template("verification/check.html", **frame(_language())))
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@pages.get("/c/static/<path:filename>")
@access.public
def static_file(filename: str) -> ResponseReturnValue:
    """Scripts, words and pictures of that page."""
    return send_from_directory(FOLDER, filename)


@pages.get("/c/sw.js")
@access.public
def service_worker() -> ResponseReturnValue:
    """The script that keeps page and trust for the cellar without a network."""
    answer = Response((FOLDER / "sw.js").read_bytes(), mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/c"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@pages.get("/c/trust/bundle")
@access.public
def trust_bundle() -> ResponseReturnValue:
    """The issuers, signed by the root key."""
    return _signed(newest(kept.BUNDLE, lambda: publishing.signed_bundle(db.session, settings(), now())))


@pages.get("/c/trust/catalogue")
@access.public
def catalogue() -> ResponseReturnValue:
    """What achievement codes mean, in every language."""
    return _signed(newest(kept.CATALOGUE, lambda: publishing.signed_catalogue(db.session, settings())))


@pages.get("/c/trust/withdrawals")
@access.public
def withdrawals() -> ResponseReturnValue:
    """Dates and reasons of withdrawn certificates."""
    return _signed(newest(kept.WITHDRAWALS, lambda: publishing.signed_withdrawals(db.session, settings())))


@pages.get("/c/number")
@access.public
def number_form() -> ResponseReturnValue:
    """An address that was typed or kept: the form is on the page itself."""
    return redirect(url_for("verification.check"))


@pages.post("/c/number")
@access.public
def number() -> ResponseReturnValue:
    """The answer to a typed number, without JavaScript."""
    language = request.form.get("language", "")
    language = language if language in locale.BY_CODE else _language()
    typed = request.form.get("number", "")[:64]
    place = request.remote_addr or ""
    try:
        limits.check(db.session, limits.NUMBER, place, now())
        checked: Any = verifying.check_number(db.session, numbers.read(typed), settings(), now())
        if checked is None:
            limits.record(db.session, limits.NUMBER, place, now())
            db.session.commit()
            checked = _unanswered("not_found")
    except limits.TooManyGuesses:
        checked = _unanswered("too_often")
    except numbers.NumberNotRead:
        checked = _unanswered("mistyped")
    return render_template("verification/number.html", **frame(language), **_shown(checked, language), typed=typed)


def _shown(checked: Any, language: str) -> dict[str, Any]:
    here = settings()
    text, certainty = None, ""
    if checked.summary is not None:
        certainty = _certainty(checked.summary.number)
        found = achievements.find(db.session, checked.summary.achievement, here)
        text = publishing.text_of(found, found.language(language))
    return {
        "checked": checked,
        "asked": now(),  # our own lists are read at this moment
        "text": text,
        "stitches": numbers.stitches(numbers.read(checked.number)) if checked.number else (),
        "issuer_name": here.organisation,
        "country": Locale.parse(language).territories.get(here.country, here.country),
        "project": here.project,
        "host": here.host,
        "languages": dict(Locale.parse(language).languages),
        "certainty": certainty,
        "demonstration": here.demonstration,
    }


def _certainty(number: bytes) -> str:
    """How sure the level is. The code has no room for it, the badge of the same award says it."""
    award = finding.find_by_number(db.session, number)
    found = wording.stated_standing(award) if award else None
    return wording.percent(found.certainty) if found else ""


def _unanswered(cause: str) -> SimpleNamespace:
    return SimpleNamespace(
        result=checking.NOT_READ, cause=cause, summary=None, number=None, issuer=None, kid=None, checks=()
    )


def _language() -> str:
    """The employer's own language, as the browser says it."""
    return request.accept_languages.best_match(list(locale.BY_CODE)) or "en"


def _signed(body: bytes) -> ResponseReturnValue:
    answer = Response(body, content_type=SIGNED)
    answer.add_etag()
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer.make_conditional(request)
