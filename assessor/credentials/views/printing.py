"""The staff's pages of print orders: ask for many certificates, see how far they are, take and delete the files."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from assessor import access, locale
from assessor.credentials import achievements, printing
from assessor.credentials.forms import FORMS_OF_PRINT, LEFT_OUT
from assessor.database import db, now
from assessor.errors import Invalid, NotFound
from assessor.installation import settings
from assessor.organisations import groups

pages = Blueprint("printing", __name__, template_folder="../templates", url_prefix="/staff/<organisation>")

MOST = 50  # orders on the page
MOST_GROUPS = 500  # to choose from


class DayNotRead(Invalid):
    """A day of a form is none."""


@pages.get("/print-orders")
@access.staff("issuer")
def orders() -> ResponseReturnValue:
    """The orders whose files are being made or can be taken, and the form for another one."""
    found = printing.orders(db.session, MOST, g.organisation.id)
    return render_template(
        "certificates/orders.html",
        orders=found,
        drawn=printing.drawn_of(db.session, found),
        forms=FORMS_OF_PRINT,
        badges=[(one.code, _title(one)) for one in achievements.everything(db.session, settings())],
        groups=_groups(),
        chosen_group=request.args.get("group", ""),
        kept_days=printing.KEPT.days,
    )


@pages.post("/print-orders")
@access.staff("issuer")
def ask() -> ResponseReturnValue:
    """Order files; the worker draws them."""
    try:
        wanted, said = _chosen()
        form = request.form.get("form", "")
        made = printing.order(db.session, g.organisation.id, wanted, form, said, now(), g.account.id)
    except (Invalid, NotFound) as refusal:
        db.session.rollback()
        flash(gettext(refusal.message, **refusal.values), "problem")
        return redirect(url_for("printing.orders"))
    db.session.commit()
    return redirect(url_for("printing.order", order=made.id))


@pages.get("/print-orders/<uuid:order>")
@access.staff("issuer")
def order(order: uuid.UUID) -> ResponseReturnValue:
    """How far an order is, its files, and what was left out of them."""
    shown = _shown(order)
    return render_template(
        "certificates/order.html", forms=FORMS_OF_PRINT, until=shown["order"].asked_at + printing.KEPT, **shown
    )


@pages.get("/print-orders/<uuid:order>/parts")
@access.staff("issuer")
def order_parts(order: uuid.UUID) -> ResponseReturnValue:
    """The changing parts of that page; 304 while nothing has changed."""
    answer = current_app.make_response(render_template("certificates/order_parts.html", **_shown(order)))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


@pages.post("/print-orders/<uuid:order>/files/<filename>")
@access.staff("issuer")
def take(order: uuid.UUID, filename: str) -> ResponseReturnValue:
    """Take a file. That, when and who is kept, so it is no GET."""
    made = printing.find(db.session, g.organisation.id, order)
    path = printing.take(db.session, made, filename, settings(), now(), g.account.id)
    db.session.commit()
    return send_file(path, as_attachment=True, download_name=filename, max_age=0)


@pages.post("/print-orders/<uuid:order>/delete")
@access.staff("issuer")
def delete(order: uuid.UUID) -> ResponseReturnValue:
    """Delete the files now, not after some days."""
    printing.delete(db.session, printing.find(db.session, g.organisation.id, order), settings(), now())
    db.session.commit()
    flash(gettext("The files are deleted."))
    return redirect(url_for("printing.orders"))


def _chosen() -> tuple[printing.Wanted, dict[str, str]]:
    """What the form asks for, and the same in words."""
    chosen = {name: request.form.get(name, "")[:80] for name in ("badge", "group", "since", "until")}
    group = groups.find_group(db.session, g.organisation.id, _id(chosen["group"])) if chosen["group"] else None
    last = _day(chosen["until"])
    wanted = printing.Wanted(
        badge=chosen["badge"] or None,
        group_id=group.id if group else None,
        since=_day(chosen["since"]),
        until=last + timedelta(days=1) if last else None,
    )
    titles = {one.code: _title(one) for one in achievements.everything(db.session, settings())}
    said = {"badge": titles.get(chosen["badge"], ""), "group": group.name if group else ""}
    return wanted, chosen | said


def _shown(order: uuid.UUID) -> dict[str, Any]:
    made = printing.find(db.session, g.organisation.id, order)
    return {"order": made, "progress": printing.progress(db.session, made, settings()), "reasons": LEFT_OUT}


def _groups() -> list[Any]:
    return list(groups.groups_of(db.session, g.organisation.id, MOST_GROUPS))


def _title(badge: achievements.Template) -> str:
    return badge.certificate.title[badge.language(locale.page_language().code)]


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC) if 2000 <= day.year <= 2200 else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> datetime:
    raise DayNotRead("“%(text)s” is no day. Write it like this: 2027-03-31.", text=text[:20])


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)  # a group that nobody has
