"""Open Badges 2.0 for older backpacks: the same statement as a 3.0 badge, in three documents on the issuer's server.

There is no signature: an *Assertion* is believed because it stands at its own address, on the host of its *Issuer*;
it points at the *BadgeClass*, what was earned. All are made from what a 3.0 badge says (`exits.Statement`), so both
editions always say the same.

    hosted(Statement.stored(body), places, recipient, contact) → Hosted: assertion, badge_class, issuer

A document that breaks the data model is never made: everything is checked again before it is given out.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from assessor.openbadges.credential import MIN_SALT_LENGTH
from assessor.openbadges.errors import InvalidBadge
from assessor.openbadges.exits import Statement
from assessor.openbadges.grammar import required_iri, required_text
from assessor.openbadges.recipient import Identity
from assessor.openbadges.strict_json import JsonObject, read_json, write_json
from assessor.openbadges.v2_schema import CONTEXT, is_defined, problems_of

_VERSION_3_TYPE = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#Achievement"
_LOCAL = frozenset({"localhost", "127.0.0.1"})
_RECIPIENT_TYPES = {"e-mail": "email", "name": "name", "id": "id", "web address": "url"}
# A list of one entry is read as that entry by programs that go through JSON-LD; no badge ever has these ids.
LEAST_REVOKED = 2


@dataclass(frozen=True)
class Places:
    """Where the documents are served: https, all on one host (http for localhost only).

    `picture`: where the baked picture is; empty = nowhere. `revocations`: where the issuer lists what was taken back;
    empty = nowhere.
    """

    assertion: str
    badge_class: str
    issuer: str
    picture: str = ""
    revocations: str = ""

    def check(self) -> None:
        """`InvalidBadge` unless readers would find the three documents in one issuer's house."""
        for address in (self.assertion, self.badge_class, self.issuer):
            parts = urlsplit(required_iri(address, "The address of a hosted document"))
            if parts.scheme != "https" and parts.hostname not in _LOCAL:
                raise InvalidBadge(f"{address} must begin with https:// (http:// is for localhost only).")
            # Without a policy of its own, an issuer speaks for its own host alone (2.0, “VerificationObject”).
            if parts.netloc != urlsplit(self.issuer).netloc:
                raise InvalidBadge("The badge, its class and its issuer must be served by one host.")
        if len({self.assertion, self.badge_class, self.issuer}) != 3:
            raise InvalidBadge("The badge, its class and its issuer each need an address of their own.")


@dataclass(frozen=True)
class Hosted:
    """The three documents, as the bytes to serve at their ids."""

    assertion: bytes
    badge_class: bytes
    issuer: bytes


def salted_recipient(kind: str, value: str, salt: str) -> Identity:
    """The holder as a salted hash. `kind`: email, name, id (a DID) or url. `salt`: 128 bits as text, new each badge.

    Backpacks of 2.0 find a badge's owner by e-mail only. The salt stands beside the hash: not anonymous.
    """
    if len(salt) < MIN_SALT_LENGTH:
        raise InvalidBadge(f"The salt of a hashed recipient has at least {MIN_SALT_LENGTH} signs.")
    identity = Identity.salted(kind, required_text(value, "The recipient"), required_text(salt, "The salt"))
    if identity.kind not in _RECIPIENT_TYPES:
        raise InvalidBadge(f"“{kind[:40]}” is not a way of naming people: write email, name, id or url.")
    return identity


def hosted(statement: Statement, places: Places, recipient: Identity, contact: str) -> Hosted:
    """The 2.0 documents of a 3.0 badge. `contact`: the issuer's e-mail, which 2.0 demands.

    The same badge gives the same bytes. Raises `InvalidBadge` naming what is missing.
    """
    return Hosted(
        assertion(statement, places, recipient),
        badge_class(statement.document["credentialSubject"]["achievement"], places),
        issuer_profile(statement.document["issuer"], places, contact),
    )


def assertion(statement: Statement, places: Places, recipient: Identity) -> bytes:
    """The Assertion of a 3.0 badge. Raises `InvalidBadge`."""
    places.check()
    badge = statement.document
    narrative = _results_in_words(badge["credentialSubject"])
    document: JsonObject = {
        "@context": CONTEXT,
        "type": "Assertion",
        "id": places.assertion,
        "recipient": _recipient(recipient),
        "badge": places.badge_class,
        "issuedOn": badge["validFrom"],
        **({"expires": badge["validUntil"]} if "validUntil" in badge else {}),
        **({"image": required_iri(places.picture, "The picture")} if places.picture else {}),
        **({"narrative": narrative} if narrative else {}),
        **_each(badge, "evidence", "evidence", _evidence),
        "verification": {"type": "hosted"},
    }
    return _checked(document, "Assertion")


def badge_class(achievement: JsonObject, places: Places) -> bytes:
    """The BadgeClass of a 3.0 Achievement. Raises `InvalidBadge`."""
    places.check()
    if "image" not in achievement:
        raise InvalidBadge("Open Badges 2.0 demands a picture of every badge: load the achievement with one.")
    document = {
        "@context": CONTEXT,
        "type": "BadgeClass",
        "id": places.badge_class,
        **_same(achievement, "name", "description"),
        "image": achievement["image"]["id"],
        "criteria": _same(achievement["criteria"], "id", "narrative"),
        "issuer": places.issuer,
        **_same(achievement, "version"),
        **_each(achievement, "tag", "tags", lambda tag: required_text(tag, "tag")),
        **_each(achievement, "alignment", "alignment", _alignment),
        # The same achievement in 3.0 (3.0 Implementation Guide, “Migrating”).
        "related": [{"id": achievement["id"], "type": [_VERSION_3_TYPE], "version": "Open Badges v3p0"}],
    }
    return _checked(document, "BadgeClass")


def issuer_profile(issuer: JsonObject | str, places: Places, contact: str) -> bytes:
    """The profile of a 3.0 issuer, for 2.0. Raises `InvalidBadge`."""
    places.check()
    profile = issuer if isinstance(issuer, dict) else {}
    if "@" not in contact:
        raise InvalidBadge("Open Badges 2.0 demands an e-mail address of every issuer: give one that is read.")
    document = {
        "@context": CONTEXT,
        "type": "Issuer",
        "id": places.issuer,
        **_same(profile, "name", "url"),
        "email": required_text(contact, "The issuer's e-mail"),
        **_same(profile, "description"),
        **({"image": profile["image"]["id"]} if "image" in profile else {}),
        **({"revocationList": required_iri(places.revocations, "The list")} if places.revocations else {}),
    }
    return _checked(document, "Issuer")


def revoked_assertion(address: str, reason: str = "") -> bytes:
    """What is served at the address of a badge that was taken back, with status 410.

    `reason`: a reason class, never a personal reason; empty = none is given.
    """
    document: JsonObject = {
        "@context": CONTEXT,
        "type": "Assertion",
        "id": required_iri(address, "The address of the badge"),
        "revoked": True,
    }
    if reason:
        document["revocationReason"] = required_text(reason, "The reason")
    return write_json(document)


def revocation_list(address: str, issuer: str, revoked: Sequence[str]) -> bytes:
    """The list of revoked signed badges, by id; never with fewer than two entries, placeholders stand in.

    Raises `InvalidBadge` for an id that is no address, or one given twice.
    """
    ids = [required_iri(entry, "The id of a revoked badge") for entry in revoked]
    if len(set(ids)) != len(ids):
        raise InvalidBadge("A badge is revoked once.")
    placeholders = [uuid.uuid5(uuid.NAMESPACE_URL, f"{address}#{place}").urn for place in range(LEAST_REVOKED)]
    document = {
        "@context": CONTEXT,
        "type": "RevocationList",
        "id": required_iri(address, "The address of the list"),
        "issuer": required_iri(issuer, "The issuer"),
        "revokedAssertions": [*ids, *placeholders[len(ids) :]],
    }
    return _checked(document, "RevocationList")


def _recipient(identity: Identity) -> JsonObject:
    if not identity.is_sound or identity.kind not in _RECIPIENT_TYPES:
        raise InvalidBadge("A badge names its holder: give a salted hash of e-mail, name, DID or web address.")
    return {
        "type": _RECIPIENT_TYPES[identity.kind],
        "hashed": identity.hashed,
        **({"salt": identity.salt} if identity.salt else {}),
        "identity": required_text(identity.value, "The recipient"),
    }


def _evidence(evidence: JsonObject) -> JsonObject:
    return {"type": "Evidence", **_same(evidence, "id", "name", "narrative", "description", "genre", "audience")}


def _alignment(alignment: JsonObject) -> JsonObject:
    return _same(alignment, "targetName", "targetUrl", "targetDescription", "targetFramework", "targetCode")


def _results_in_words(subject: JsonObject) -> str:
    """2.0 has no results, so its narrative tells them: “Band: 3 (Intermediate). Information: 64.”"""
    described = {entry["id"]: entry for entry in _listed(subject["achievement"].get("resultDescription", []))}
    sentences = []
    for result in _listed(subject.get("result", [])):
        description = described.get(result.get("resultDescription"), {})
        levels = {level["id"]: level["name"] for level in _listed(description.get("rubricCriterionLevel", []))}
        value, level = result.get("value", ""), levels.get(result.get("achievedLevel"), "")
        said = f"{value} ({level})" if value and level else value or level
        sentences.append(f"{description.get('name', 'Result')}: {said or result.get('status', 'none')}.")
    return required_text(" ".join(sentences), "The results") if sentences else ""


def _same(members: JsonObject, *names: str) -> JsonObject:
    """Members that both editions call the same."""
    return {name: required_text(str(members[name]), name) for name in names if name in members}


def _each(members: JsonObject, old: str, new: str, made: Callable[[Any], Any]) -> JsonObject:
    entries = _listed(members.get(old, []))
    return {new: [made(entry) for entry in entries]} if entries else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _checked(document: JsonObject, kind: str) -> bytes:
    """The bytes of a document after a stranger's look at them: read again, by the table, every member defined."""
    stored = write_json(document)
    read = read_json(stored)
    problems = problems_of(read, kind) + [f"“{name}” is not a word of 2.0" for name in read if not is_defined(name)]
    if problems:
        raise InvalidBadge(f"The badge would not be correct: {problems[0]}.")
    return stored
