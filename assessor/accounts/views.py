"""Sign in, change the password, sign out."""

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.accounts import staff, visits
from assessor.accounts.forms import PasswordForm, SignInForm
from assessor.accounts.models import Account
from assessor.database import db, now
from assessor.errors import Invalid

pages = Blueprint("accounts", __name__, template_folder="templates", url_prefix="/staff")

#: Name of the visit's token in the signed cookie.
TOKEN = "visit"


def remember(token: str) -> None:
    """Put a visit's token into the cookie; whatever the cookie held before is forgotten, except the language."""
    language = session.get("language")
    session.clear()
    session[TOKEN] = token
    if language:
        session["language"] = language


@pages.route("/sign-in", methods=["GET", "POST"])
@access.public
def sign_in() -> ResponseReturnValue:
    """Sign in with name and password."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), (422 if form.errors else 200)
    login = form.login.data or ""
    try:
        account = staff.sign_in(db.session, login, form.password.data or "", now())
    except staff.WrongPassword as wrong:
        staff.record_wrong_password(db.session, login, now())
        db.session.commit()
        return render_template("accounts/sign_in.html", form=form, problem=wrong.message), 403
    remember(visits.begin_for_staff(db.session, account, now()))
    db.session.commit()
    return redirect(url_for("organisations.start"))


@pages.route("/password", methods=["GET", "POST"])
@access.signed_in
def password() -> ResponseReturnValue:
    """Change the password; asked for at the first sign-in."""
    form = PasswordForm()
    account: Account = g.account
    if not form.validate_on_submit():
        return render_template("accounts/password.html", form=form, first=account.must_change_password), (
            422 if form.errors else 200
        )
    try:
        staff.change_password(db.session, account, form.current.data or "", form.new.data or "")
    except (staff.WrongPassword, Invalid) as refusal:
        db.session.rollback()
        problem = refusal.message % refusal.values if refusal.values else refusal.message
        return render_template(
            "accounts/password.html", form=form, first=g.account.must_change_password, problem=problem
        ), refusal.status
    remember(visits.begin_for_staff(db.session, account, now()))
    db.session.commit()
    return redirect(url_for("organisations.start"))


@pages.post("/sign-out")
@access.public
def sign_out() -> ResponseReturnValue:
    """End this visit."""
    if token := session.get(TOKEN):
        visits.end(db.session, token)
        db.session.commit()
    session.clear()
    return redirect(url_for("accounts.sign_in") if request.form.get("staff") else "/")
