"""A bundle on its way to a root key elsewhere: written as readable JSON, edited, and signed without a database."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from assessor.certificates import cose, signed_data
from assessor.certificates.trust import Bundle, Issuer, IssuersOverlap, check_distinct
from assessor.credentials import foreign
from assessor.errors import Invalid


class DraftNotUsable(Invalid):
    """The file is not a bundle that can be signed; the message says why."""


def write(path: Path, bundle: Bundle) -> None:
    """Write what would be signed, for people to look at. Times are seconds since 1970."""
    document = signed_data.bundle_document(bundle)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> Bundle:
    """A draft. Raises `DraftNotUsable`."""
    with path.open("rb") as file:
        text = file.read(4 * signed_data.MAX_BUNDLE)
    try:
        return signed_data.read_draft(text)
    except signed_data.SignedDataNotReadable as error:
        raise DraftNotUsable("%(path)s: %(why)s", path=str(path), why=str(error)) from error


def with_issuer(draft: Bundle, issuer: Issuer) -> Bundle:
    """The draft with this issuer, in the place of the one with its id. Raises `foreign.IssuerNotAddable`."""
    foreign.check_beside(issuer, draft.issuers)
    if draft.issuer(issuer.id) is None:
        return replace(draft, issuers=(*draft.issuers, issuer))
    return replace(draft, issuers=tuple(issuer if one.id == issuer.id else one for one in draft.issuers))


def without_issuer(draft: Bundle, issuer_id: str) -> Bundle:
    """The draft without this issuer. Raises `foreign.UnknownIssuer`."""
    if draft.issuer(issuer_id) is None:
        raise foreign.UnknownIssuer("The draft does not name %(issuer)s.", issuer=issuer_id[:200])
    return replace(draft, issuers=tuple(one for one in draft.issuers if one.id != issuer_id))


def sign(draft: Bundle, root: cose.Signer, now: datetime, days: int) -> bytes:
    """Date, number and sign a draft; it rises above what it was made from. Raises `DraftNotUsable`."""
    issued = now.replace(microsecond=0)
    dated = replace(
        draft,
        version=max(int(issued.timestamp()), draft.version + 1),
        issued=issued,
        expires=issued + timedelta(days=days),
    )
    try:
        check_distinct(dated.issuers)
        for issuer in dated.issuers:
            foreign.check_form(issuer)
        return signed_data.sign_bundle(dated, root)
    except (IssuersOverlap, foreign.BundleNotUsable, signed_data.SignedDataNotReadable) as error:
        raise DraftNotUsable("The draft cannot be signed: %(why)s", why=str(error)) from error
