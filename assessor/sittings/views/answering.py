"""The test itself: show the open item, take its answer; rest, and call for help."""

from flask import g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from assessor import access
from assessor.accounts.models import Account
from assessor.database import db, now
from assessor.errors import Conflict
from assessor.items import interactions
from assessor.sittings import delivery, starting
from assessor.sittings import pages as page
from assessor.sittings.models import Sitting
from assessor.sittings.views.context import both, closed, current, media_url, pages

PRACTICE = "practice"
#: In the cookie: the presentation whose item was opened in the own language.
SEEN_AT_HOME = "seen at home"
#: In the cookie: whether the learner reads the questions of the test in the own language; practice does not count.
SHOWS_HOME = "shows home"


class ScanAgain(Conflict):
    """There is no sitting to go on with."""


@pages.get("/me/item")
@access.learner
def item() -> ResponseReturnValue:
    """The open item: the same on every phone, after every reload."""
    sitting = starting.current_sitting(db.session, g.learner)
    if sitting is None:
        return redirect(url_for("sittings.what_happens"))
    if sitting.finished_at is not None:
        return redirect(url_for("sittings.result"))
    if starting.open_invigilation(db.session, g.learner) is None:
        return closed("ended", len(delivery.administered(db.session, sitting)))
    return _show_item(sitting)


@pages.get("/me/answers")
@access.learner
def kept_answer() -> ResponseReturnValue:
    """The page that asked for a missing answer, opened again or in the other language: the question waits there."""
    return redirect(url_for("sittings.item", home=request.args.get("home")))


@pages.post("/me/answers")
@access.learner
def answer() -> ResponseReturnValue:
    """Take an answer. Whatever is posted twice, the first one counts and the reply is the same."""
    sitting = current()
    presentation = request.form.get("presentation", "")
    if (shows := request.form.get("shows")) and not presentation.startswith(PRACTICE):
        session[SHOWS_HOME] = shows == delivery.HOME
    try:
        if presentation.startswith(PRACTICE):
            delivery.practise(db.session, sitting, presentation.partition(":")[2], request.form, now())
        else:
            delivery.answer(
                db.session,
                sitting,
                delivery.presentation_id(presentation),
                request.form,
                now(),
                _aids(presentation),
            )
        db.session.commit()
    except delivery.AnswerNotUsable:
        db.session.rollback()
        return _show_item(current(), missing=True), 422
    except IntegrityError:  # the same answer arrived twice at the same moment
        db.session.rollback()
    return redirect(url_for("sittings.item"), 303)


@pages.post("/me/aids")
@access.learner
def aid() -> ResponseReturnValue:
    """The page tells that a sound was played or the own language shown, at the moment it happens."""
    delivery.note_aids(
        db.session,
        current(),
        delivery.presentation_id(request.form.get("presentation", "")),
        request.form.getlist("aid"),
    )
    db.session.commit()
    return "", 204


@pages.route("/me/rest", methods=["GET", "POST"])
@access.learner
def rest() -> ResponseReturnValue:
    """Rest, and come back with the card."""
    sitting = current()
    stopped = request.method == "POST"
    if stopped and sitting.finished_at is None:
        delivery.rest(db.session, sitting, now())
        db.session.commit()
    return render_template(
        "sittings/rest.html",
        **both(sitting, home_first=True),
        answered=len(delivery.administered(db.session, sitting)),
        stopped=stopped,
    )


@pages.post("/me/help")
@access.learner
def help() -> ResponseReturnValue:
    """Ask for a person, or say that it is no longer needed."""
    sitting = current()
    if request.form.get("cancel"):
        delivery.end_help(sitting)
    else:
        delivery.call_help(db.session, sitting, now())
    db.session.commit()
    return redirect(url_for("sittings.item"))


def _aids(presentation: str) -> list[str]:
    """The aids that the form names, and the own language if it was asked for without scripts (`_show_item`)."""
    seen = session.get(SEEN_AT_HOME) == presentation
    return [*request.form.getlist("aid"), *([delivery.HOME] if seen else [])]


def _show_item(sitting: Sitting, missing: bool = False) -> str:
    practice = delivery.practice_item(db.session, sitting)
    if practice is not None:
        item_id, presentation_id = practice.id, f"{PRACTICE}:{practice.id}"
    else:
        presentation = delivery.open_presentation(db.session, sitting)
        if presentation is None:
            raise ScanAgain("There is no question to show. Scan your card again.")
        item_id, presentation_id = presentation.item_id, str(presentation.id)
    texts = page.item_page(db.session, sitting, item_id)
    if (asked := request.args.get("home")) is not None and practice is None:
        session[SHOWS_HOME] = asked == "1"
    home_first = practice is not None or session.get(SHOWS_HOME, False)
    if home_first and texts.home_item is not None:
        session[SEEN_AT_HOME] = presentation_id
    answered = len(delivery.administered(db.session, sitting))
    coming = sitting.help_coming_at is not None
    return render_template(
        "sittings/item.html",
        **both(sitting, home_first=home_first, has_home=texts.home_item is not None),
        item=texts.item,
        home_item=texts.home_item,
        order=interactions.option_order(texts.item, sitting.seed),
        presentation_id=presentation_id,
        answered=answered,
        practice=practice is not None,
        missing=missing,
        aids=request.form.getlist("aid"),
        help=("coming" if coming else "called") if sitting.help_called_at else "",
        helper=_helper(sitting) if coming else "",
        media_url=lambda name: media_url(sitting, name),
    )


def _helper(sitting: Sitting) -> str:
    opened_by = starting.opened_by(db.session, sitting)
    account = db.session.get(Account, opened_by)
    return account.name if account else ""
