"""The staff's pages of sessions: where each group is, the live board, and giving certificates.

From signing in to a running session: Sign in · New group · Make the cards · Print the cards · (the browser's own
print button) · Open the session: six taps with printing, four without, the test being chosen already when there is one.
From the end of a session to printed certificates: Certificates · Confirm · Print, three taps.
"""

import uuid
from collections import Counter
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from wtforms import SelectChoice

from assessor import access, locale
from assessor.assessments import designing
from assessor.credentials import wording
from assessor.credentials.awarding import Holder
from assessor.credentials.names import NameNotUsable
from assessor.database import db, now
from assessor.errors import NotFound
from assessor.installation import settings
from assessor.organisations import groups
from assessor.sittings import awarding, giving, outcomes, overview
from assessor.sittings import invigilation as room
from assessor.sittings.forms import NameForm, OpenForm
from assessor.sittings.models import Invigilation

pages = Blueprint("invigilation", __name__, template_folder="templates", url_prefix="/staff/<organisation>")

MOST_GROUPS = 50  # on a page
MOST_SESSIONS = 100  # of one group
FURTHEST = 1_000_000


@pages.get("/")
@access.staff("invigilator")
def home() -> ResponseReturnValue:
    """What to do now, and where each group is."""
    after = min(max(request.args.get("after", 0, type=int), 0), FURTHEST)
    found = overview.groups_now(db.session, g.organisation.id, MOST_GROUPS + 1, after)
    rows = found[:MOST_GROUPS]
    return render_template(
        "invigilation/home.html",
        first_name=g.account.name.partition(" ")[0],
        part_of_day=groups.part_of_day(now().astimezone()),
        rows=rows,
        after=after,
        older=after + MOST_GROUPS if len(found) > MOST_GROUPS else None,
        testing=[row for row in rows if row.step == "testing"],
        waiting=[row for row in rows if row.waiting],
        ready=[row for row in rows if row.step == "cards"],
    )


@pages.get("/groups/<uuid:group>")
@access.staff("invigilator")
def group(group: uuid.UUID) -> ResponseReturnValue:
    """One group: its people and cards, the test to open, and the sessions so far."""
    found = groups.find_group(db.session, g.organisation.id, group)
    return render_template(
        "invigilation/group.html",
        group=found,
        places=groups.places(db.session, found),
        opened=room.open_of(db.session, g.organisation.id, found.id),
        sessions=room.sessions_of_group(db.session, found, MOST_SESSIONS),
        form=_open_form(),
        language=locale.language,
    )


@pages.post("/groups/<uuid:group>/sessions")
@access.staff("invigilator")
def open_session(group: uuid.UUID) -> ResponseReturnValue:
    """Open a test for a group; a second tap leads to the session of the first."""
    form = _open_form()
    if not form.validate_on_submit():
        flash(gettext("Choose a test first."), "problem")
        return redirect(url_for("invigilation.group", group=group))
    try:
        opened = room.open_for(
            db.session, g.organisation.id, group, uuid.UUID(form.design.data), g.account.id, form.supervised.data, now()
        )
    except room.AlreadyOpen:
        known = room.open_of(db.session, g.organisation.id, group)
        return redirect(_board_url(known)) if known else redirect(url_for("invigilation.group", group=group))
    db.session.commit()
    return redirect(_board_url(opened))


@pages.get("/sessions/<uuid:invigilation>")
@access.staff("invigilator")
def board(invigilation: uuid.UUID) -> ResponseReturnValue:
    """The live board of a session."""
    found = _found(invigilation)
    return render_template("invigilation/board.html", host=settings().host, **_board(found))


@pages.get("/sessions/<uuid:invigilation>/board")
@access.staff("invigilator")
def board_parts(invigilation: uuid.UUID) -> ResponseReturnValue:
    """The changing parts of the board; 304 while nothing has changed."""
    answer = current_app.make_response(render_template("invigilation/board_parts.html", **_board(_found(invigilation))))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


@pages.post("/sessions/<uuid:invigilation>/help/<uuid:sitting>/come")
@access.staff("invigilator")
def come(invigilation: uuid.UUID, sitting: uuid.UUID) -> ResponseReturnValue:
    """ "I am coming": the learner's phone says so."""
    found = _found(invigilation)
    room.come(db.session, found, sitting, now())
    db.session.commit()
    return redirect(_board_url(found))


@pages.post("/sessions/<uuid:invigilation>/help/<uuid:sitting>/done")
@access.staff("invigilator")
def helped(invigilation: uuid.UUID, sitting: uuid.UUID) -> ResponseReturnValue:
    """The call is answered."""
    found = _found(invigilation)
    room.helped(db.session, found, sitting)
    db.session.commit()
    return redirect(_board_url(found))


@pages.route("/sessions/<uuid:invigilation>/end", methods=["GET", "POST"])
@access.staff("invigilator")
def end(invigilation: uuid.UUID) -> ResponseReturnValue:
    """End for today: asked once more, because it cannot be undone."""
    found = _found(invigilation)
    if request.method == "GET":
        return render_template("invigilation/end.html", **_board(found))
    room.end(found, now())
    db.session.commit()
    return redirect(url_for("invigilation.certificates", invigilation=found.id))


@pages.get("/sessions/<uuid:invigilation>/certificates")
@access.staff("invigilator")
def certificates(invigilation: uuid.UUID) -> ResponseReturnValue:
    """Who finished, who waits for a yes or a name, and what can be printed."""
    found = _found(invigilation)
    everyone = giving.finishers(db.session, found)
    return render_template(
        "invigilation/certificates.html",
        invigilation=found,
        group=groups.find_group(db.session, g.organisation.id, found.group_id),
        everyone=everyone,
        stages=Counter(one.stage for one in everyone),
        at_once=giving.MOST_PAPERS,
        cards_at_once=giving.MOST_CARDS,
    )


@pages.get("/sessions/<uuid:invigilation>/results")
@access.staff("invigilator")
def results(invigilation: uuid.UUID) -> ResponseReturnValue:
    """What everybody showed, how sure that is, and why each test ended; for the staff's eyes, not for the room."""
    found = _found(invigilation)
    return render_template(
        "invigilation/results.html",
        invigilation=found,
        group=groups.find_group(db.session, g.organisation.id, found.group_id),
        outcomes=outcomes.outcomes(db.session, found),
        bands=wording.LEVELS,
        level_name=wording.level_name,
        percent=wording.percent,
        chance=lambda probability: wording.chance_in_words(locale.page_language().code, probability),
        nine_of_ten=wording.NINE_OF_TEN,
    )


@pages.post("/sessions/<uuid:invigilation>/confirm")
@access.staff("invigilator")
def confirm(invigilation: uuid.UUID) -> ResponseReturnValue:
    """The ticked persons did the test themselves: somebody of the staff saw it."""
    found = _found(invigilation)
    ticked = [_id(text) for text in request.form.getlist("sitting")]
    count = room.confirm(db.session, found, ticked, g.account.id, now())
    db.session.commit()
    if ticked:
        flash(ngettext("%(num)s person is confirmed.", "%(num)s persons are confirmed.", count))
    else:
        flash(gettext("Nobody was ticked. Tick the persons whom you saw."), "problem")
    return redirect(url_for("invigilation.certificates", invigilation=found.id))


@pages.route("/sessions/<uuid:invigilation>/people/<uuid:sitting>/name", methods=["GET", "POST"])
@access.staff("invigilator")
def name(invigilation: uuid.UUID, sitting: uuid.UUID) -> ResponseReturnValue:
    """Staff write the name for a person who cannot, or does not want to, on the phone."""
    found = _found(invigilation)
    theirs = room.sitting_of(db.session, found, sitting)
    if known := awarding.award_of(db.session, theirs):
        flash(gettext("There is a certificate already, with the name %(name)s.", name=known.holder_name))
        return redirect(url_for("invigilation.certificates", invigilation=found.id))
    form = NameForm()
    errors: dict[str, Any] = {}
    if form.validate_on_submit():
        try:
            holder = Holder(form.name.data, form.second.data or "", form.named_in_badge.data)
            given = awarding.award(db.session, theirs, holder, settings(), now(), form.language.data or "")
            db.session.commit()
            flash(gettext("The certificate for %(name)s is being made.", name=given.holder_name))
            return redirect(url_for("invigilation.certificates", invigilation=found.id))
        except NameNotUsable as refusal:
            db.session.rollback()
            errors = {refusal.field: [gettext(refusal.message)]}
    errors = errors or form.errors
    return render_template(
        "invigilation/name.html",
        form=form,
        errors=errors,
        invigilation=found,
        nickname=_nickname(found, sitting),
        languages=awarding.paper_languages(db.session, theirs, settings()),
    ), (422 if errors else 200)


@pages.get("/sessions/<uuid:invigilation>/certificates.pdf")
@access.staff("invigilator")
def papers(invigilation: uuid.UUID) -> ResponseReturnValue:
    """The signed certificates of the session in one file, or in several when there are many."""
    return _printed(giving.papers(db.session, _found(invigilation), settings(), _after()), "certificates.pdf")


@pages.get("/sessions/<uuid:invigilation>/certificates.zip")
@access.staff("invigilator")
def single_papers(invigilation: uuid.UUID) -> ResponseReturnValue:
    """The same as single files, to send or to keep."""
    content = giving.single_papers(db.session, _found(invigilation), settings(), _after())
    answer = current_app.response_class(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="certificates.zip"'
    return answer


@pages.get("/sessions/<uuid:invigilation>/cards.pdf")
@access.staff("invigilator")
def cards(invigilation: uuid.UUID) -> ResponseReturnValue:
    """The same certificates as small cards, ten on a page."""
    return _printed(giving.cards(db.session, _found(invigilation), settings(), _after()), "cards.pdf")


@pages.app_template_filter()
def minutes_since(moment: datetime) -> int:
    """Whole minutes from a moment until now; boards count no seconds, so they change only when something happened."""
    return int((now() - moment).total_seconds() // 60)


def _after() -> int:
    return min(max(request.args.get("after", 0, type=int), 0), FURTHEST)


def _printed(content: bytes, file_name: str) -> ResponseReturnValue:
    answer = current_app.response_class(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{file_name}"'
    return answer


def _board(found: Invigilation) -> dict[str, Any]:
    seats = room.board(db.session, found, now())
    return {
        "invigilation": found,
        "group": groups.find_group(db.session, g.organisation.id, found.group_id),
        "design": designing.find(db.session, g.organisation.id, found.design_id),
        "seats": seats,
        "states": Counter(seat.state for seat in seats),
        "unconfirmed": [seat for seat in seats if seat.awardable and not seat.confirmed],
        "language": locale.language,
    }


def _open_form() -> OpenForm:
    designs = designing.designs_of(db.session, g.organisation.id)
    form = OpenForm(design=str(designs[0].id) if designs else None)
    form.design.choices = [SelectChoice(str(design.id), design.title) for design in designs]
    return form


def _nickname(found: Invigilation, sitting: uuid.UUID) -> str:
    return next(seat.nickname for seat in room.board(db.session, found, now()) if seat.sitting_id == sitting)


def _found(invigilation: uuid.UUID) -> Invigilation:
    return room.find(db.session, g.organisation.id, invigilation)


def _board_url(opened: Invigilation) -> str:
    return url_for("invigilation.board", invigilation=opened.id)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound("This person is not in the session.") from error
