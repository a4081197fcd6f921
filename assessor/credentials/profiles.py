"""Who issues and who assessed, as badges and public pages name them.

The installation is the issuer: one DID, one set of keys. An organisation in it that assessed is named as the `source`
of a badge. Both are fixed in the award, so that a badge that is signed later says what was true then.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials.issuer import can_be_code, did
from assessor.credentials.models import Award
from assessor.errors import Invalid, NotFound
from assessor.openbadges.achievement import Achievement, Image, Profile
from assessor.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_V3
from assessor.openbadges.errors import InvalidBadge
from assessor.openbadges.strict_json import JsonObject
from assessor.organisations.models import Organisation

MAX_DESCRIPTION = 500
MAX_LINE = 200


class ProfileNotUsable(Invalid):
    """What an organisation says of itself cannot stand in a badge."""


def of_issuer(settings: Settings) -> Profile:
    """This installation, as its badges name it."""
    return Profile(
        id=did(settings),
        name=settings.organisation,
        url=settings.public_url,
        description=settings.issuer_description,
        email=settings.contact_email,
        image=Image(settings.issuer_image) if settings.issuer_image else None,
    )


def of_organisation(organisation: Organisation, public_url: str) -> Profile:
    """An organisation of this installation, as badges name the one that assessed."""
    return Profile(
        id=organisation_url(public_url, organisation.code),
        name=organisation.name,
        url=organisation.url,
        description=organisation.description,
        email=organisation.email,
    )


def organisation_url(public_url: str, code: str) -> str:
    """The id of an organisation: its public page."""
    return f"{public_url}/organisations/{code}"


def find(session: Session, code: str) -> Organisation:
    """The organisation with this code. Raises `NotFound`."""
    found = session.scalar(select(Organisation).where(Organisation.code == code)) if can_be_code(code) else None
    if found is None:
        raise NotFound("There is no organisation with the code “%(code)s”.", code=code[:40])
    return found


def describe(organisation: Organisation, settings: Settings, changes: Mapping[str, str]) -> None:
    """Change what badges of from now on say of an organisation. ``changes``: of url, email, description.

    Raises `ProfileNotUsable`; then nothing is changed.
    """
    said = {name: " ".join(changes.get(name, getattr(organisation, name)).split()) for name in _SAID}
    if said["email"] and "@" not in said["email"]:
        raise ProfileNotUsable("“%(text)s” is not an e-mail address.", text=said["email"][:80])
    if any(len(said[name]) > longest for name, longest in _SAID.items()):
        raise ProfileNotUsable("This is too long for a badge. Say it in %(most)s signs.", most=MAX_DESCRIPTION)
    profile = Profile(
        organisation_url(settings.public_url, organisation.code),
        organisation.name,
        url=said["url"],
        description=said["description"],
        email=said["email"],
    )
    if profile.url and not profile.url.startswith(("https://", "http://")):
        raise ProfileNotUsable("“%(text)s” is not the address of a web site.", text=profile.url[:80])
    try:
        profile.document()
    except InvalidBadge as error:
        raise ProfileNotUsable("%(why)s", why=str(error)) from error
    for name, text in said.items():
        setattr(organisation, name, text)


def issuer_details(settings: Settings) -> dict[str, str]:
    """What an award keeps of the issuer beside name, project and address."""
    said = {
        "email": settings.contact_email,
        "description": settings.issuer_description,
        "image": settings.issuer_image,
        "partners": settings.partners,
    }
    return {name: text for name, text in said.items() if text}


def as_awarded(award: Award, settings: Settings) -> Settings:
    """Our settings, with what the award fixed of the issuer: name, project, partners, address, contact and so on."""
    then = replace(settings, organisation=award.issuer_name, project=award.project, public_url=award.public_url)
    return with_details(then, award.issuer_details)


def with_details(settings: Settings, details: Mapping[str, Any]) -> Settings:
    """Our settings, with what an award kept of the issuer; awards of before kept nothing, and their badges say none."""
    return replace(
        settings,
        contact_email=details.get("email", ""),
        issuer_description=details.get("description", ""),
        issuer_image=details.get("image", ""),
        partners=details.get("partners", ""),
    )


def assessed_by(organisation: Organisation, settings: Settings) -> dict[str, str]:
    """What an award keeps of the organisation that assessed."""
    profile = of_organisation(organisation, settings.public_url)
    said = {"id": profile.id, "name": profile.name, **{name: getattr(profile, name) for name in _SAID}}
    return {name: text for name, text in said.items() if text}


def read(kept: Mapping[str, Any]) -> Profile | None:
    """The organisation that an award names; None: awards of before do not say who assessed."""
    return Profile(**kept) if kept else None


def as_document(thing: Profile | Achievement) -> JsonObject:
    """A profile or an achievement as a document of its own, as it stands at its address."""
    return {"@context": [CREDENTIALS_V2, OPEN_BADGES_V3], **thing.document()}


_SAID = {"url": MAX_LINE, "email": MAX_LINE, "description": MAX_DESCRIPTION}
