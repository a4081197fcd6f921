"""The statement that somebody earned an achievement, built so that it cannot be wrong, then signed.

    build (typed) → document → sign → write → read again → check everything → the bytes to store

Those bytes are the credential from then on: baked, served and attached as they are.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from assessor.openbadges.achievement import Achievement, Image, Profile
from assessor.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_EXTENSIONS, OPEN_BADGES_V3
from assessor.openbadges.errors import InvalidBadge
from assessor.openbadges.exits import Statement, as_jwt
from assessor.openbadges.grammar import required_iri, required_text, timestamp
from assessor.openbadges.jwt import TokenSigner
from assessor.openbadges.multikey import Signer
from assessor.openbadges.proof import check_proof, sign_document
from assessor.openbadges.schema import problems_of
from assessor.openbadges.second_opinion import USUAL, SecondOpinion
from assessor.openbadges.status_list import StatusEntry
from assessor.openbadges.strict_json import JsonObject, read_json, write_json

SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
MIN_SALT_LENGTH = 22  # 128 bits in base64url


@dataclass(frozen=True)
class IdentityObject:
    """Who the holder is, in one way of naming: the plain value, or its salted hash."""

    identity_hash: str
    identity_type: str
    hashed: bool = False
    salt: str = ""

    @classmethod
    def printed_name(cls, name: str) -> "IdentityObject":
        """The name as printed on the certificate. Only for a holder who agreed to it."""
        return cls(required_text(name, "The name"), "name")

    @classmethod
    def salted(cls, value: str, identity_type: str, salt: str) -> "IdentityObject":
        """The SHA-256 of value and salt. `salt`: 128 random bits as text, new for every badge.

        The salt stands beside the hash, so whoever guesses the value can confirm it: this is not anonymous.
        """
        if len(salt) < MIN_SALT_LENGTH:
            raise InvalidBadge(f"The salt of a hashed name has at least {MIN_SALT_LENGTH} signs.")
        digest = hashlib.sha256((value + salt).encode()).hexdigest()
        return cls(f"sha256${digest}", identity_type, True, salt)

    def document(self) -> JsonObject:
        """The JSON of the standard."""
        return {
            "type": "IdentityObject",
            "hashed": self.hashed,
            "identityHash": required_text(self.identity_hash, "The holder's name"),
            "identityType": required_text(self.identity_type, "identityType"),
            **({"salt": required_text(self.salt, "salt")} if self.salt else {}),
        }


@dataclass(frozen=True)
class Result:
    """One result: the description it belongs to, a value, and the rubric level reached (empty = none)."""

    description: str
    value: str = ""
    achieved_level: str = ""

    def document(self) -> JsonObject:
        """The JSON of the standard."""
        return {
            "type": ["Result"],
            "resultDescription": required_iri(self.description, "resultDescription"),
            **({"value": required_text(self.value, "value")} if self.value else {}),
            **({"achievedLevel": required_iri(self.achieved_level, "achievedLevel")} if self.achieved_level else {}),
        }


@dataclass(frozen=True)
class Evidence:
    """How the result came about; `id` is a page that says the same, empty = none."""

    narrative: str
    name: str = ""
    id: str = ""

    def document(self) -> JsonObject:
        """The JSON of the standard."""
        return {
            **({"id": required_iri(self.id, "evidence")} if self.id else {}),
            "type": ["Evidence"],
            **({"name": required_text(self.name, "evidence.name")} if self.name else {}),
            "narrative": required_text(self.narrative, "evidence.narrative"),
        }


@dataclass(frozen=True)
class AchievementCredential:
    """Everything a badge says.

    `holder_id`: a DID or urn of the holder; empty = named by `identifiers` alone. At least one of both is
    needed. `identifiers`: the printed name, only with consent. `valid_until`: None = does not expire.
    `status`: the place in the status list; None = this badge can never be withdrawn. `source`: who assessed on behalf
    of the issuer; None = the issuer itself.
    """

    id: str
    issuer: Profile
    achievement: Achievement
    valid_from: datetime
    results: tuple[Result, ...]
    evidence: tuple[Evidence, ...] = ()
    holder_id: str = ""
    identifiers: tuple[IdentityObject, ...] = ()
    valid_until: datetime | None = None
    status: StatusEntry | None = None
    image: Image | None = None
    source: Profile | None = None

    def document(self) -> JsonObject:
        """The unsigned credential, checked; raises `InvalidBadge` naming the member that cannot be issued."""
        self._check_agreement()
        document: JsonObject = {
            "@context": [CREDENTIALS_V2, OPEN_BADGES_V3, OPEN_BADGES_EXTENSIONS],
            "id": required_iri(self.id, "The id of the badge"),
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": self.achievement.name,
            "issuer": self.issuer.document(),
            "validFrom": timestamp(self.valid_from),
        }
        if self.valid_until:
            document["validUntil"] = timestamp(self.valid_until)
        if self.image:
            document["image"] = self.image.document()
        document["credentialSubject"] = self._subject()
        if self.evidence:
            document["evidence"] = [entry.document() for entry in self.evidence]
        # Needs the extensions context: no other one defines this type.
        document["credentialSchema"] = [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}]
        if self.status:
            document["credentialStatus"] = self.status.document()
        return document

    def _subject(self) -> JsonObject:
        return {
            **({"id": required_iri(self.holder_id, "The holder's id")} if self.holder_id else {}),
            "type": ["AchievementSubject"],
            **({"identifier": [entry.document() for entry in self.identifiers]} if self.identifiers else {}),
            "achievement": self.achievement.document(),
            **({"result": [entry.document() for entry in self.results]} if self.results else {}),
            **({"source": self.source.document()} if self.source else {}),
        }

    def _check_agreement(self) -> None:
        """The parts fit each other: what no schema can say."""
        if not self.holder_id and not self.identifiers:
            raise InvalidBadge("A badge names its holder: give an id, or the printed name with consent.")
        if self.valid_until and self.valid_until <= self.valid_from:
            raise InvalidBadge("A badge ends after it begins.")
        for result in self.results:
            description = self.achievement.result_description(result.description)
            if description is None:
                raise InvalidBadge(f"{result.description} is not a result of “{self.achievement.name}”.")
            if result.achieved_level and description.level_named(result.achieved_level) is None:
                raise InvalidBadge(f"{result.achieved_level} is not a level of “{description.name}”.")
            if not result.value and not result.achieved_level:
                raise InvalidBadge(f"The result “{description.name}” has neither a value nor a level.")
        if len({result.description for result in self.results}) != len(self.results):
            raise InvalidBadge("Two results answer the same description.")


def issue(
    credential: AchievementCredential,
    signer: Signer,
    verification_method: str,
    created: datetime,
    *,
    opinion: SecondOpinion = USUAL,
) -> bytes:
    """Build, sign and check a credential; the bytes to store.

    What was written is read again and checked as a stranger would: schema, coverage by the vocabulary,
    signature. A failure raises and nothing is issued. The key must be of the issuer named in the credential.
    `opinion`: which badges the general path canonicalises as well; `SecondOpinion(1)` = every one.
    """
    if not verification_method.startswith(f"{credential.issuer.id}#"):
        raise InvalidBadge("The key that signs is not a key of the issuer.")
    signed = sign_document(credential.document(), signer, verification_method, created)
    stored = write_json(signed)
    document = read_json(stored)
    if problems := problems_of(document):
        raise InvalidBadge(f"The badge would not be correct: {problems[0]}.")
    check_proof(document, document["proof"][0], signer.public_key)
    opinion.confirm(document)
    return stored


def issue_jwt(credential: AchievementCredential, signer: TokenSigner, key_id: str) -> bytes:
    """The same statement as compact JWT, checked like `issue`."""
    return as_jwt(Statement.of(credential.document()), signer, key_id)
