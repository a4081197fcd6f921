"""What came out: the result, the name, the certificate."""

from typing import Any

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessor import access, locale
from assessor.certificates import number as numbers
from assessor.credentials import achievements, issuing, papers
from assessor.credentials.awarding import Holder
from assessor.credentials.names import NameNotUsable
from assessor.database import db, now
from assessor.installation import settings
from assessor.sittings import awarding
from assessor.sittings import pages as page
from assessor.sittings.forms import NameForm
from assessor.sittings.models import Result, Sitting
from assessor.sittings.views.context import both, finished, pages


@pages.get("/me/result")
@access.learner
def result() -> ResponseReturnValue:
    """What I can do, the map, the next steps, the way to the certificate."""
    sitting = finished()
    found = db.session.get_one(Result, (sitting.organisation_id, sitting.id))
    return render_template(
        "sittings/result.html",
        **both(sitting, home_first=True),
        **page.result_page(db.session, sitting, found),
        nickname=g.learner.nickname,
        certificate=_certificate_state(sitting, found),
    )


@pages.route("/me/name", methods=["GET", "POST"])
@access.learner
def name() -> ResponseReturnValue:
    """The name, asked only now, with what it will look like and who will read it."""
    sitting = finished()
    if awarding.award_of(db.session, sitting) is not None:
        return redirect(url_for("sittings.certificate"))
    form = NameForm()
    printed, errors = None, dict[str, Any]()
    if request.method == "POST":
        if request.form.get("act") == "preview" or form.validate():
            holder = Holder(form.name.data or "", form.second.data or "", form.named_in_badge.data)
            try:
                if request.form.get("act") != "preview":
                    awarding.award(db.session, sitting, holder, settings(), now(), form.language.data or "")
                    db.session.commit()
                    return redirect(url_for("sittings.certificate"))
                printed = awarding.preview(db.session, sitting, holder, settings(), now(), form.language.data or "")
            except NameNotUsable as refusal:
                db.session.rollback()
                errors = {refusal.field: [locale.sentence(finished().help_language, refusal.message)]}
        else:
            errors = {field: messages for field, messages in form.errors.items() if field}
    return render_template(
        "sittings/name.html",
        **both(finished(), home_first=True),
        name=form.name.data or "",
        second=form.second.data or "",
        named_in_badge=form.named_in_badge.data,
        paper_language=form.language.data or "",
        paper_languages=awarding.paper_languages(db.session, sitting, settings()),
        agreed=bool(form.agreed.data),
        printed=printed,
        errors=errors,
    ), (422 if errors else 200)


@pages.get("/me/certificate")
@access.learner
def certificate() -> ResponseReturnValue:
    """My proof: on paper, as a picture, as a file."""
    sitting = finished()
    award = awarding.award_of(db.session, sitting)
    if award is None:
        return redirect(url_for("sittings.result"))
    paper = achievements.find(db.session, award.achievement_code, settings()).certificate
    title, band = paper.headed(award.level, award.language)
    signed = issuing.credential_of(db.session, award)
    shown: dict[str, Any] = {
        "holder": award.holder_name,
        "second": award.second_name,
        "language": award.language,
        "title": title,
        "band": band,
        "elsewhere": paper.headed_elsewhere(award.level, award.language),
        "ready": signed is not None,
        "withdrawn": award.revoked_at is not None,
        "on_hold": award.suspended_at is not None,
    }
    if signed is not None:
        shown |= {
            "number": numbers.written(award.number),
            "badge_url": url_for("sittings.proof", form="svg"),
            "pdf_url": url_for("sittings.proof", form="pdf"),
            "png_url": url_for("sittings.proof", form="png"),
            "json_url": url_for("sittings.proof", form="json"),
            "check_url": papers.qr_text(signed, settings()),
            "host": settings().host,
        }
    return render_template("sittings/certificate.html", **both(sitting, home_first=True), certificate=shown)


@pages.get("/me/certificate.<form>")
@access.learner
def proof(form: str) -> ResponseReturnValue:
    """The certificate as a file: pdf, png, svg, json."""
    award = awarding.award_of(db.session, finished())
    if award is None:
        return redirect(url_for("sittings.result"))
    exported = issuing.export(db.session, award, form, settings())
    answer = current_app.response_class(exported.content, mimetype=exported.content_type)
    inline = form in ("pdf", "svg")
    answer.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{exported.file_name}"'
    return answer


def _certificate_state(sitting: Sitting, found: Result) -> str:
    if awarding.award_of(db.session, sitting) is not None:
        return "ready"
    if found.level is None:
        return "not yet"
    return "name" if sitting.confirmed_at else "waiting"
