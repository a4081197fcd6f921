"""This installation as an issuer: its DID, the document with its keys, and the addresses of what it issues."""

import re
import uuid
from typing import Literal

from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import keys
from assessor.credentials.models import SigningKey
from assessor.openbadges.did_web import PublishedKey, did_document, did_web_from_url
from assessor.openbadges.jwt import TokenKey
from assessor.openbadges.strict_json import JsonObject

_CODE = re.compile(r"[\w.-]{1,80}")
#: The forms in which the key of a use is published: proofs name Multikeys, JWTs name JSON Web Keys.
FORMS: dict[str, tuple[Literal["Multikey", "JsonWebKey"], ...]] = {
    "badge": ("Multikey",),
    "jwt": ("JsonWebKey",),
    "status": ("Multikey", "JsonWebKey"),
}


def did(settings: Settings) -> str:
    """The issuer's id: ``did:web`` of the public address."""
    return did_web_from_url(settings.public_url)


def key_address(settings: Settings, public_key: TokenKey, form: Literal["Multikey", "JsonWebKey"]) -> str:
    """The verification method that a proof or token names for this key."""
    return PublishedKey(public_key, form).id(did(settings))


def names_of(key: SigningKey) -> list[str]:
    """What the DID document calls a key, and messages about badges too: "#z6Mk…"; empty for what it does not hold."""
    public = keys.public_half(key)
    return [f"#{PublishedKey(public, form).id('').partition('#')[2]}" for form in FORMS.get(key.use, ())]


def document(session: Session, settings: Settings) -> JsonObject:
    """The DID document: every key that signed badges, tokens or lists which may still be checked, or will sign them.

    A compromised key is not among them: nothing proves when it signed.
    """
    published = [
        PublishedKey(keys.public_half(key), form) for key in keys.believed(session) for form in FORMS.get(key.use, ())
    ]
    return did_document(did(settings), published)


def can_be_code(text: str) -> bool:
    """Whether a code in an address can be one of a badge or an organisation. Not every database is asked for more."""
    return _CODE.fullmatch(text) is not None


def credential_url(settings: Settings, credential_id: uuid.UUID) -> str:
    """The id of a credential."""
    return f"{settings.public_url}/credentials/{credential_id}"


def achievement_url(public_url: str, code: str) -> str:
    """The id of an achievement."""
    return f"{public_url}/achievements/{code}"
