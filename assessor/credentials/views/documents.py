"""What programs need of this issuer: its DID document, its status lists, its achievements."""

from typing import Literal

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from assessor import access
from assessor.credentials import achievements, endorsing, kept, profiles, status
from assessor.credentials.views import answers
from assessor.credentials.views.context import pages
from assessor.database import db, now
from assessor.installation import settings
from assessor.openbadges.status_list import Purpose


@pages.get("/.well-known/did.json")
@access.public
def did_document() -> ResponseReturnValue:
    """The issuer's keys (did:web)."""
    body = kept.newest(db.session, settings(), kept.DID, lambda: kept.did_document(db.session, settings()))
    answer = Response(body, content_type="application/did+json")
    answer.add_etag()
    return answers.open_to_all(answer, 300).make_conditional(request)


@pages.get(f"/status/<int(max={status.HIGHEST}):number>")
@access.public
def status_list(number: int) -> ResponseReturnValue:
    """A status list as a credential with a proof: exactly the signed bytes."""
    return _listed(number, "revocation", "json")


@pages.get(f"/status/<int(max={status.HIGHEST}):number>.jwt")
@access.public
def status_list_jwt(number: int) -> ResponseReturnValue:
    """The same list as a VC-JWT, for the verification page."""
    return _listed(number, "revocation", "jwt")


@pages.get(f"/status/<int(max={status.HIGHEST}):number>-suspension")
@access.public
def suspension_list(number: int) -> ResponseReturnValue:
    """The list of what is on hold, over the same places."""
    return _listed(number, "suspension", "json")


@pages.get(f"/status/<int(max={status.HIGHEST}):number>-suspension.jwt")
@access.public
def suspension_list_jwt(number: int) -> ResponseReturnValue:
    """The same as a VC-JWT."""
    return _listed(number, "suspension", "jwt")


@pages.get("/achievements/<code>")
@access.public
def achievement(code: str) -> ResponseReturnValue:
    """What a badge is for and who endorses it: data for programs, a page for people."""
    badge = achievements.find(db.session, code, settings()).badge
    if not answers.wants_page():
        return answers.data(profiles.as_document(endorsing.with_endorsements(db.session, badge, now())), 300)
    return answers.page(
        render_template(
            "credentials/achievement.html",
            badge=badge,
            criteria=achievements.paragraphs(badge.criteria.narrative),
            code=code,
            endorsements=endorsing.in_force(db.session, badge.id, now()),
            issuer=profiles.of_issuer(settings()),
        )
    )


@pages.get("/achievements/<code>/badge.svg")
@access.public
def badge_picture(code: str) -> ResponseReturnValue:
    """The picture of a badge, without a credential inside."""
    template = achievements.find(db.session, code, settings())
    answer = Response(template.whole_picture, mimetype="image/svg+xml")
    return answers.open_to_all(answer, 300)


def _listed(number: int, purpose: Purpose, form: Literal["json", "jwt"]) -> ResponseReturnValue:
    """The signed bytes, also while the database does not answer."""
    signed, content_type = {
        "json": (status.signed_json, "application/vc+ld+json"),
        "jwt": (status.signed_jwt, "application/vc+jwt"),
    }[form]
    name = kept.list_name(number, purpose, form)
    return answers.exactly(
        kept.newest(db.session, settings(), name, lambda: signed(db.session, number, purpose)), content_type
    )
