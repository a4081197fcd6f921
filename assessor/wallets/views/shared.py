"""What others see: a link that was shared, and the address of a badge while a link to it is open."""

import uuid
from collections.abc import Callable

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from assessor import access, locale
from assessor.accounts import limits
from assessor.credentials import issuing
from assessor.credentials.models import Award
from assessor.database import db, now
from assessor.errors import Conflict, NotFound, Refusal
from assessor.installation import settings
from assessor.wallets import holding, sharing, showing
from assessor.wallets.choice import Choice
from assessor.wallets.views.context import pages

#: Media type → the form of the badge, in the order in which we would choose.
SIGNED = {
    "application/vc+ld+json": "json",
    "application/ld+json": "json",
    "application/vc": "json",
    "application/json": "json",
    "application/vc+jwt": "jwt",
    "application/jwt": "jwt",
}
PAGE = "text/html"
OFFERED = (*SIGNED, PAGE)


class NothingShared(NotFound):
    """There is no badge at this address, or its holder shows it to nobody now."""


class ShownInPart(NotFound):
    """The holder shows less than the badge says, so the badge itself is not handed out."""


class NotAcceptable(Refusal):
    """The badge exists in other media types than those that were asked for."""

    status = 406
    title = "Not in this form"


class Withdrawn(Refusal):
    """The badge at this address does not count any more."""

    status = 410
    title = "Withdrawn"


class OnHold(Conflict):
    """The badge at this address does not count at the moment."""

    title = "On hold"


@pages.get("/s/<secret>")
@access.public_writing
def shared(secret: str) -> ResponseReturnValue:
    """What the holder of a certificate chose to show, and whether it is genuine now."""
    place = request.remote_addr or ""
    limits.check(db.session, limits.SHARE, place, now())
    try:
        found, award = sharing.find_open(db.session, secret)
    except sharing.NoSuchLink:
        limits.record(db.session, limits.SHARE, place, now())
        db.session.commit()
        raise
    return _page(award, found.shows)


@pages.get("/credentials/<uuid:award>")
@access.public
def credential(award: uuid.UUID) -> ResponseReturnValue:
    """The address of a badge: a page or the signed badge, while its holder shows it to somebody."""
    found = holding.at_address(db.session, award)
    choice = sharing.widest_of(db.session, found) if found is not None else None
    if found is None or choice is None:
        raise NothingShared("There is nothing to see here. Ask the person for a link.")
    wanted = _negotiated()
    answer = _page(found, choice) if wanted == PAGE else _signed(found, choice, wanted)
    answer.vary.add("Accept")
    if found.revoked_at is not None:
        answer.status_code = Withdrawn.status
    return answer


def _page(award: Award, choice: Choice) -> Response:
    language = locale.page_language().code
    shown = showing.shown(db.session, award, choice, language, settings(), now())
    if shown is None:
        raise issuing.NotSignedYet("The certificate is being made. Try again in a minute.")
    here = settings()
    page = render_template(
        "wallets/shared.html", shown=shown, choice=choice, host=here.host, demonstration=here.demonstration
    )
    answer = Response(page)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _signed(award: Award, choice: Choice, media_type: str) -> Response:
    """The badge as it was signed. It says everything, so it is given only where one link shows everything."""
    if award.revoked_at is not None:
        raise Withdrawn("This certificate was withdrawn. It does not count any more.")
    if award.suspended_at is not None:
        raise OnHold("This certificate is on hold. Ask again later.")
    if not choice.is_everything:
        raise ShownInPart("The person shows a part of this badge only. Open this address in a browser.")
    answer = Response(issuing.export(db.session, award, SIGNED[media_type], settings()).content)
    answer.content_type = media_type
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _negotiated() -> str:
    """The media type that is wanted most; of those wanted alike, the first that we offer (RFC 9110, section 12.5.1)."""
    accepted = request.accept_mimetypes
    quality: Callable[[str], float] = accepted.quality if accepted else lambda _media_type: 1.0
    best = max(OFFERED, key=quality)
    if quality(best) <= 0:
        raise NotAcceptable("This badge is here as %(types)s.", types=", ".join(OFFERED))
    return best
