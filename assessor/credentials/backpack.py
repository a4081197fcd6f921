"""A certificate for older backpacks: Open Badges 2.0, made from what was signed, whenever somebody asks.

Nothing of it is stored. The salt of the holder's hash comes from the signed badge, which never changes, so that the
file somebody took along and the document at its address are one and the same for ever.
"""

import hashlib

from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import issuing
from assessor.credentials.issuing import Exported
from assessor.credentials.models import Award, Credential
from assessor.errors import Invalid
from assessor.openbadges import v2
from assessor.openbadges.baking import bake_png, bake_svg
from assessor.openbadges.exits import Statement
from assessor.openbadges.multikey import base64url_encode
from assessor.openbadges.recipient import Identity

#: Form → content type and ending of the file.
FORMS = {
    "ob2": ("application/ld+json", "ob2.json"),
    "ob2-png": ("image/png", "ob2.png"),
    "ob2-svg": ("image/svg+xml", "ob2.svg"),
}
_SALT_BYTES = 16


def places(award: Award, settings: Settings) -> v2.Places:
    """Where the 2.0 documents of an award stand."""
    base = f"{issuing.as_awarded(award, settings).public_url}/ob2"
    return v2.Places(
        assertion=f"{base}/credentials/{award.credential_id}",
        badge_class=f"{base}/achievements/{award.achievement_code}",
        issuer=f"{base}/issuer",
    )


def assertion(session: Session, award: Award, settings: Settings) -> bytes:
    """The hosted Assertion of an award, the same bytes each time. Raises `NotSignedYet`."""
    signed = _signed(session, award)
    return v2.assertion(Statement.stored(signed.body), places(award, settings), _holder(award, signed))


def export(session: Session, award: Award, form: str, settings: Settings) -> Exported:
    """The certificate in one of `FORMS`. Raises `NotSignedYet`, or `Invalid` for another form."""
    if form not in FORMS:
        raise Invalid("There is no such form. Forms are: %(forms)s.", forms=", ".join(FORMS))
    text, signed = assertion(session, award, settings), _signed(session, award)
    content = {
        "ob2": lambda: text,
        "ob2-png": lambda: bake_png(signed.png, text, "2.0"),
        "ob2-svg": lambda: bake_svg(signed.svg, text, "2.0"),
    }[form]()
    kind, ending = FORMS[form]
    return Exported(content, kind, f"certificate-{numbers.written(award.number)}.{ending}")


def _signed(session: Session, award: Award) -> Credential:
    credential = issuing.credential_of(session, award)
    if credential is None:
        raise issuing.NotSignedYet("The certificate is being made. Try again in a minute.")
    return credential


def _holder(award: Award, signed: Credential) -> Identity:
    """The holder's name as a salted hash: 2.0 files travel further than their holder sees."""
    digest = hashlib.sha256(b"recipient of Open Badges 2.0\0" + signed.body).digest()
    return v2.salted_recipient("name", award.holder_name, base64url_encode(digest[:_SALT_BYTES]))
