"""What somebody says in favour of an issuer, an achievement or a badge: EndorsementCredentials, made and checked.

An endorsement is a credential of its own, signed by the endorser; it travels inside of badges, as JSON with a proof
(`endorsement`) or as token (`endorsementJwt`). Whoever carries it cannot change it, and may leave it out.

>>> from datetime import UTC, datetime
>>> from assessor.openbadges.achievement import Profile
>>> from assessor.openbadges.endorsement import Endorsement
>>> state = Profile("did:web:state.example", "State Department")
>>> said = Endorsement("urn:x:1", state, "did:web:school.example", "In good standing", datetime(2026, 1, 1, tzinfo=UTC))
>>> said.document()["credentialSubject"]["endorsementComment"]
'In good standing'
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessor.openbadges import jwt
from assessor.openbadges.achievement import Profile
from assessor.openbadges.canonical import canonical_form, check_words
from assessor.openbadges.checks import Check, State
from assessor.openbadges.contexts import (
    CREDENTIALS_V2,
    OPEN_BADGES_EXTENSIONS,
    OPEN_BADGES_V3,
    OPEN_BADGES_VERSIONS,
)
from assessor.openbadges.errors import (
    InvalidBadge,
    KeyNotTheirs,
    NotACredential,
    OpenBadgesError,
    ProofInvalid,
    ProofUnsupported,
    TooSymmetrical,
    UnknownContext,
)
from assessor.openbadges.grammar import read_timestamp, required_iri, required_text, timestamp
from assessor.openbadges.jwt import Token, issuer_of
from assessor.openbadges.multikey import Signer
from assessor.openbadges.proof import check_proof, sign_document
from assessor.openbadges.proof_time import CLOCK_TOLERANCE
from assessor.openbadges.reading import is_jwt
from assessor.openbadges.schema import problems_of_endorsement
from assessor.openbadges.signed_by import check_signed_by
from assessor.openbadges.strict_json import JsonObject, read_json, write_json
from assessor.openbadges.trust import Trust, TrustedIssuer
from assessor.openbadges.withdrawal import Standing, StatusSource, standing_of

CONTEXTS = [CREDENTIALS_V2, OPEN_BADGES_V3, OPEN_BADGES_EXTENSIONS]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json"
MAX_ENDORSEMENT_BYTES = 16 * 1024
MAX_COMMENT = 2_000
#: Of one badge, more are not worth the work of checking.
MAX_ENDORSEMENTS = 8


@dataclass(frozen=True)
class Endorsement:
    """What an endorser says. `about`: the id of an issuer, a profile, an achievement or a badge.

    `valid_until`: None = it does not end, and without a status list it can never be taken back.
    """

    id: str
    issuer: Profile
    about: str
    comment: str
    valid_from: datetime
    valid_until: datetime | None = None
    name: str = "Endorsement"

    def document(self) -> JsonObject:
        """The unsigned credential; raises `InvalidBadge` naming the member that cannot be issued."""
        if self.valid_until and self.valid_until <= self.valid_from:
            raise InvalidBadge("An endorsement ends after it begins.")
        if len(self.comment) > MAX_COMMENT:
            raise InvalidBadge(f"An endorsement has at most {MAX_COMMENT} signs. Say it shorter.")
        return {
            "@context": CONTEXTS,
            "id": required_iri(self.id, "The id of the endorsement"),
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": required_text(self.name, "The name of the endorsement"),
            "issuer": self.issuer.document(),
            "validFrom": timestamp(self.valid_from),
            **({"validUntil": timestamp(self.valid_until)} if self.valid_until else {}),
            "credentialSubject": {
                "id": required_iri(self.about, "The id of what is endorsed"),
                "type": ["EndorsementSubject"],
                "endorsementComment": required_text(self.comment, "The endorsement"),
            },
            "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        }


@dataclass(frozen=True)
class Carried:
    """An endorsement that a badge brings along, not yet checked.

    `place`: what it stands at: credential, issuer, source, achievement or creator. `about`: the id of that thing, which
    the endorsement must be about; empty = it has none. `content`: the credential, or the text of a token.
    """

    place: str
    about: str
    content: Any


def endorse(endorsement: Endorsement, signer: Signer, verification_method: str, created: datetime) -> bytes:
    """Build and sign an endorsement, and check it as a stranger would; the bytes to hand over.

    Raises `InvalidBadge` for the key of another and for what the data model does not allow.
    """
    if not verification_method.startswith(f"{endorsement.issuer.id}#"):
        raise InvalidBadge("The key that signs is not a key of the endorser.")
    stored = write_json(sign_document(endorsement.document(), signer, verification_method, created))
    document = read_endorsement(stored)
    if problems := problems_of_endorsement(document):
        raise InvalidBadge(f"The endorsement would not be correct: {problems[0]}.")
    check_proof(document, document["proof"][0], signer.public_key)
    return stored


def read_endorsement(data: bytes) -> JsonObject:
    """The credential in a file, JSON or JWT, not yet checked. Raises `Unreadable`, or `NotACredential`."""
    text = data.strip()
    if len(text) > MAX_ENDORSEMENT_BYTES:
        raise NotACredential(f"This is larger than {MAX_ENDORSEMENT_BYTES // 1024} kB. An endorsement is much smaller.")
    return jwt.read(text).credential if is_jwt(text) else read_json(text)


def check_embeddable(document: JsonObject) -> None:
    """Raise `UnsafeDocument` unless a badge of ours can carry this endorsement and sign all of it.

    Made with an older vocabulary, its words would have two meanings in one document. As token it can be carried always.
    """
    about = {"id": subject_of(document), "type": ["Profile"], "endorsement": [document]}
    canonical_form({"@context": CONTEXTS, "type": ["VerifiableCredential"], "issuer": about})


def endorsements_of(badge: JsonObject) -> list[Carried]:
    """The endorsements that a badge brings along, in the order in which a person meets what they are about."""
    subject = badge.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    places = {
        "issuer": badge.get("issuer"),
        "source": subject.get("source") if isinstance(subject, dict) else None,
        "achievement": achievement,
        "creator": achievement.get("creator") if isinstance(achievement, dict) else None,
        "credential": badge,
    }
    return [found for place, thing in places.items() for found in _carried(place, thing)]


def check_endorsement(
    content: JsonObject | str | bytes,
    trust: Trust,
    now: datetime,
    *,
    about: str = "",
    status: StatusSource | None = None,
) -> Check:
    """Whether an endorsement holds: a check called “endorsement”, with the reason.

    `content`: the credential as read, or the text of JSON or JWT. `trust`: the endorsers that are believed. `about`:
    the id that it must endorse; empty = any. `status`: gives status lists by address; None = do not ask, so that an
    endorsement that can be withdrawn is not checked. Never raises for anything in `content`.
    """
    try:
        document, token = _read(content)
        return _Checking(document, token, trust, now, status).check(about)
    except (UnknownContext, ProofUnsupported, TooSymmetrical) as error:
        return _answer(State.NOT_CHECKED, str(error))
    except OpenBadgesError as error:
        return _answer(State.FAILED, str(error))


def comment_of(document: JsonObject) -> str:
    """What an endorsement says; empty = it only endorses."""
    comment = _subject(document).get("endorsementComment")
    return comment if isinstance(comment, str) else ""


def subject_of(document: JsonObject) -> str:
    """The id of what an endorsement is about; empty = none."""
    subject = _subject(document).get("id")
    return subject if isinstance(subject, str) else ""


def _subject(document: JsonObject) -> JsonObject:
    subject = document.get("credentialSubject")
    return subject if isinstance(subject, dict) else {}


def _carried(place: str, thing: Any) -> Iterator[Carried]:
    if not isinstance(thing, dict):
        return
    about = thing.get("id")
    for name in ("endorsement", "endorsementJwt"):
        entries = thing.get(name, [])
        for content in entries if isinstance(entries, list) else [entries]:
            yield Carried(place, about if isinstance(about, str) else "", content)


def _read(content: Any) -> tuple[JsonObject, Token | None]:
    if isinstance(content, dict):
        if len(write_json(content)) > MAX_ENDORSEMENT_BYTES:
            raise ProofUnsupported("The endorsement is too large to be checked.")
        return content, None
    if not isinstance(content, str | bytes):
        raise NotACredential("What stands in the place of an endorsement is none.")
    text = content.encode("utf-8", "replace") if isinstance(content, str) else content
    document = read_endorsement(text)
    return document, jwt.read(text.strip()) if is_jwt(text.strip()) else None


def _answer(state: State, reason: str) -> Check:
    return Check("endorsement", state, reason)


class _Checking:
    """The checks of one endorsement, in order; the first that does not pass is the answer."""

    def __init__(
        self, document: JsonObject, token: Token | None, trust: Trust, now: datetime, status: StatusSource | None
    ) -> None:
        self.document = document
        self.token = token
        self.trust = trust
        self.now = now
        self.status = status

    def check(self, about: str) -> Check:
        # 1. It is an endorsement, of what it should be.
        self._check_shape()
        if about and subject_of(self.document) != about:
            return _answer(State.FAILED, f"The endorsement is about {subject_of(self.document)[:120]}, something else.")
        # 2. Every word has one fixed meaning, and the signature covers it.
        check_words(self.document)
        # 3. A key of the endorser signed it.
        if (endorser := self.trust.issuers.get(issuer_of(self.document))) is None:
            who = issuer_of(self.document)[:120] or "(none named)"
            return _answer(State.NOT_CHECKED, f"The endorser {who} is not known here.")
        self._check_signature(endorser)
        # 4. Today lies in its time.
        self._check_time()
        # 5. The endorser has not taken it back.
        answer = standing_of(self.document, self.trust, self.now, self.status)
        if answer.standing is Standing.IN_FORCE:
            return _answer(State.PASSED, f"{self._name(endorser)} endorses this.")
        if answer.standing is Standing.UNKNOWN:
            return _answer(State.NOT_CHECKED, f"Whether the endorsement still holds is not known: {answer.reason}")
        return _answer(State.FAILED, "The endorser has taken the endorsement back.")

    def _check_shape(self) -> None:
        contexts, kinds = (self.document.get(name) for name in ("@context", "type"))
        if not isinstance(contexts, list) or contexts[:1] != [CREDENTIALS_V2] or len(contexts) < 2:
            raise NotACredential("This is not a verifiable credential of version 2.0.")
        if not isinstance(contexts[1], str) or contexts[1] not in OPEN_BADGES_VERSIONS:
            raise NotACredential("This is a credential, but it does not speak of Open Badges 3.0.")
        if not isinstance(kinds, list) or "EndorsementCredential" not in kinds:
            raise NotACredential("This is a credential, but not an endorsement.")
        if problems := problems_of_endorsement(self.document):
            raise NotACredential(f"The endorsement breaks the data model: {'; '.join(problems[:3])}.")

    def _check_signature(self, endorser: TrustedIssuer) -> None:
        try:
            check_signed_by(endorser, self.document, self.token, self.now)
        except KeyNotTheirs as error:
            raise ProofInvalid(f"The endorsement is not signed by its endorser: {error}") from error

    def _check_time(self) -> None:
        start, end = (read_timestamp(self.document.get(name)) for name in ("validFrom", "validUntil"))
        if start is None or start > self.now + CLOCK_TOLERANCE:
            raise ProofInvalid("The endorsement is not valid yet.")
        if end is not None and end <= self.now:
            raise ProofInvalid(f"The endorsement ended on {end:%Y-%m-%d}.")

    def _name(self, endorser: TrustedIssuer) -> str:
        issuer = self.document.get("issuer")
        said = issuer.get("name") if isinstance(issuer, dict) else None
        return endorser.name or (said[:120] if isinstance(said, str) else endorser.id)
