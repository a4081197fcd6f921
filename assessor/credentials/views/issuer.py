"""Who issues and who assesses: pages for people, the same addresses as data for programs."""

from babel import Locale
from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy import select

from assessor import access
from assessor.credentials import achievements, endorsing, figures, issuer, profiles
from assessor.credentials.views import answers
from assessor.credentials.views.context import pages
from assessor.database import db, now
from assessor.installation import settings
from assessor.openbadges.achievement import Profile
from assessor.organisations.models import Organisation

KEPT = 300  # seconds that a copy of a profile may be used without asking


@pages.get("/issuer")
@access.public
def issuer_profile() -> ResponseReturnValue:
    """Who issues the badges of this installation, and who endorses that."""
    said = settings()
    if not answers.wants_page():
        return answers.data(profiles.as_document(endorsing.with_endorsements(db.session, _issuer(), now())), KEPT)
    return answers.page(
        render_template(
            "credentials/issuer.html",
            profile=_issuer(),
            project=said.project,
            country=_country(said.country),
            endorsements=endorsing.in_force(db.session, issuer.did(said), now()),
            badges=achievements.everything(db.session, said),
            organisations=db.session.scalars(select(Organisation).order_by(Organisation.name)).all(),
            figures=figures.published(db.session, said, now()),
        )
    )


@pages.get("/organisations/<code>")
@access.public
def organisation(code: str) -> ResponseReturnValue:
    """An organisation that assesses for the issuer."""
    found = profiles.find(db.session, code)
    shown = profiles.of_organisation(found, settings().public_url)
    if not answers.wants_page():
        return answers.data(profiles.as_document(endorsing.with_endorsements(db.session, shown, now())), KEPT)
    return answers.page(
        render_template(
            "credentials/organisation.html",
            profile=shown,
            project=found.project,
            country=_country(found.country),
            endorsements=endorsing.in_force(db.session, shown.id, now()),
            issuer=_issuer(),
        )
    )


def _issuer() -> Profile:
    return profiles.of_issuer(settings())


def _country(code: str) -> str:
    """The name of a country in the language of the page, or its code."""
    shown: Locale = get_locale()
    return str(shown.territories.get(code, code))
