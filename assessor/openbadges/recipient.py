"""Is this badge about the person who shows it: what they say of themselves against what the badge says.

>>> from assessor.openbadges.recipient import Identity, check_recipient
>>> ada = Identity.salted("email", "ada@example.org", "deadsea")
>>> check_recipient([ada], "Ada@example.org").state.value
'passed'
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from assessor.openbadges.checks import Check, State
from assessor.openbadges.strict_json import JsonObject

MAX_IDENTITIES = 16
_HASH = re.compile(r"sha256\$[0-9a-f]{64}|md5\$[0-9a-f]{32}", re.ASCII)

# Both editions have their own words for a way of naming people, and context terms may be written in full.
_KINDS = {
    "email": "e-mail",
    "emailAddress": "e-mail",
    "http://schema.org/email": "e-mail",
    "schema:email": "e-mail",
    "name": "name",
    "http://schema.org/name": "name",
    "schema:name": "name",
    "id": "id",
    "@id": "id",
    "identifier": "id",
    "did": "id",
    "url": "web address",
    "http://schema.org/url": "web address",
    "schema:url": "web address",
}


@dataclass(frozen=True)
class Identity:
    """One way in which a badge names its holder.

    `kind`: e-mail, name, id, web address; another word = a kind of its issuer. `hashed`: `value` is
    `algorithm$hex` over the plain value and `salt`.
    """

    kind: str
    value: str
    hashed: bool = False
    salt: str = ""

    @classmethod
    def salted(cls, kind: str, value: str, salt: str) -> Self:
        """The SHA-256 of value and salt (Open Badges 2.0, “IdentityHash”)."""
        digest = hashlib.sha256((value + salt).encode()).hexdigest()
        return cls(_KINDS.get(kind, kind), f"sha256${digest}", True, salt)

    @property
    def is_sound(self) -> bool:
        """Whether there is a value, and a hash looks like one."""
        return bool(self.value.strip()) and (not self.hashed or _HASH.fullmatch(self.value.lower()) is not None)

    def names(self, plain: str) -> bool:
        """Whether this is that value, to the letter; capitals of plain e-mail addresses and names do not count."""
        if not self.hashed:
            mine, other = _same_text(self.value), _same_text(plain)
            return mine.casefold() == other.casefold() if self.kind in ("e-mail", "name") else mine == other
        algorithm, _, digest = self.value.lower().partition("$")
        made = hashlib.new("md5" if algorithm == "md5" else "sha256", usedforsecurity=False)
        made.update((plain + self.salt).encode())
        return made.hexdigest() == digest


def identities_v3(credential: JsonObject) -> list[Identity]:
    """How an Open Badge 3.0 names its holder: the subject's id and its identifiers."""
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict):
        return []
    listed = subject.get("identifier", [])
    entries = listed if isinstance(listed, list) else [listed]
    named = [_identity(entry, "identityType", "identityHash") for entry in entries[:MAX_IDENTITIES]]
    holder = subject.get("id")
    own = [Identity("id", holder)] if isinstance(holder, str) else []
    return own + [identity for identity in named if identity is not None]


def identities_v2(assertion: JsonObject) -> list[Identity]:
    """How an Open Badge 2.0 names its holder: exactly one way."""
    identity = _identity(assertion.get("recipient"), "type", "identity")
    return [identity] if identity is not None else []


def check_recipient(identities: Sequence[Identity], claimed: str, name: str = "recipient") -> Check:
    """Whether one of these is the person who calls themselves `claimed` (e-mail, DID, web address or name).

    Empty `claimed` = nobody said who shows the badge. A badge that names its holder in another way than the claim
    does is not checked: neither yes nor no.
    """
    sound = [identity for identity in identities[:MAX_IDENTITIES] if identity.is_sound]
    if not sound:
        return Check(name, State.NOT_CHECKED, "The badge does not say whose it is.")
    if not claimed.strip():
        return Check(name, State.NOT_CHECKED, "Nobody said who shows the badge. Compare with the person.")
    kind, spellings = _spellings(claimed.strip())
    comparable = [identity for identity in sound if identity.kind == kind]
    if any(identity.names(spelling) for identity in comparable for spelling in spellings):
        return Check(name, State.PASSED, f"The badge is about the person with this {kind}.")
    if comparable and kind == "name":
        return Check(name, State.FAILED, "The badge says another name, or writes this one otherwise.")
    if comparable:
        return Check(name, State.FAILED, f"The badge is about somebody with another {kind}.")
    kinds = " or ".join(sorted({identity.kind[:40] for identity in sound}))
    return Check(name, State.NOT_CHECKED, f"The badge names its holder by {kinds}, not by {kind}.")


def _identity(entry: Any, kind: str, value: str) -> Identity | None:
    if not isinstance(entry, dict):
        return None
    kinds = entry.get(kind)
    written = kinds[0] if isinstance(kinds, list) and kinds else kinds
    found, salt = entry.get(value), entry.get("salt", "")
    if not isinstance(written, str) or not isinstance(found, str) or not isinstance(salt, str):
        return None
    return Identity(_KINDS.get(written, written), found, entry.get("hashed") is True, salt)


def _spellings(claimed: str) -> tuple[str, list[str]]:
    """The kind of a claim and how issuers write it: addresses with and without capitals, names in one form."""
    if claimed.lower().startswith("mailto:"):
        claimed = claimed[len("mailto:") :]
    if claimed.startswith(("did:", "urn:")):
        return "id", [claimed]
    if claimed.lower().startswith(("https://", "http://")):
        return "web address", [claimed, claimed.rstrip("/"), claimed.rstrip("/") + "/"]
    if "@" in claimed and not any(sign.isspace() for sign in claimed):
        # Hashes are made of the address as the issuer had it: as written, or in small letters.
        local, _, host = claimed.rpartition("@")
        return "e-mail", list(dict.fromkeys([claimed, claimed.lower(), f"{local}@{host.lower()}"]))
    plain = _same_text(claimed)
    # A hash shows no capitals: names stand there as they are printed, mostly so.
    return "name", list(dict.fromkeys([claimed, " ".join(claimed.split()), plain, plain.title(), plain.upper()]))


def _same_text(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))
