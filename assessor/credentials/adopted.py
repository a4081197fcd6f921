"""A bundle that a root key elsewhere signed, served in place of our own: for organisations that share one root.

It is taken only if it says of us what is true. When our keys or lists change, it has to be signed again: `missing`.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from assessor.certificates import cose, signed_data
from assessor.certificates.trust import Bundle, Issuer, IssuersOverlap, Key, KeyUse, check_distinct
from assessor.credentials.foreign import BundleNotUsable, check_form
from assessor.credentials.models import AdoptedBundle
from assessor.errors import Conflict


class BundleDoesNotRise(Conflict):
    """Whoever took the newer one refuses it: an older bundle would bring stolen keys back."""


class KeyNotNamed(Conflict):
    """Verifiers would not believe what this key signs: the bundle that is served does not name it."""


class BundleSaysOtherwise(Conflict):
    """The bundle does not say of this installation what is true of it."""


def current(session: Session) -> AdoptedBundle | None:
    """The bundle of another root that is served, None: our own is."""
    return session.get(AdoptedBundle, 1)


def adopt(session: Session, signed: bytes, root: bytes, ours: Issuer, newest: int, now: datetime) -> AdoptedBundle:
    """Serve exactly this bundle, and let the page pin its root key. `newest`: the version that is served until now.

    Raises `BundleNotUsable`, `BundleDoesNotRise` or `BundleSaysOtherwise`.
    """
    bundle = _read(signed, root)
    before = current(session)
    if bundle.version <= newest and not (before and before.bundle == signed):
        raise BundleDoesNotRise(
            "Version %(newest)s is published and this is %(given)s. Sign it again: assessor trust sign",
            newest=newest,
            given=bundle.version,
        )
    if now >= bundle.expires:
        raise BundleNotUsable("The bundle ended on %(date)s. Sign it again.", date=f"{bundle.expires:%Y-%m-%d}")
    if lacking := missing(bundle, ours):
        raise BundleSaysOtherwise(
            "The bundle does not say of this installation: %(lacking)s. Begin again with: assessor trust init --out",
            lacking="; ".join(lacking),
        )
    adopted = before or AdoptedBundle(id=1)
    adopted.root, adopted.version, adopted.bundle = root, bundle.version, signed
    adopted.adopted_at = now.replace(microsecond=0)
    session.add(adopted)
    session.flush()
    return adopted


def drop(session: Session) -> None:
    """Serve our own bundle again, signed by our own root key."""
    if (found := current(session)) is not None:
        session.delete(found)
        session.flush()


def check_named(session: Session, public_key: bytes, use: KeyUse, at: datetime) -> None:
    """Raise `KeyNotNamed` where a root key elsewhere signed the bundle, and this key may not sign for then by it.

    Our own bundle names every key of ours.
    """
    if (elsewhere := current(session)) is None:
        return
    issuers = signed_data.read_bundle(elsewhere.bundle, elsewhere.root).issuers
    named = [key for one in issuers for key in one.keys_for(use) if key.public_key == public_key]
    if not any(key.compromised_since is None and key.was_valid(at) for key in named):
        raise KeyNotNamed(
            "The published bundle does not name the key %(kid)s, so nobody would believe what it signs. "
            "Sign the bundle again. Look at: assessor trust list",
            kid=cose.key_id(public_key).hex(),
        )


def missing(bundle: Bundle, ours: Issuer) -> tuple[str, ...]:
    """What is true of this installation and not in the bundle, in words; empty: it says everything."""
    said = bundle.issuer(ours.id)
    if said is None:
        return (f"the issuer {ours.id}",)
    return tuple(_missing(said, ours))


def _missing(said: Issuer, ours: Issuer) -> Iterator[str]:
    known = {key.public_key: key for key in said.keys}
    for key in ours.keys:
        if (listed := known.get(key.public_key)) is None:
            yield f"the key {key.kid.hex()}"
        elif _trust(listed) != _trust(key):
            yield f"the theft of the key {key.kid.hex()}"
        elif not set(key.uses) <= set(listed.uses) or listed.valid_from > key.valid_from:
            yield f"what the key {key.kid.hex()} may sign"
        elif listed.valid_until is not None and (key.valid_until is None or listed.valid_until < key.valid_until):
            until = f" until {key.valid_until:%Y-%m-%d}" if key.valid_until else ""
            yield f"that the key {key.kid.hex()} is in use{until}"
    lists = {place.number: place for place in said.status_lists}
    for place in ours.status_lists:
        if lists.get(place.number) != place:
            yield f"the status list {place.number}"
    for prefix in ours.prefixes:
        if prefix not in said.prefixes:
            yield f"the address {prefix}"
    if said.catalogue_url != ours.catalogue_url:
        yield f"the catalogue {ours.catalogue_url}"
    if said.withdrawals_url != ours.withdrawals_url:
        yield f"the withdrawals {ours.withdrawals_url}"


def _trust(key: Key) -> tuple[object, object]:
    return key.compromised_since, key.issued


def _read(signed: bytes, root: bytes) -> Bundle:
    try:
        bundle = signed_data.read_bundle(signed, root)
        check_distinct(bundle.issuers)
    except signed_data.NotSignedByTrustedKey as error:
        raise BundleNotUsable("This root key did not sign the bundle.") from error
    except (signed_data.SignedDataNotReadable, IssuersOverlap) as error:
        raise BundleNotUsable("%(why)s", why=str(error)) from error
    for issuer in bundle.issuers:
        check_form(issuer)
    return bundle
