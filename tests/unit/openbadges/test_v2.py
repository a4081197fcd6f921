"""Open Badges 2.0 says what the 3.0 badge says, in the words of 2.0, or is not made at all."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from assessor.openbadges.achievement import Profile
from assessor.openbadges.errors import InvalidBadge
from assessor.openbadges.recipient import Identity
from assessor.openbadges.v2 import Places, revocation_list, revoked_assertion, salted_recipient
from assessor.openbadges.v2_schema import CONTEXT, problems_of
from tests.unit.openbadges.badges import DID, achievement
from tests.unit.openbadges.older_badges import EMAIL, LIST_URL, PLACES, SALT, ada

RECIPIENT = salted_recipient("email", EMAIL, SALT)


def test_the_assertion_has_the_facts_of_the_credential() -> None:
    assertion = json.loads(ada().assertion)

    assert assertion["@context"] == CONTEXT
    assert assertion["id"] == PLACES.assertion
    assert assertion["badge"] == PLACES.badge_class
    assert assertion["verification"] == {"type": "hosted"}
    assert (assertion["issuedOn"], assertion["expires"]) == ("2026-11-21T12:00:00Z", "2028-11-20T12:00:00Z")
    assert assertion["evidence"][0]["narrative"] == "Supervised; on a phone; in English; 14 tasks."
    assert "3 (Intermediate)" in assertion["narrative"]
    assert "64" in assertion["narrative"]


def test_the_recipient_is_a_salted_hash_and_the_name_is_nowhere() -> None:
    made = ada()

    recipient = json.loads(made.assertion)["recipient"]
    assert recipient["type"] == "email"
    assert recipient["hashed"] is True
    assert recipient["salt"] == SALT
    assert recipient["identity"].startswith("sha256$")
    for document in (made.assertion, made.badge_class, made.issuer):
        assert b"Lovelace" not in document
        assert EMAIL.encode() not in document


def test_the_class_has_the_facts_of_the_achievement() -> None:
    badge_class = json.loads(ada().badge_class)

    promised = achievement()
    assert badge_class["name"] == promised.name
    assert badge_class["criteria"]["narrative"] == promised.criteria.narrative
    assert badge_class["issuer"] == PLACES.issuer
    codes = [entry.get("targetCode", "") for entry in badge_class["alignment"]]
    assert codes == [entry.target_code for entry in promised.alignment]
    assert badge_class["related"][0]["id"] == promised.id


def test_every_member_has_a_meaning_in_the_published_context(reference: Path) -> None:
    context = json.loads((reference / "openbadges/contexts/ob-v2p0-context.json").read_bytes())["@context"]

    for text in (*vars(ada()).values(), revoked_assertion(PLACES.assertion, "superseded")):
        document = json.loads(text)
        expanded = jsonld.expand(document | {"@context": context})

        assert set(_leaves(document)) <= set(_leaves(expanded)), document["type"]


def _leaves(value: Any) -> Iterator[Any]:
    """Every plain value inside, but for types and contexts."""
    if isinstance(value, list):
        for entry in value:
            yield from _leaves(entry)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name not in {"@context", "type", "@type"}:
                yield from _leaves(member)
    else:
        yield value


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"achievement": replace(achievement(), image=None)}, "picture"),
        ({"issuer": Profile(DID, "School of Olu")}, "“url” is missing"),
        ({"recipient": Identity("email", EMAIL)}, "names its holder"),
        ({"recipient": Identity("e-mail", "sha256$0", hashed=True)}, "names its holder"),
    ],
)
def test_facts_that_2_0_cannot_say_are_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidBadge, match=reason):
        ada(**changes)


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        (replace(PLACES, assertion="https://eve.example/1"), "one host"),
        (replace(PLACES, issuer=PLACES.assertion), "address of their own"),
        (Places("http://a.example/1", "http://a.example/2", "http://a.example/3"), "https"),
        (replace(PLACES, assertion="1"), "full address"),
    ],
)
def test_addresses_that_readers_would_not_believe_are_refused(places: Places, reason: str) -> None:
    with pytest.raises(InvalidBadge, match=reason):
        ada(places=places)


def test_an_issuer_without_an_e_mail_address_is_refused() -> None:
    with pytest.raises(InvalidBadge, match="e-mail address"):
        ada(contact="")


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(InvalidBadge, match="salt"):
        salted_recipient("email", EMAIL, "deadsea")


def test_a_kind_of_naming_that_2_0_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidBadge, match="naming people"):
        salted_recipient("telephone", "+356 1", SALT)


def test_the_note_of_a_revoked_badge_has_no_facts_of_it() -> None:
    assert json.loads(revoked_assertion(PLACES.assertion, "superseded")) == {
        "@context": CONTEXT,
        "type": "Assertion",
        "id": PLACES.assertion,
        "revoked": True,
        "revocationReason": "superseded",
    }


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_a_revocation_list_never_has_fewer_than_two_entries(count: int) -> None:
    ids = [f"urn:uuid:00000000-0000-4000-8000-00000000000{place}" for place in range(count)]

    made = json.loads(revocation_list(LIST_URL, PLACES.issuer, ids))

    assert len(made["revokedAssertions"]) == max(2, count)
    assert made["revokedAssertions"][:count] == ids
    assert made == json.loads(revocation_list(LIST_URL, PLACES.issuer, ids))
    assert problems_of(made, "RevocationList") == []


def test_a_badge_is_revoked_once() -> None:
    with pytest.raises(InvalidBadge, match="once"):
        revocation_list(LIST_URL, PLACES.issuer, ["urn:x:1", "urn:x:1"])
