"""Partners whose certificates our page knows: each named by the bundle that it publishes, signed by its own root key.

People compare the root key over another way, once. From then on a newer bundle of the partner is believed if the same
root key signed it; an older one never is, for it would bring stolen keys back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import signed_data
from assessor.certificates.trust import Bundle, Issuer, IssuersOverlap, check_distinct
from assessor.credentials.models import TrustedIssuer
from assessor.errors import Conflict, Invalid, NotFound

#: Eight million certificates; every one of the lists is fetched every hour.
MOST_LISTS = 64
MOST_PREFIXES = 8


class BundleNotUsable(Invalid):
    """The file is no bundle of this root key, or does not name the issuer; the message says why."""


class IssuerNotAddable(Conflict):
    """The issuer would stand in the way of ourselves or of another partner."""


class OlderBundle(Conflict):
    """A newer bundle of this partner is known here."""


class UnknownIssuer(NotFound):
    """No partner has this id."""


@dataclass(frozen=True)
class Offered:
    """A partner as its bundle names it. `signed`: the bundle itself."""

    issuer: Issuer
    bundle: Bundle
    root: bytes
    signed: bytes


def read(signed: bytes, root: bytes, issuer_id: str = "") -> Offered:
    """The issuer with this id in a bundle; without one the first, which is whoever publishes it.

    Raises `BundleNotUsable`.
    """
    try:
        bundle = signed_data.read_bundle(signed, root)
    except signed_data.NotSignedByTrustedKey as error:
        raise BundleNotUsable("This root key did not sign the bundle. Ask the partner for its root key.") from error
    except signed_data.SignedDataNotReadable as error:
        raise BundleNotUsable("%(why)s", why=str(error)) from error
    found = bundle.issuer(issuer_id) if issuer_id else next(iter(bundle.issuers), None)
    if found is None:
        raise BundleNotUsable("The bundle does not name %(issuer)s.", issuer=issuer_id[:200] or "anybody")
    _check_form(found)
    return Offered(found, bundle, root, signed)


def check_beside(offered: Issuer, others: Sequence[Issuer]) -> None:
    """Raise `IssuerNotAddable` when somebody has its id, one of its keys or one of its addresses already."""
    try:
        check_distinct([*(other for other in others if other.id != offered.id), offered])
    except IssuersOverlap as error:
        raise IssuerNotAddable("%(why)s", why=str(error)) from error


def add(session: Session, offered: Offered, ours: Issuer, now: datetime, url: str | None = None) -> TrustedIssuer:
    """Trust a partner, or take its newer bundle. `ours`: this installation. `url` None: stays as it is.

    Raises `IssuerNotAddable` or `OlderBundle`.
    """
    issuer = offered.issuer
    if issuer.id == ours.id:
        raise IssuerNotAddable("This bundle is by this installation itself. It knows itself already.")
    check_beside(issuer, [ours, *issuers(session)])
    known = session.get(TrustedIssuer, issuer.id, with_for_update=True)
    if known is not None and known.root == offered.root and known.version > offered.bundle.version:
        raise OlderBundle(
            "Bundle %(known)s of %(issuer)s is known here and this is %(given)s. Ask for the newest.",
            known=known.version,
            issuer=issuer.id,
            given=offered.bundle.version,
        )
    if known is None:
        known = TrustedIssuer(id=issuer.id, place=place_of(issuer.id), removed_at=None)
        session.add(known)
    same = known.bundle == offered.signed and known.removed_at is None
    known.root, known.version, known.bundle = offered.root, offered.bundle.version, offered.signed
    known.url, known.removed_at = url or known.url, None
    if not same:
        known.changed_at = now.replace(microsecond=0)
    session.flush()
    return known


def remove(session: Session, issuer_id: str, now: datetime) -> None:
    """Trust a partner no more. Raises `UnknownIssuer`."""
    found = session.get(TrustedIssuer, issuer_id)
    if found is None or found.removed_at is not None:
        raise UnknownIssuer("%(issuer)s is not trusted here. Look at: assessor trust list", issuer=issuer_id[:200])
    found.removed_at = found.changed_at = now.replace(microsecond=0)
    session.flush()


def everybody(session: Session) -> Sequence[TrustedIssuer]:
    """Every partner that is trusted, in the order of their ids."""
    trusted = select(TrustedIssuer).where(TrustedIssuer.removed_at.is_(None))
    return session.scalars(trusted.order_by(TrustedIssuer.id)).all()


def issuers(session: Session) -> tuple[Issuer, ...]:
    """What our bundle says of them: what they say of themselves."""
    return tuple(of(partner).issuer for partner in everybody(session))


def of(partner: TrustedIssuer) -> Offered:
    """A stored partner, its bundle read and checked again."""
    return read(partner.bundle, partner.root, partner.id)


def place_of(issuer_id: str) -> str:
    """Under which name the files of a partner are mirrored: the page computes the same from the bundle."""
    return hashlib.sha256(issuer_id.encode()).hexdigest()[:16]


def _check_form(issuer: Issuer) -> None:
    if len(issuer.status_lists) > MOST_LISTS:
        raise BundleNotUsable("The issuer has more than %(most)s status lists.", most=MOST_LISTS)
    if not 1 <= len(issuer.prefixes) <= MOST_PREFIXES:
        raise BundleNotUsable("The issuer must have 1 to %(most)s addresses for its codes.", most=MOST_PREFIXES)
