"""Partners whose certificates our page knows: each named by the bundle that it publishes, signed by its own root key.

People compare the root key over another way, once. From then on a newer bundle of the partner is believed if the same
root key signed it; an older one never is, for it would bring stolen keys back.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import qr, signed_data
from assessor.certificates.printable import has_control
from assessor.certificates.trust import Bundle, Issuer, IssuersOverlap, check_distinct
from assessor.credentials.models import TrustedIssuer
from assessor.errors import Conflict, Invalid, NotFound

#: Eight million certificates; every one of the lists is fetched every hour.
MOST_LISTS = 64
MOST_PREFIXES = 8
MOST_KEYS = 32
MOST_BYTES = 24 << 10  # with that many lists and keys
MOST_TEXT = 300  # characters; longer ones are no names and no addresses
#: Of the largest bundle that verifiers read, with a new partner. What is left is for all of us to grow.
MOST_WITH_NEW = signed_data.MAX_BUNDLE * 3 // 4
#: With the newer bundle of a known one, which may tell of a theft.
MOST_WITH_NEWER = signed_data.MAX_BUNDLE * 15 // 16


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

    Raises `BundleNotUsable`, also for an issuer of a form or size that would harm those who read our bundle.
    """
    offered = _read(signed, root, issuer_id)
    check_form(offered.issuer)
    _check_size(offered.issuer)
    return offered


def check_form(issuer: Issuer) -> None:
    """Raise `BundleNotUsable` unless everyone who reads a bundle with this issuer can show it, and find its pages."""
    if any(len(text) > MOST_TEXT or has_control(text) for text in _texts(issuer)):
        raise BundleNotUsable("A name or an address of the issuer is too long, or holds signs that cannot be seen.")
    if not 1 <= len(issuer.prefixes) <= MOST_PREFIXES:
        raise BundleNotUsable(
            "%(issuer)s must have 1 to %(most)s addresses for its codes.", issuer=issuer.id, most=MOST_PREFIXES
        )
    if not re.fullmatch("[A-Z]{2}", issuer.country):
        raise BundleNotUsable("The country of %(issuer)s is not two letters (ISO 3166), such as MT.", issuer=issuer.id)
    for prefix in issuer.prefixes:
        try:
            qr.check_prefix(prefix)
        except qr.PrefixNotValid as error:
            raise BundleNotUsable("%(why)s", why=str(error)) from error


def _read(signed: bytes, root: bytes, issuer_id: str) -> Offered:
    try:
        bundle = signed_data.read_bundle(signed, root)
    except signed_data.NotSignedByTrustedKey as error:
        raise BundleNotUsable("This root key did not sign the bundle. Ask the partner for its root key.") from error
    except signed_data.SignedDataNotReadable as error:
        raise BundleNotUsable("%(why)s", why=str(error)) from error
    found = bundle.issuer(issuer_id) if issuer_id else next(iter(bundle.issuers), None)
    if found is None:
        raise BundleNotUsable("The bundle does not name %(issuer)s.", issuer=issuer_id[:200] or "anybody")
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
    others = [ours, *(other for other in issuers(session) if other.id != issuer.id)]
    check_beside(issuer, others)
    known = session.get(TrustedIssuer, issuer.id, with_for_update=True)
    trusted = known is not None and known.removed_at is None
    _check_room([issuer, *others], MOST_WITH_NEWER if trusted else MOST_WITH_NEW)
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
    """A stored partner. Its form was looked at when it was taken: ours must not fail of what we took."""
    return _read(partner.bundle, partner.root, partner.id)


def place_of(issuer_id: str) -> str:
    """Under which name the files of a partner are mirrored: the page computes the same from the bundle."""
    return hashlib.sha256(issuer_id.encode()).hexdigest()[:16]


def changes(before: Issuer, after: Issuer) -> Iterator[str]:
    """What a partner says of itself now and did not say before, in words: people once looked at it and agreed."""
    if before.names != after.names:
        yield f"calls itself {_listed(after.names.values())} now, before it was {_listed(before.names.values())}"
    if before.country != after.country:
        yield f"says that it is in {after.country} now, before it was {before.country}"
    if before.prefixes != after.prefixes:
        yield f"has codes that open {_listed(after.prefixes)} now, before it was {_listed(before.prefixes)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _check_size(issuer: Issuer) -> None:
    if len(issuer.status_lists) > MOST_LISTS:
        raise BundleNotUsable("The issuer has more than %(most)s status lists.", most=MOST_LISTS)
    if len(issuer.keys) > MOST_KEYS:
        raise BundleNotUsable("The issuer has more than %(most)s keys.", most=MOST_KEYS)
    if (size := signed_data.issuer_size(issuer)) > MOST_BYTES:
        raise BundleNotUsable(
            "The issuer takes %(size)s bytes in its bundle; at most %(most)s are taken.", size=size, most=MOST_BYTES
        )


def _texts(issuer: Issuer) -> Iterator[str]:
    """Everything that is shown to people, or asked for."""
    yield from (issuer.id, issuer.did, *issuer.names, *issuer.names.values())
    yield from (*issuer.project, *issuer.project.values())
    yield from filter(None, (issuer.url, issuer.email, issuer.catalogue_url, issuer.withdrawals_url))
    for place in issuer.status_lists:
        yield from filter(None, (place.url, place.suspension_url))
    yield from (key.issued.url for key in issuer.keys if key.issued is not None)


def _check_room(issuers: Sequence[Issuer], most: int) -> None:
    """Verifiers read a bundle up to a size only: nobody must be taken who would end all others."""
    if sum(map(signed_data.issuer_size, issuers)) > most:
        raise IssuerNotAddable(
            "There is no room for this issuer in our bundle: verifiers read at most %(most)s kB. Remove a partner.",
            most=signed_data.MAX_BUNDLE >> 10,
        )
