"""What is issued is right: for the official schema, for our own table, and for its own parts."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assessor.openbadges.achievement import Profile
from assessor.openbadges.credential import IdentityObject, Result, issue, issue_jwt
from assessor.openbadges.errors import InvalidBadge, UnsafeDocument
from assessor.openbadges.schema import problems_of
from assessor.openbadges.status_list import StatusEntry
from tests.unit.openbadges.badges import (
    ACHIEVEMENT_URL,
    DID,
    EVE,
    JWT_KEY,
    KEY,
    NOW,
    SCHOOL,
    achievement,
    credential,
    signed,
    signed_anyhow,
)


@pytest.fixture(scope="module")
def official(reference: Path) -> jsonschema.Draft201909Validator:
    """The schema that 1EdTech publishes."""
    path = reference / "openbadges" / "schemas" / "ob_v3p0_achievementcredential_schema.json"
    return jsonschema.Draft201909Validator(json.loads(path.read_bytes()))


def test_an_issued_badge_passes_the_official_schema(official: jsonschema.Draft201909Validator) -> None:
    assert list(official.iter_errors(json.loads(signed()))) == []


def test_the_bytes_are_compact_and_the_lists_are_lists() -> None:
    stored = signed()

    badge = json.loads(stored)

    assert stored == json.dumps(badge, ensure_ascii=False, separators=(",", ":")).encode()
    for listed in (badge["proof"], badge["issuer"]["type"], badge["credentialSchema"], badge["evidence"]):
        assert isinstance(listed, list)
    assert isinstance(badge["credentialStatus"], dict)
    assert badge["validFrom"] == "2026-11-21T12:00:00Z"
    assert badge["credentialSubject"]["identifier"][0]["identityHash"] == "Ada Lovelace"


def test_a_badge_issued_twice_is_the_same_bytes() -> None:
    assert signed() == signed()


def test_without_consent_no_name_is_in_the_badge() -> None:
    holder = "urn:uuid:2f1d9b0a-3f9e-4f31-8d8e-0d6a2c9f6e10"

    stored = signed(identifiers=(), holder_id=holder)

    assert b"Ada" not in stored
    assert b'"identifier"' not in stored
    assert json.loads(stored)["credentialSubject"]["id"] == holder


def test_a_salted_name_is_a_hash_of_name_and_salt() -> None:
    salted = IdentityObject.salted("a@opened.no", "emailAddress", "KosherKosherKosherKosher")

    assert salted.document()["hashed"] is True
    # printf 'a@opened.noKosherKosherKosherKosher' | sha256sum
    assert salted.identity_hash == "sha256$974571478e4e91dd1f1ffb3fe19e7d655a99d4ba768b01a539b4d1ae26067726"
    with pytest.raises(InvalidBadge, match="salt"):
        IdentityObject.salted("a@opened.no", "emailAddress", "short")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"identifiers": ()}, "names its holder"),
        ({"id": "credentials/1"}, "full address"),
        ({"id": "https://badges.example/a b"}, "full address"),
        ({"id": "javascript:alert(1)"}, "full address"),
        ({"valid_from": NOW.replace(microsecond=5)}, "whole seconds"),
        ({"valid_from": NOW.replace(tzinfo=None), "valid_until": None}, "time zone"),
        ({"valid_until": NOW}, "ends after it begins"),
        ({"results": (Result("https://badges.example/other", "1"),)}, "is not a result of"),
        (
            {"results": (Result(f"{ACHIEVEMENT_URL}#band", "1", f"{ACHIEVEMENT_URL}#gold"),)},
            "is not a level of",
        ),
        ({"results": (Result(f"{ACHIEVEMENT_URL}#band"),)}, "neither a value nor a level"),
        ({"results": (Result(f"{ACHIEVEMENT_URL}#band", "1"),) * 2}, "same description"),
        ({"status": StatusEntry("https://badges.example/status/1", -1)}, "not a place"),
        ({"identifiers": (IdentityObject("Ada", "nickname"),)}, "a kind of identifier"),
        ({"issuer": Profile(DID, " ")}, "is empty"),
    ],
)
def test_what_cannot_be_a_correct_badge_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidBadge, match=reason):
        signed(**changes)


@pytest.mark.parametrize("name", ["Ada\x07", "Ada\n", "A\x7f", "A\ufffe", "A\ud800", "", "  ", "A\x85"])
def test_names_that_cannot_be_printed_are_refused(name: str) -> None:
    with pytest.raises(InvalidBadge):
        IdentityObject.printed_name(name)


@pytest.mark.parametrize("name", ["أحمد بن محمد", "Zoë O’Hara-Ħaż", "𐐷 Ada", "Ada “<&>” \\ _:b0 ^^<x>", "Ada@en"])
def test_names_of_every_script_are_issued_unchanged(name: str) -> None:
    stored = signed(identifiers=(IdentityObject.printed_name(name),))

    assert json.loads(stored)["credentialSubject"]["identifier"][0]["identityHash"] == name


def test_a_key_of_somebody_else_cannot_issue() -> None:
    with pytest.raises(InvalidBadge, match="not a key of the issuer"):
        issue(credential(), EVE, KEY.id("did:web:eve.example"), NOW)
    with pytest.raises(InvalidBadge, match="not a key of the issuer"):
        issue_jwt(credential(), EVE, JWT_KEY.id("did:web:eve.example"))


def test_a_signer_that_signs_wrongly_is_noticed_before_anything_is_stored() -> None:
    class Broken:
        public_key = SCHOOL.public_key

        def sign(self, data: bytes, /) -> bytes:
            return EVE.sign(data)

    with pytest.raises(ValueError, match="does not belong"):
        issue(credential(), Broken(), KEY.id(DID), NOW)


def test_an_undefined_type_cannot_be_signed() -> None:
    document = credential().document()
    document["credentialSubject"]["achievement"]["type"].append("Nope")

    with pytest.raises(UnsafeDocument, match="Nope"):
        signed_anyhow(document)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member of a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in entries:
        yield (*path, name)
        yield from _paths(member, (*path, name))


def _changed(document: Any, path: tuple[Any, ...], *, value: Any = None, remove: bool = False) -> Any:
    copy = deepcopy(document)
    place = copy
    for step in path[:-1]:
        place = place[step]
    if remove:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy


def test_our_table_refuses_what_the_official_schema_refuses(
    official: jsonschema.Draft201909Validator,
) -> None:
    badge = json.loads(signed())
    badge["credentialSubject"]["achievement"]["creator"] = {"id": DID, "type": ["Profile"]}
    rest = achievement().document()["resultDescription"][:2]
    badge["credentialSubject"]["achievement"]["resultDescription"] = rest
    allowed = 0

    for path in _paths(badge):
        if path[0] in {"@context", "type"}:
            continue  # judged by the check of shape
        for changed in (_changed(badge, path, remove=True), _changed(badge, path, value=7)):
            if not problems_of(changed):
                assert official.is_valid(changed), path
                allowed += 1

    assert allowed > 10


def test_a_badge_that_ends_sooner_or_never_is_issued() -> None:
    assert b"validUntil" not in signed(valid_until=None)
    assert b"2026-11-22" in signed(valid_until=NOW + timedelta(days=1))
