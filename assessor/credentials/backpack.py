"""A certificate for older backpacks: Open Badges 2.0, made from what was signed, whenever somebody asks.

The documents are not stored, only how they name the holder, so that the file somebody took along and the document at
its address are one and the same.

A 2.0 badge is believed because its own address says the same. So taking the file along opens that address, which tells
neither name nor e-mail address; the holder can close it again, and then the file cannot be checked any more. Each award
has an address of its own: a replaced badge does not turn into the new one, it is gone.
"""

import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import achievements, issuing, profiles
from assessor.credentials.issuing import Exported
from assessor.credentials.models import Award, Credential, HostedCopy
from assessor.errors import Conflict, Invalid, NotFound
from assessor.openbadges import v2
from assessor.openbadges.baking import bake_png, bake_svg
from assessor.openbadges.errors import InvalidBadge
from assessor.openbadges.exits import Statement
from assessor.openbadges.grammar import is_iri
from assessor.openbadges.multikey import base64url_encode
from assessor.openbadges.recipient import Identity

#: Form → content type and ending of the file.
FORMS = {
    "ob2": ("application/ld+json", "ob2.json"),
    "ob2-png": ("image/png", "ob2.png"),
    "ob2-svg": ("image/svg+xml", "ob2.svg"),
}
#: How the holder may be named beside their name: what backpacks of 2.0 find a badge's owner by.
RECIPIENTS = ("email", "id")
MAX_RECIPIENT = 254
#: How ids of people begin. Never tel: or a bare number: those are few, so that a salted hash of one can be guessed.
OWN_IDS = ("did:", "https://")
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)*")
SALT_BYTES = 16


class NoContact(Conflict):
    """Open Badges 2.0 demands an e-mail address of every issuer."""

    title = "No e-mail address"


class NotInForce(Conflict):
    """A badge that does not count is not taken along: its 2.0 address would say no from the beginning."""


class NotHosted(NotFound):
    """Nothing answers here: nobody took this badge along, or its holder ended it, or it is on hold."""


@dataclass(frozen=True)
class Served:
    """What stands at the address of a 2.0 badge. ``is_gone``: it says that the badge was taken back."""

    body: bytes
    is_gone: bool = False


def places(award: Award, settings: Settings) -> v2.Places:
    """Where the 2.0 documents of an award stand."""
    return _places(profiles.as_awarded(award, settings), award.achievement_code, award.id)


def export(
    session: Session, award: Award, form: str, settings: Settings, now: datetime, recipient: str = ""
) -> Exported:
    """The certificate in one of `FORMS`; from now on its address answers.

    ``recipient``: how the file names the holder, "email:ada@example.org" or "id:did:key:…"; empty = as before, at first
    by name. Only a salted hash of it is kept. Another one than before takes its place: older files fit no more.
    Raises `NotSignedYet`, `NotInForce`, or `Invalid` for another form or recipient.
    """
    if form not in FORMS:
        raise Invalid("There is no such form. Forms are: %(forms)s.", forms=", ".join(FORMS))
    if award.revoked_at is not None:
        raise NotInForce("This certificate was withdrawn. It is not given in Open Badges 2.0 any more.")
    if award.suspended_at is not None:
        raise NotInForce("This certificate is on hold. It is not given in Open Badges 2.0 until that ends.")
    signed = issuing.signed_of(session, award)
    copy = _host(session, award, now, recipient)
    text = _as_2_0(copy, signed, settings)
    content = {
        "ob2": lambda: text,
        "ob2-png": lambda: bake_png(signed.png, text, "2.0"),
        "ob2-svg": lambda: bake_svg(signed.svg, text, "2.0"),
    }[form]()
    kind, ending = FORMS[form]
    return Exported(content, kind, f"certificate-{numbers.written(award.number)}.{ending}")


def end_hosting(session: Session, award: Award) -> None:
    """Close the 2.0 address of an award; its files cannot be checked any more. Ended twice is ended."""
    if copy := session.get(HostedCopy, (award.organisation_id, award.id)):
        session.delete(copy)


def hosted_copies(session: Session) -> Sequence[HostedCopy]:
    """Every badge whose 2.0 address answers, the oldest first."""
    return session.scalars(select(HostedCopy).order_by(HostedCopy.hosted_at, HostedCopy.award_id)).all()


def at_address(session: Session, award_id: uuid.UUID, settings: Settings) -> Served:
    """What stands at the 2.0 address of an award. Raises `NotHosted`."""
    copy = session.scalar(select(HostedCopy).where(HostedCopy.award_id == award_id))
    if copy is None:
        raise NotHosted("There is no certificate at this address.")
    if copy.award.revoked_at is not None:
        address = places(copy.award, settings).assertion
        return Served(v2.revoked_assertion(address, copy.award.revoked_reason or ""), is_gone=True)
    if copy.award.suspended_at is not None:
        raise NotHosted("This certificate is on hold. Ask its issuer, or try again later.")
    return Served(_as_2_0(copy, issuing.signed_of(session, copy.award), settings))


def badge_class(session: Session, code: str, settings: Settings) -> bytes:
    """What can be earned, in 2.0. Raises `NotFound`."""
    template = achievements.find(session, code, settings)
    return v2.badge_class(template.badge.document(), _places(settings, code))


def issuer_profile(settings: Settings) -> bytes:
    """The issuer, in 2.0. Raises `NoContact`."""
    if not settings.contact_email:
        raise NoContact("Open Badges 2.0 needs an e-mail address of the issuer, and this one gives none.")
    place = _places(settings)
    return v2.issuer_profile(profiles.of_issuer(settings).document(), place, settings.contact_email)


def revocations(session: Session, settings: Settings) -> bytes:
    """The addresses of all hosted badges that were taken back."""
    taken_back = [copy.award for copy in hosted_copies(session) if copy.award.revoked_at is not None]
    place = _places(settings)
    addresses = [places(award, settings).assertion for award in taken_back]
    return v2.revocation_list(place.revocations, place.issuer, addresses)


def _places(settings: Settings, code: str = "-", award_id: uuid.UUID | None = None) -> v2.Places:
    base = f"{settings.public_url}/ob2"
    return v2.Places(
        assertion=f"{base}/credentials/{award_id or '-'}",
        badge_class=f"{base}/achievements/{code}",
        issuer=f"{base}/issuer",
        revocations=f"{base}/revocations",
    )


def _as_2_0(copy: HostedCopy, signed: Credential, settings: Settings) -> bytes:
    recipient = Identity(copy.recipient_kind, copy.recipient_hash, True, copy.recipient_salt)
    return v2.assertion(Statement.stored(signed.body), places(copy.award, settings), recipient)


def _host(session: Session, award: Award, now: datetime, recipient: str) -> HostedCopy:
    """Open the address of an award; at first the holder is named by their name unless they want another."""
    copy = session.get(HostedCopy, (award.organisation_id, award.id))
    if copy is None:
        copy = HostedCopy(organisation_id=award.organisation_id, award_id=award.id, award=award, hosted_at=now)
        _name_holder(copy, ("name", award.holder_name))
    if recipient:
        _name_holder(copy, _read_recipient(recipient))
    session.add(copy)
    session.flush()
    return copy


def _name_holder(copy: HostedCopy, named: tuple[str, str]) -> None:
    """Keep a salted hash of how the holder is named: 2.0 files travel further than their holder sees."""
    salt = base64url_encode(secrets.token_bytes(SALT_BYTES))
    if copy.recipient_hash and _salted(named, copy.recipient_salt).value == copy.recipient_hash:
        return  # the same as before: older files still fit
    identity = _salted(named, salt)
    copy.recipient_kind, copy.recipient_hash, copy.recipient_salt = identity.kind, identity.value, salt


def _salted(named: tuple[str, str], salt: str) -> Identity:
    try:
        return v2.salted_recipient(*named, salt)
    except InvalidBadge as error:
        raise Invalid("%(why)s", why=str(error)) from error


def _read_recipient(text: str) -> tuple[str, str]:
    kind, _, value = (part.strip() for part in text.partition(":"))
    if kind not in RECIPIENTS or not value or len(value) > MAX_RECIPIENT:
        raise Invalid("Write the holder as email:ada@example.org or id:did:key:z6Mk….")
    if kind == "email" and not _EMAIL.fullmatch(value):
        raise Invalid("“%(text)s” is not an e-mail address.", text=value[:80])
    if kind == "id" and not (is_iri(value) and value.startswith(OWN_IDS)):
        raise Invalid("“%(text)s” is neither a DID nor a web address (https).", text=value[:80])
    return kind, value
