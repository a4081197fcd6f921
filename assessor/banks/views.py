"""Pictures and sounds of questions, and the page on which a reviewer approves translations."""

import io
import uuid

from babel import Locale, UnknownLocaleError
from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from assessor import access, locale
from assessor.banks import releases, translation
from assessor.banks.models import Media
from assessor.database import db, now
from assessor.errors import NotFound
from assessor.frameworks import plain_words

pages = Blueprint("banks", __name__, template_folder="templates")

#: A picture opened by itself may style its shapes and nothing else.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
FOR_EVER = 31_536_000


class UnknownMedia(NotFound):
    """No picture or sound has this digest."""


@pages.get("/media/<sha256>")
@access.public
def media(sha256: str) -> ResponseReturnValue:
    """A picture or sound by its content; it never changes, so browsers keep it."""
    found = db.session.get(Media, sha256)
    if found is None:
        raise UnknownMedia("There is no picture or sound at this address.")
    answer = send_file(
        io.BytesIO(found.content), found.content_type, conditional=True, etag=found.sha256, max_age=FOR_EVER
    )  # conditional answers ranges too: Safari plays no sound without them
    answer.headers["Cache-Control"] = f"public, max-age={FOR_EVER}, immutable"
    answer.headers["Content-Security-Policy"] = PICTURE_POLICY
    return answer


@pages.get("/staff/<organisation>/translations")
@access.staff("reviewer")
def translations() -> ResponseReturnValue:
    """Every bank in every language: what is approved, what waits."""
    banks = [
        (edition, translation.progress(db.session, edition)) for edition in translation.newest_editions(db.session)
    ]
    return render_template("banks/translations.html", banks=banks, language=_language)


@pages.route("/staff/<organisation>/translations/<uuid:release>/<language>", methods=["GET", "POST"])
@access.staff("reviewer")
def approvals(release: uuid.UUID, language: str) -> ResponseReturnValue:
    """Source beside translation, one competence at a time; the ticked ones are approved."""
    edition = releases.edition(db.session, release)
    competence = request.args.get("competence", edition.competences[0])
    readings = translation.side_by_side(db.session, edition, language, competence)
    if request.method == "POST":
        ticked = request.form.getlist("item")
        count = translation.approve(db.session, edition, language, ticked, g.account.id, now())
        db.session.commit()
        if ticked:
            flash(ngettext("%(num)s question is approved.", "%(num)s questions are approved.", count))
        else:
            flash(gettext("Nothing was ticked. Tick what you have read."), "problem")
        return redirect(url_for("banks.approvals", release=release, language=language, competence=competence), 303)
    return render_template(
        "banks/approvals.html",
        edition=edition,
        readings=readings,
        media_url=lambda name: url_for("banks.media", sha256=edition.media[name]),
        progress=next(one for one in translation.progress(db.session, edition) if one.language == language),
        source=_language(edition.source_language),
        target=_language(language),
        competence=competence,
        competences=[(code, _name(code)) for code in edition.competences],
    )


def _name(code: str) -> str:
    return plain_words.short_name(code, locale.page_language().code).text


def _language(code: str) -> locale.Language:
    """A language of a bank, with its own name and direction, also where the interface does not have it."""
    if known := locale.BY_CODE.get(code):
        return known
    try:
        found = Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return locale.Language(code, code)
    return locale.Language(code, found.get_language_name() or code, found.text_direction)
