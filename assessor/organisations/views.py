"""The guard before every request, and the staff's pages of groups and cards."""

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.accounts import visits
from assessor.accounts.models import Account, Learner, Visit
from assessor.accounts.views import TOKEN
from assessor.database import db, now, reading
from assessor.errors import NotAllowed, NotFound
from assessor.organisations import roles

pages = Blueprint("organisations", __name__, template_folder="templates", url_prefix="/staff")


class NoCard(NotAllowed):
    """The page belongs to a learner, and this browser has no visit of one."""

    title = "Scan your card"


def guard() -> ResponseReturnValue | None:
    """Apply the rule that the requested view states; a view that states none is closed.

    Sets ``g.account`` or ``g.learner`` to who is there, and ``g.organisation`` on pages of staff.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None  # no such address: the router answers
    rule = access.access_of(view)
    reading.set(request.method in ("GET", "HEAD") and not (rule and rule.writes))
    if rule is None:
        raise NotFound("There is no page at this address.")
    if rule.kind == "public":
        return None
    visit = visits.find(db.session, session.get(TOKEN, ""), now())
    if rule.kind == "learner":
        return _let_learner_in(visit)
    return _let_staff_in(visit, rule)


def _let_learner_in(visit: Visit | None) -> ResponseReturnValue | None:
    if visit is None or visit.learner_id is None:
        raise NoCard("You were away. Scan your card. Your answers are here.")
    g.learner = db.session.get_one(Learner, (visit.organisation_id, visit.learner_id))
    g.language = g.learner.language
    return None


def _let_staff_in(visit: Visit | None, rule: access.Access) -> ResponseReturnValue | None:
    account = db.session.get(Account, visit.account_id) if visit and visit.account_id else None
    if account is None or account.disabled_at is not None:
        return redirect(url_for("accounts.sign_in"))
    g.account = account
    if rule.kind == "staff":
        code = (request.view_args or {}).get("organisation", "")
        g.organisation = roles.organisation_for(db.session, code, account.id, rule.role)
    if account.must_change_password and request.endpoint != "accounts.password":
        return redirect(url_for("accounts.password"))
    return None
