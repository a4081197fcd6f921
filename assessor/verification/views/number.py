"""The typed number, for whoever has no camera or no JavaScript.

An unknown number costs as much work as a known one, so that a clock outside learns nothing before the answer is read:
some other certificate is checked in its place, both pages are drawn, and one of them is sent.
"""

from types import SimpleNamespace
from typing import Any

from babel import Locale
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.accounts import limits
from assessor.certificates import checking
from assessor.certificates import number as numbers
from assessor.credentials import achievements, finding, wording
from assessor.database import db, now
from assessor.installation import settings
from assessor.verification import verifying
from assessor.verification.titles import alike
from assessor.verification.views.context import frame, pages, wanted_language


@pages.get("/c/number")
@access.public
def number_form() -> ResponseReturnValue:
    """An address that was typed or kept: the form is on the page itself."""
    return redirect(url_for("verification.check"))


@pages.post("/c/number")
@access.public
def number() -> ResponseReturnValue:
    """The answer to a typed number, without JavaScript."""
    typed = request.form.get("number", "")[:64]
    try:
        wanted = numbers.read(typed)
        limits.check(db.session, limits.NUMBER, _place(), now())
    except limits.TooManyGuesses:
        return _page(_unanswered("too_often"), typed)
    except numbers.NumberNotRead:
        return _page(_unanswered("mistyped"), typed)
    return _answer(wanted, typed)


def _answer(wanted: bytes, typed: str) -> str:
    """One page of two. The miss is counted before anything is looked up, and struck out where it was none."""
    miss = limits.record(db.session, limits.NUMBER, _place(), now())
    found = verifying.check_number(db.session, wanted, settings(), now())
    unknown = _page(_unanswered("not_found"), typed)
    checked = found.answer or found.instead
    known = _page(checked, typed) if checked else unknown
    limits.strike_out(db.session, miss if found.answer else None)
    db.session.commit()
    return known if found.answer else unknown


def _place() -> str:
    return request.remote_addr or ""


def _page(checked: Any, typed: str) -> str:
    language = wanted_language(request.form.get("language", ""))
    return render_template("verification/number.html", **frame(language), **_shown(checked, language), typed=typed)


def _shown(checked: Any, language: str) -> dict[str, Any]:
    here = settings()
    text, certainty = None, ""
    if checked.summary is not None:
        certainty = _certainty(checked.summary.number)
        found = achievements.find(db.session, checked.summary.achievement, here)
        text = found.text(found.language(language))
    return {
        "checked": checked,
        "asked": now(),  # our own lists are read at this moment
        "text": text,
        "alike": alike,
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
