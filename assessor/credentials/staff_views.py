"""The staff's list of certificates, and taking one back."""

import uuid

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from assessor import access
from assessor.certificates import number as numbers
from assessor.credentials import awarding, finding
from assessor.credentials.forms import REASONS, WithdrawForm
from assessor.database import db, now
from assessor.installation import settings

pages = Blueprint("certificates", __name__, template_folder="templates", url_prefix="/staff/<organisation>")
pages.add_app_template_filter(numbers.written, "certificate_number")

MOST = 100  # certificates on a page
FURTHEST = 1_000_000


@pages.get("/certificates")
@access.staff("issuer")
def awards() -> ResponseReturnValue:
    """The certificates of the organisation, newest first, or those that hold the text looked for."""
    wanted = request.args.get("q", "")[:80]
    after = min(max(request.args.get("after", 0, type=int), 0), FURTHEST)
    found = finding.awards_of(db.session, g.organisation.id, wanted, MOST + 1, after)
    return render_template(
        "certificates/awards.html",
        awards=found[:MOST],
        older=after + MOST if len(found) > MOST else None,
        after=after,
        wanted=wanted,
        reasons=REASONS,
    )


@pages.route("/certificates/<uuid:award>/withdraw", methods=["GET", "POST"])
@access.staff("issuer")
def withdraw(award: uuid.UUID) -> ResponseReturnValue:
    """Ask once more, with the reason; then everybody who checks the certificate reads that it was withdrawn."""
    decided = awarding.find_in(db.session, g.organisation.id, award)
    form = WithdrawForm()
    if not form.validate_on_submit():
        return render_template("certificates/withdraw.html", award=decided, form=form, reasons=REASONS), (
            422 if form.errors else 200
        )
    awarding.revoke(db.session, decided, form.reason.data, settings(), now())
    db.session.commit()
    flash(gettext("Withdrawn. Everybody who checks it can see that now."))
    return redirect(url_for("certificates.awards"))
