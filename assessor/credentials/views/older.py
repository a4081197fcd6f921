"""The addresses of Open Badges 2.0, of which a badge taken along in that form is believed."""

import uuid

from flask.typing import ResponseReturnValue

from assessor import access
from assessor.credentials import backpack
from assessor.credentials.views import answers
from assessor.credentials.views.answers import LINKED_DATA
from assessor.credentials.views.context import pages
from assessor.database import db
from assessor.installation import settings


@pages.get("/ob2/credentials/<uuid:award>")
@access.public
def older_badge(award: uuid.UUID) -> ResponseReturnValue:
    """A badge in Open Badges 2.0, while its holder lets it answer; 410 once it was taken back."""
    served = backpack.at_address(db.session, award, settings())
    return answers.exactly(served.body, LINKED_DATA, 410 if served.is_gone else 200)


@pages.get("/ob2/achievements/<code>")
@access.public
def older_class(code: str) -> ResponseReturnValue:
    """What can be earned, in Open Badges 2.0."""
    return answers.exactly(backpack.badge_class(db.session, code, settings()), LINKED_DATA)


@pages.get("/ob2/issuer")
@access.public
def older_issuer() -> ResponseReturnValue:
    """The issuer, in Open Badges 2.0."""
    return answers.exactly(backpack.issuer_profile(settings()), LINKED_DATA)


@pages.get("/ob2/revocations")
@access.public
def older_revocations() -> ResponseReturnValue:
    """What was taken back, in Open Badges 2.0."""
    return answers.exactly(backpack.revocations(db.session, settings()), LINKED_DATA)
