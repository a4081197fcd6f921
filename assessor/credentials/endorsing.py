"""Endorsements: what partners sign in favour of us, checked before it is kept; and what we sign in favour of others.

New badges carry those about the issuer, about the organisation that assessed and about the achievement. Partners hand
them over as files, with the DID document of their key: nothing is fetched.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from assessor.config import Settings, key_secrets
from assessor.credentials import issuer, keys, profiles
from assessor.credentials.models import Achievement as StoredAchievement
from assessor.credentials.models import Endorsement
from assessor.errors import Conflict, Invalid, NotFound
from assessor.openbadges import endorsement
from assessor.openbadges.achievement import NOT_ENDORSED, Achievement, Endorsed, Profile
from assessor.openbadges.checks import State
from assessor.openbadges.errors import InvalidBadge, OpenBadgesError
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.jwt import issuer_of
from assessor.openbadges.reading import is_jwt
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.withdrawal import StatusSource
from assessor.organisations.models import Organisation

Endorsable = TypeVar("Endorsable", Profile, Achievement)

#: Of one thing: every badge carries them.
MOST = 4
#: Of the JSON form, which makes badges larger; `endorsement.MAX_ENDORSEMENT_BYTES` is what verifiers take.
MAX_BYTES = 8 * 1024
YEAR = timedelta(days=365.25)


class EndorsementNotUsable(Invalid):
    """The file is no endorsement of ours that holds; the message says why."""


class TooManyEndorsements(Conflict):
    """Badges would grow too large."""


class UnknownEndorsement(NotFound):
    """There is no endorsement with this number."""


def add(
    session: Session,
    data: bytes,
    endorser: JsonObject,
    settings: Settings,
    now: datetime,
    status: StatusSource | None = None,
) -> Endorsement:
    """Keep a partner's endorsement after checking it; one with the same id takes the place of the older.

    ``endorser``: the DID document of the partner. ``status``: its status list, for one that can be taken back.
    Raises `EndorsementNotUsable` with the reason, or `TooManyEndorsements`.
    """
    text = data.strip()
    try:
        checked = endorsement.check_endorsement(text, Trust.of(endorser), now, status=status)
        if checked.state is not State.PASSED:
            raise EndorsementNotUsable("%(why)s", why=checked.reason)
        document = endorsement.read_endorsement(text)
        if not is_jwt(text):
            endorsement.check_embeddable(document)
    except OpenBadgesError as error:
        raise EndorsementNotUsable("%(why)s", why=str(error)) from error
    _check_subject(session, document, settings)
    if len(text) > MAX_BYTES:
        raise EndorsementNotUsable("The endorsement is too large: every badge would carry it. Say it shorter.")
    return _store(session, document, text, endorser, now)


def remove(session: Session, endorsement_id: uuid.UUID) -> None:
    """Forget an endorsement; new badges do not carry it. Raises `UnknownEndorsement`."""
    found = session.get(Endorsement, endorsement_id)
    if found is None:
        raise UnknownEndorsement("There is no endorsement with this id. Look at them: assessor endorsements list")
    session.delete(found)


def everything(session: Session) -> Sequence[Endorsement]:
    """All endorsements that are kept, oldest first, ended ones too."""
    return session.scalars(select(Endorsement).order_by(Endorsement.added_at, Endorsement.id)).all()


def in_force(session: Session, about: str, now: datetime) -> Sequence[Endorsement]:
    """The endorsements of one thing that hold now, oldest first."""
    return [found for found in _in_force(session, now) if found.about == about]


def carried(session: Session, now: datetime) -> Mapping[str, Endorsed]:
    """What a badge of this moment carries: the id of a thing → its endorsements, as they were signed."""
    by_subject: dict[str, list[Endorsement]] = defaultdict(list)
    for found in _in_force(session, now):
        by_subject[found.about].append(found)
    return {
        about: Endorsed(
            credentials=tuple(read_json(one.body) for one in listed if one.form == "json"),
            tokens=tuple(one.body.decode("ascii") for one in listed if one.form == "jwt"),
        )
        for about, listed in by_subject.items()
    }


def with_endorsements(session: Session, thing: Endorsable, now: datetime) -> Endorsable:
    """A profile or an achievement, with what partners say of it now."""
    return replace(thing, endorsed=carried(session, now).get(thing.id, NOT_ENDORSED))


def endorsers(session: Session) -> list[JsonObject]:
    """The DID documents of those who endorse us, as they gave them: with these, our badges' endorsements hold."""
    found = {one.endorser: one.endorser_document for one in everything(session)}
    return list(found.values())


def make(session: Session, about: str, comment: str, settings: Settings, now: datetime, years: int) -> bytes:
    """Sign an endorsement of ours in favour of somebody else, for this many years; the bytes to hand over.

    It ends by itself, since it is in no status list. Raises `EndorsementNotUsable`.
    """
    if _is_ourselves(about, settings):
        raise EndorsementNotUsable("An endorsement of oneself says nothing. Name somebody else.")
    signer, moment = keys.signer(session, "badge", key_secrets(settings)), now.replace(microsecond=0)
    said = endorsement.Endorsement(
        id=uuid.uuid4().urn,
        issuer=profiles.of_issuer(settings),
        about=about,
        comment=" ".join(comment.split()),
        valid_from=moment,
        valid_until=moment + years * YEAR,
        name=f"Endorsement by {settings.organisation}",
    )
    try:
        return endorsement.endorse(said, signer, issuer.key_address(settings, signer.public_key, "Multikey"), moment)
    except InvalidBadge as error:
        raise EndorsementNotUsable("%(why)s", why=str(error)) from error


def _in_force(session: Session, now: datetime) -> Sequence[Endorsement]:
    holds = (
        Endorsement.valid_from <= now,
        or_(Endorsement.valid_until.is_(None), Endorsement.valid_until > now),
    )
    return session.scalars(select(Endorsement).where(*holds).order_by(Endorsement.added_at, Endorsement.id)).all()


def _check_subject(session: Session, document: JsonObject, settings: Settings) -> None:
    """It is about us, one of our organisations or one of our achievements, and not by ourselves."""
    about = endorsement.subject_of(document)
    organisations = f"{settings.public_url}/organisations/"
    achievements = f"{settings.public_url}/achievements/"
    if about.startswith(organisations):
        code = about.removeprefix(organisations)
        known = session.scalar(select(Organisation.id).where(Organisation.code == code)) is not None
    elif about.startswith(achievements):
        known = session.get(StoredAchievement, about.removeprefix(achievements)) is not None
    else:
        known = about == issuer.did(settings)
    if not known:
        raise EndorsementNotUsable(
            "This endorsement is about %(about)s. Only those about %(did)s, its organisations and its achievements "
            "are kept.",
            about=about[:120],
            did=issuer.did(settings),
        )
    if issuer_of(document) == issuer.did(settings) and not about.startswith(organisations):
        raise EndorsementNotUsable("An endorsement of oneself says nothing. Name somebody else.")


def _is_ourselves(about: str, settings: Settings) -> bool:
    return about == issuer.did(settings) or about.startswith(f"{settings.public_url}/achievements/")


def _store(session: Session, document: JsonObject, text: bytes, endorser: JsonObject, now: datetime) -> Endorsement:
    about = endorsement.subject_of(document)
    known = session.scalar(select(Endorsement).where(Endorsement.credential == document["id"]))
    count = len([one for one in everything(session) if one.about == about and one is not known])
    if count >= MOST:
        raise TooManyEndorsements("There are %(most)s endorsements of this already. Remove one first.", most=MOST)
    start = read_timestamp(document["validFrom"])
    if start is None:  # the check has read it before
        raise EndorsementNotUsable("%(why)s", why="The endorsement does not say from when it is valid.")
    named = document["issuer"]
    stored = known or Endorsement(credential=document["id"])
    stored.about, stored.comment = about, endorsement.comment_of(document)
    stored.endorser = issuer_of(document)
    stored.endorser_name = str(named.get("name") or stored.endorser) if isinstance(named, dict) else stored.endorser
    stored.endorser_document = endorser
    stored.valid_from, stored.valid_until = start, read_timestamp(document.get("validUntil"))
    stored.form, stored.body, stored.added_at = "jwt" if is_jwt(text) else "json", text, now
    session.add(stored)
    session.flush()
    return stored
