"""The staff's list of certificates; correcting one, putting it on hold, taking it back."""

import uuid
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from assessor import access
from assessor.certificates import number as numbers
from assessor.credentials import achievements, awarding, finding, issuing, papers, pocket
from assessor.credentials.forms import REASONS, STEPS, CorrectNameForm, WithdrawForm
from assessor.credentials.models import Award
from assessor.credentials.names import NameNotUsable
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


@pages.get("/certificates/<uuid:award>")
@access.staff("issuer")
def one(award: uuid.UUID) -> ResponseReturnValue:
    """One certificate: how it stands, what happened to it, and what can be done."""
    decided = finding.find_in(db.session, g.organisation.id, award)
    return render_template(
        "certificates/one.html",
        award=decided,
        versions=finding.of_address(db.session, decided),
        story=finding.story(db.session, decided),
        reasons=REASONS,
        steps=STEPS,
        choices=papers.choices(db.session, decided, settings()),
    )


@pages.get("/certificates/<uuid:award>/paper.pdf")
@access.staff("issuer")
def paper(award: uuid.UUID) -> ResponseReturnValue:
    """The paper, to print it once more, as it is or with another layout or a second language."""
    decided = finding.find_in(db.session, g.organisation.id, award)
    return _file(issuing.export(db.session, decided, "pdf", settings(), papers.chosen(request.args)))


@pages.get("/certificates/<uuid:award>/card.pdf")
@access.staff("issuer")
def card(award: uuid.UUID) -> ResponseReturnValue:
    """The certificate as a card, to print and cut."""
    decided = finding.find_in(db.session, g.organisation.id, award)
    return _file(pocket.export(db.session, decided, "card", settings()))


@pages.get("/certificates/<uuid:award>/phone.png")
@access.staff("issuer")
def phone(award: uuid.UUID) -> ResponseReturnValue:
    """Page 1 as a picture, to send to the holder's phone."""
    decided = finding.find_in(db.session, g.organisation.id, award)
    return _file(pocket.export(db.session, decided, "phone", settings()))


@pages.route("/certificates/<uuid:award>/name", methods=["GET", "POST"])
@access.staff("issuer")
def name(award: uuid.UUID) -> ResponseReturnValue:
    """Correct the name: see how it looks, then a new certificate takes the place of this one."""
    decided = finding.find_in(db.session, g.organisation.id, award)
    form = CorrectNameForm(data=asdict(awarding.holder_of(decided)))
    printed, errors = None, dict[str, Any]()
    if request.form.get("act") == "preview" or form.validate_on_submit():
        holder = awarding.Holder(form.name.data or "", form.second.data or "", form.named_in_badge.data)
        try:
            if request.form.get("act") != "preview":
                return _replaced(decided, holder, form.language.data or "")
            printed = awarding.preview_replacement(db.session, decided, holder, settings(), now())
        except NameNotUsable as refusal:
            db.session.rollback()
            errors = {refusal.field: [gettext(refusal.message)]}
    errors = errors or {field: messages for field, messages in form.errors.items() if field}
    return render_template(
        "certificates/name.html",
        award=finding.find_in(db.session, g.organisation.id, award),
        form=form,
        languages=papers.choices(db.session, decided, settings()).second_languages,
        printed=printed,
        errors=errors,
    ), (422 if errors else 200)


@pages.post("/certificates/<uuid:award>/hold")
@access.staff("issuer")
def hold(award: uuid.UUID) -> ResponseReturnValue:
    """Put it on hold; everybody who checks it reads so at once."""
    decided = finding.find_in(db.session, g.organisation.id, award)
    awarding.suspend(db.session, decided, settings(), now(), g.account.id)
    db.session.commit()
    flash(gettext("On hold. Everybody who checks it can see that now."))
    return redirect(url_for("certificates.one", award=award))


@pages.post("/certificates/<uuid:award>/end-hold")
@access.staff("issuer")
def end_hold(award: uuid.UUID) -> ResponseReturnValue:
    """End the hold: it counts again."""
    decided = finding.find_in(db.session, g.organisation.id, award)
    awarding.reinstate(db.session, decided, settings(), now(), g.account.id)
    db.session.commit()
    flash(gettext("The certificate counts again."))
    return redirect(url_for("certificates.one", award=award))


@pages.route("/certificates/<uuid:award>/withdraw", methods=["GET", "POST"])
@access.staff("issuer")
def withdraw(award: uuid.UUID) -> ResponseReturnValue:
    """Ask once more, with the reason; then everybody who checks the certificate reads that it was withdrawn."""
    decided = finding.find_in(db.session, g.organisation.id, award)
    form = WithdrawForm()
    if not form.validate_on_submit():
        return render_template("certificates/withdraw.html", award=decided, form=form, reasons=REASONS), (
            422 if form.errors else 200
        )
    awarding.revoke(db.session, decided, form.reason.data, settings(), now(), g.account.id)
    db.session.commit()
    flash(gettext("Withdrawn. Everybody who checks it can see that now."))
    return redirect(url_for("certificates.awards"))


def _file(exported: issuing.Exported) -> Response:
    answer = Response(exported.content, mimetype=exported.content_type)
    answer.headers["Content-Disposition"] = f'inline; filename="{exported.file_name}"'
    return answer


def _replaced(decided: Award, holder: awarding.Holder, language: str) -> ResponseReturnValue:
    if holder == awarding.holder_of(decided) and language in ("", decided.language):
        flash(gettext("Nothing was changed, so the certificate stays as it is."), "problem")
        return redirect(url_for("certificates.one", award=decided.id))
    if language:
        achievements.find(db.session, decided.achievement_code, settings()).check_language(language)
    new = awarding.replace(db.session, decided, holder, settings(), now(), language=language, by=g.account.id)
    db.session.commit()
    flash(gettext("The new certificate for %(name)s is being made. Print it again.", name=new.holder_name))
    return redirect(url_for("certificates.one", award=new.id))
