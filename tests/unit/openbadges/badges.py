"""A school, its keys and Ada's badge: honest defaults for the tests of the library."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assessor.openbadges.achievement import Achievement, Profile, load_achievement
from assessor.openbadges.credential import (
    AchievementCredential,
    Evidence,
    IdentityObject,
    Result,
    issue,
)
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.errors import StatusUnavailable
from assessor.openbadges.multikey import MemorySigner
from assessor.openbadges.proof import sign_document
from assessor.openbadges.status_list import (
    BitstringStatusList,
    Purpose,
    StatusEntry,
    status_list_credential,
)
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.withdrawal import FetchedList, StatusSource

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "vectors" / "openbadges"

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DID = "did:web:badges.example"
ACHIEVEMENT_URL = "https://badges.example/achievements/digital-first-steps"
LIST_URL = "https://badges.example/status/1"
PLACE = 94567

SCHOOL = MemorySigner.from_seed(bytes(range(32)))
EVE = MemorySigner.from_seed(b"eve" + bytes(29))
KEY = PublishedKey(SCHOOL.public_key, fragment="badge-1")
JWT_KEY = PublishedKey(SCHOOL.public_key, "JsonWebKey", "jwt-1")
TRUST = Trust.of(did_document(DID, [KEY, JWT_KEY]))

PICTURE_SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/></svg>\n'


def achievement() -> Achievement:
    """The achievement of the first bank, as shipped."""
    data = (ROOT / "badge_templates" / "digital-first-steps" / "achievement.json").read_bytes()
    return load_achievement(data, url=ACHIEVEMENT_URL, image_url=f"{ACHIEVEMENT_URL}.png")


def credential(**changes: Any) -> AchievementCredential:
    """Ada's badge, not yet signed; what a test cares about is given by name."""
    ada = AchievementCredential(
        id="https://badges.example/credentials/4b1c2f5e-58b5-4f0e-9a3c-0c7f7d7f2c11",
        issuer=Profile(DID, "School of Olu", url="https://badges.example"),
        achievement=achievement(),
        valid_from=NOW,
        results=(
            Result(f"{ACHIEVEMENT_URL}#band", "3", f"{ACHIEVEMENT_URL}#band-intermediate"),
            Result(f"{ACHIEVEMENT_URL}#competence-1.1", "64"),
            Result(f"{ACHIEVEMENT_URL}#competence-4.2", "58"),
        ),
        evidence=(Evidence("Supervised; on a phone; in English; 14 tasks.", "Conditions"),),
        identifiers=(IdentityObject.printed_name("Ada Lovelace"),),
        valid_until=NOW + timedelta(days=730),
        status=StatusEntry(LIST_URL, PLACE),
    )
    return replace(ada, **changes)


def signed(**changes: Any) -> bytes:
    """Ada's badge as stored."""
    return issue(credential(**changes), SCHOOL, KEY.id(DID), NOW)


def signed_anyhow(document: JsonObject, signer: MemorySigner = SCHOOL) -> bytes:
    """Any document with a proof, past our own checks: what a careless or hostile issuer would publish."""
    return write_json(sign_document(document, signer, KEY.id(DID), NOW))


def status_list(*places: int, **changes: Any) -> JsonObject:
    """The unsigned list of the school, with these places set."""
    purpose: Purpose = changes.pop("purpose", "revocation")
    bits = BitstringStatusList.empty().with_bits(dict.fromkeys(places, True))
    options: dict[str, Any] = {
        "url": LIST_URL,
        "issuer": DID,
        "valid_from": NOW - timedelta(hours=1),
        "valid_until": NOW + timedelta(days=7),
        "ttl_seconds": 86_400,
    }
    return status_list_credential(bits, purpose=purpose, **options | changes)


def serving(data: bytes, fetched: datetime | None = None) -> StatusSource:
    """A source that gives this list for the school's address and reaches nothing else."""

    def source(url: str) -> FetchedList:
        if url != LIST_URL:
            raise StatusUnavailable(f"{url} cannot be reached.")
        return FetchedList(data, fetched)

    return source


NOTHING_WITHDRAWN = serving(write_json(sign_document(status_list(), SCHOOL, KEY.id(DID), NOW)))
ADA_WITHDRAWN = serving(write_json(sign_document(status_list(PLACE), SCHOOL, KEY.id(DID), NOW)))
