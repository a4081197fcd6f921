"""Sign in, change the password, sign out."""

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from assessor import access
from assessor.accounts import staff, visits
from assessor.accounts.forms import PasswordForm, SignInForm
from assessor.database import db, now
from assessor.errors import Invalid

pages = Blueprint("accounts", __name__, template_folder="templates", url_prefix="/staff")

#: Name of the visit's token in the signed cookie.
TOKEN = "visit"
#: Name of the request of an app that waits there for an answer; somebody may have to look for their card first.
APP_REQUEST = "app request"
KEPT = ("language", APP_REQUEST)


def remember(token: str) -> None:
    """Put a visit's token into the cookie; of what it held before, only `KEPT` stays."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    session[TOKEN] = token


@pages.route("/sign-in", methods=["GET", "POST"])
@access.public
def sign_in() -> ResponseReturnValue:
    """Sign in with name and password."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), (422 if form.errors else 200)
    try:
        account = staff.claimed(db.session, _proved(form.login.data or "", form.password.data or ""))
    except staff.WrongPassword as wrong:
        return render_template("accounts/sign_in.html", form=form, problem=wrong.message), wrong.status
    remember(visits.begin_for_staff(db.session, account, now()))
    db.session.commit()
    return redirect(url_for("organisations.start"))


@pages.route("/password", methods=["GET", "POST"])
@access.signed_in
def password() -> ResponseReturnValue:
    """Change the password; asked for at the first sign-in."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _password_page(form, 422 if form.errors else 200)
    current, new = form.current.data or "", form.new.data or ""
    try:
        claim = _proved(g.account.login, current)
        password_hash = staff.hash_of_new(new, current)
        account = staff.claimed(db.session, claim)
    except staff.WrongPassword as wrong:
        problem = gettext("The password you have now is another one. Look and try again.")
        return _password_page(form, wrong.status, problem)
    except Invalid as refusal:
        return _password_page(form, refusal.status, gettext(refusal.message, **refusal.values))
    staff.change_password(db.session, account, password_hash)
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


def _proved(login: str, given: str) -> staff.Claim:
    """This browser's claim to a login, proved by the given password; a wrong one is counted.

    No transaction is open while the password is proved: anybody on the internet may ask for that, at any rate.
    """
    claim = staff.claim(db.session, login, request.remote_addr or "", now())
    db.session.rollback()
    try:
        staff.prove(claim, given)
    except staff.WrongPassword:
        staff.record_wrong_password(db.session, claim, now())
        db.session.commit()
        raise
    return claim


def _password_page(form: PasswordForm, status: int, problem: str = "") -> ResponseReturnValue:
    first = g.account.must_change_password
    return render_template("accounts/password.html", form=form, first=first, problem=problem), status
