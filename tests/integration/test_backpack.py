"""Certificates for older backpacks: Open Badges 2.0 from what was signed, the same bytes each time."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assessor import demo
from assessor.credentials import backpack
from assessor.openbadges.baking import unbake_png, unbake_svg
from assessor.openbadges.exits import Statement
from assessor.openbadges.trust import Trust
from assessor.openbadges.v2 import Places, badge_class, issuer_profile
from assessor.openbadges.verification import verify
from tests.console import Run
from tests.unit.openbadges.older_badges import web


@pytest.fixture
def awarded(run: Run) -> str:
    """The address of Ada's certificate."""
    made = run("award", demo.ACHIEVEMENT, "--name", "Ada Lovelace", "--level", 3, "--result", "4.1=60", "--json")
    address: str = made.document["id"]
    return address


def exported(run: Run, credential: str, form: str, folder: Path, recipient: str = "") -> bytes:
    """The content of an exported file."""
    target = folder / f"certificate.{form}"
    named = ("--recipient", recipient) if recipient else ()
    assert run("export", credential, "--format", form, "--out", target, *named).code == 0
    return target.read_bytes()


def test_the_file_says_what_the_signed_badge_says(run: Run, awarded: str, tmp_path: Path) -> None:
    newer, older = (json.loads(exported(run, awarded, form, tmp_path)) for form in ("json", "ob2"))

    assert older["id"] == awarded.replace("/credentials/", "/ob2/credentials/")
    assert (older["issuedOn"], older["expires"]) == (newer["validFrom"], newer["validUntil"])
    assert older["evidence"][0]["narrative"] == newer["evidence"][0]["narrative"]
    assert "3 (Intermediate)" in older["narrative"]
    assert older["recipient"]["type"] == "name"
    assert "Ada Lovelace" not in json.dumps(older)


def test_every_form_carries_the_same_bytes_each_time(run: Run, awarded: str, tmp_path: Path) -> None:
    first, again = exported(run, awarded, "ob2", tmp_path), exported(run, awarded, "ob2", tmp_path)

    assert first == again
    assert unbake_png(exported(run, awarded, "ob2-png", tmp_path)) == first
    assert unbake_svg(exported(run, awarded, "ob2-svg", tmp_path)) == first


def test_two_certificates_of_one_person_have_different_hashes(run: Run, awarded: str, tmp_path: Path) -> None:
    made = run("award", demo.ACHIEVEMENT, "--name", "Ada Lovelace", "--level", 3, "--result", "4.1=60", "--json")

    one, two = (json.loads(exported(run, address, "ob2", tmp_path)) for address in (awarded, made.document["id"]))

    assert one["recipient"]["salt"] != two["recipient"]["salt"]
    assert one["recipient"]["identity"] != two["recipient"]["identity"]


def test_a_holder_named_by_e_mail_is_kept_as_a_hash_alone(run: Run, awarded: str, tmp_path: Path) -> None:
    by_name = exported(run, awarded, "ob2", tmp_path)
    by_email = exported(run, awarded, "ob2", tmp_path, "email:ada@example.org")

    recipient = json.loads(by_email)["recipient"]
    assert (recipient["type"], recipient["hashed"]) == ("email", True)
    assert b"ada@example.org" not in by_email
    assert by_email != by_name
    assert exported(run, awarded, "ob2", tmp_path) == by_email  # it stays so until another is given
    assert exported(run, awarded, "ob2", tmp_path, "email:ada@example.org") == by_email


@pytest.mark.parametrize("recipient", ["email:ada", "tel:+356", "email:", "name:Eve", "email:" + "a" * 300 + "@b"])
def test_a_recipient_that_cannot_be_used_is_refused(run: Run, awarded: str, tmp_path: Path, recipient: str) -> None:
    ended = run("export", awarded, "--format", "ob2", "--out", tmp_path / "x", "--recipient", recipient)

    assert ended.code == 1
    assert "e-mail" in ended.err or "email:ada@example.org" in ended.err


def test_a_recipient_is_for_older_badges_alone(run: Run, awarded: str, tmp_path: Path) -> None:
    ended = run("export", awarded, "--format", "json", "--out", tmp_path / "x", "--recipient", "email:a@b")

    assert ended.code == 64


def test_it_is_said_that_nobody_can_check_the_file_of_an_issuer_without_contact(
    run: Run, awarded: str, tmp_path: Path
) -> None:
    ended = run("export", awarded, "--format", "ob2", "--out", tmp_path / "x")

    assert "ASSESSOR_CONTACT_EMAIL" in ended.err


def test_addresses_that_answer_are_listed_and_can_be_closed(run: Run, awarded: str, tmp_path: Path) -> None:
    assert run("ob2", "list", "--json").document == []
    exported(run, awarded, "ob2", tmp_path)

    [row] = run("ob2", "list", "--json").document
    assert row["address"] == awarded.replace("/credentials/", "/ob2/credentials/")
    assert row["named_by"] == "name"
    assert run("ob2", "list").out.startswith(row["number"])

    assert run("ob2", "end", awarded).code == run("ob2", "end", awarded).code == 0
    assert run("ob2", "list", "--json").document == []


@pytest.mark.parametrize("form", sorted(backpack.FORMS))
def test_served_at_its_addresses_it_is_genuine_for_its_holder(
    form: str, run: Run, awarded: str, tmp_path: Path
) -> None:
    statement = Statement.stored(exported(run, awarded, "json", tmp_path)).document
    assertion = exported(run, awarded, "ob2", tmp_path)
    document = json.loads(assertion)
    base = document["id"].partition("/ob2/")[0]
    places = Places(document["id"], document["badge"], f"{base}/ob2/issuer")
    served = {
        places.assertion: assertion,
        places.badge_class: badge_class(statement["credentialSubject"]["achievement"], places),
        places.issuer: issuer_profile(statement["issuer"], places, "olu@open-door.example"),
    }
    reached = web({address.replace("http:", "https:"): data for address, data in served.items()})

    report = verify(
        exported(run, awarded, form, tmp_path),
        Trust(profiles=frozenset({places.issuer})),
        datetime.now(UTC),
        fetch=reached,
        recipient="Ada Lovelace",
    )

    assert report.verdict == "genuine", report.checks
