"""Whether a badge is about the person who shows it, in both editions."""

import hashlib
import json

import pytest

from assessor.openbadges.checks import State
from assessor.openbadges.recipient import Identity, check_recipient, identities_v2, identities_v3
from tests.unit.openbadges.badges import credential, signed

HOLDER = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"


@pytest.mark.parametrize(
    "claimed", ["ada@example.org", "Ada@Example.org", "mailto:ada@example.org", " ada@example.org "]
)
def test_an_e_mail_address_is_found_behind_its_hash(claimed: str) -> None:
    found = check_recipient([Identity.salted("email", "ada@example.org", "deadsea")], claimed)

    assert found.state is State.PASSED


def test_the_published_example_of_the_standard_is_somebody_elses() -> None:
    identity = "sha256$c7ef86405ba71b85acd8e2e95166c4b111448089f2e1599f42fe1bba46e865c5"
    recipient = {"type": "email", "hashed": True, "salt": "deadsea", "identity": identity}

    assert check_recipient(identities_v2({"recipient": recipient}), "mayze@example.org").state is State.FAILED


def test_hashes_of_older_issuers_are_read() -> None:
    digest = hashlib.md5(b"ada@example.orgsalt").hexdigest()
    recipient = {"type": ["email"], "hashed": True, "salt": "salt", "identity": f"md5${digest.upper()}"}

    assert check_recipient(identities_v2({"recipient": recipient}), "ada@example.org").state is State.PASSED


@pytest.mark.parametrize(
    ("claimed", "state"),
    [("Ada  Lovelace", State.PASSED), ("Grace Hopper", State.FAILED), ("ada@example.org", State.NOT_CHECKED)],
)
def test_a_printed_name_is_compared_as_a_name(claimed: str, state: State) -> None:
    found = check_recipient(identities_v3(json.loads(signed())), claimed)

    assert found.state is state


@pytest.mark.parametrize("claimed", ["ada lovelace", "ADA  LOVELACE", " Ada\tlovelace"])
def test_the_capitals_of_a_name_do_not_count(claimed: str) -> None:
    plain, hashed = Identity("name", "Ada Lovelace"), Identity.salted("name", "Ada Lovelace", "deadsea")

    assert check_recipient([plain], claimed).state is State.PASSED
    assert check_recipient([hashed], claimed).state is State.PASSED


def test_two_spellings_of_one_letter_are_one_name() -> None:
    assert check_recipient([Identity("name", "Zoë")], "Zoe\u0308").state is State.PASSED


def test_a_did_is_compared_to_the_letter() -> None:
    identities = identities_v3(credential(holder_id=HOLDER).document())

    assert check_recipient(identities, HOLDER).state is State.PASSED
    assert check_recipient(identities, HOLDER.lower()).state is State.FAILED


def test_a_web_address_may_end_with_a_slash() -> None:
    assert (
        check_recipient([Identity("web address", "https://ada.example")], "https://ada.example/").state is State.PASSED
    )


def test_nobody_named_is_not_checked() -> None:
    assert check_recipient([Identity("name", "Ada")], "").state is State.NOT_CHECKED


@pytest.mark.parametrize(
    "recipient",
    [
        None,
        "ada@example.org",
        {"type": "email", "hashed": True, "identity": "ada@example.org"},
        {"type": "email", "hashed": False, "identity": " "},
        {"type": "email", "hashed": True, "salt": 7, "identity": "sha256$" + "0" * 64},
        {"type": [], "hashed": False, "identity": "ada@example.org"},
    ],
)
def test_a_badge_that_names_nobody_is_about_nobody(recipient: object) -> None:
    found = check_recipient(identities_v2({"recipient": recipient}), "ada@example.org")

    assert found.state is State.NOT_CHECKED
    assert "whose it is" in found.reason
