"""Who a badge says it is of: by default the salted hash of the name, the name itself with consent, no phone number."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor import demo
from assessor.certificates import attachment
from assessor.config import Settings
from assessor.credentials import issuing, names
from assessor.credentials.models import Award
from assessor.openbadges.credential import IdentityObject
from assessor.openbadges.multikey import base64url_decode
from assessor.openbadges.strict_json import read_json
from assessor.verification import verifying
from tests import factories
from tests.console import Run
from tests.factories import NOW


def badge(session: Session, settings: Settings, **changes: Any) -> dict[str, Any]:
    """The signed badge of an award."""
    credential = issuing.sign(session, factories.award(session, settings, **changes), settings, NOW)
    session.add(credential)
    session.flush()
    return dict(read_json(credential.body))


def holder(badge: dict[str, Any]) -> dict[str, Any]:
    """How it names its holder."""
    [identifier] = badge["credentialSubject"]["identifier"]
    return dict(identifier)


def test_without_consent_the_badge_holds_a_salted_hash_and_no_name(session: Session, settings: Settings) -> None:
    made = badge(session, settings)

    named = holder(made)
    salted = IdentityObject.salted("Ada Lovelace", "name", named["salt"])
    assert named == salted.document()
    assert len(base64url_decode(named["salt"])) == 16
    assert "Lovelace" not in json.dumps(made)


def test_with_consent_the_badge_says_the_name_as_printed(session: Session, settings: Settings) -> None:
    named = holder(badge(session, settings, named_in_badge=True))

    assert (named["identityHash"], named["hashed"], "salt" in named) == ("Ada Lovelace", False, False)


def test_two_badges_of_one_person_differ_in_id_and_salt(session: Session, settings: Settings) -> None:
    one, two = (badge(session, settings, source=source) for source in ("one", "two"))

    assert one["id"] != two["id"]
    assert holder(one)["salt"] != holder(two)["salt"]
    assert holder(one)["identityHash"] != holder(two)["identityHash"]


def test_paper_and_code_have_the_name_either_way(session: Session, settings: Settings) -> None:
    badge(session, settings)
    award = session.scalars(select(Award)).one()

    paper = issuing.export(session, award, "pdf", settings).content
    summary = verifying.check_number(session, award.number, settings, NOW).answer

    assert summary is not None
    assert summary.summary is not None
    assert summary.summary.name == "Ada Lovelace"
    attached = attachment.attached_credential(paper)
    assert attached is not None
    assert b"Lovelace" not in attached


PHONES = ("Ada +356 7912 3456", "Ada 79123456", "79-12-34 Ada", "Ada (0356) 7912.34", "Ada ٠٧٩١٢٣٤", "Ada 7 9 1 2 3 4")


@pytest.mark.parametrize("name", PHONES)
def test_a_phone_number_is_no_part_of_a_name(name: str) -> None:
    with pytest.raises(names.NameNotUsable, match="phone number"):
        names.usable_name(name)
    with pytest.raises(names.SecondNotUsable, match="phone number"):
        names.usable_second(name)


@pytest.mark.parametrize("name", ["Ada 2nd", "Ada Lovelace 1815", "Ada O'Neill-King", "Xǃóõ 12", "آدا ٢"])
def test_names_with_a_few_digits_are_names(name: str) -> None:
    assert names.usable_name(name) == name


@pytest.mark.parametrize("name", ["+356 7912 3456", "12", "١٢٣٤٥٦٧", "()-"])
def test_digits_alone_are_no_name(name: str) -> None:
    with pytest.raises(names.NameNotUsable):
        names.usable_name(name)


@pytest.mark.parametrize(("name", "too_many"), [("A" * 99, 3), ("Μ" * 52, 4), ("री" * 18, 2), ("नेपाली " * 6 + "रे", 5)])
def test_a_name_too_long_for_the_code_says_by_how_many_letters(name: str, too_many: int) -> None:
    with pytest.raises(names.NameNotUsable, match=rf"the code on the paper\. Letters too many: {too_many}\."):
        names.usable_name(name)


def test_a_long_row_of_signs_is_refused_at_once() -> None:
    with pytest.raises(names.NameNotUsable):
        names.usable_name("A" + "1 - (" * 5000)


@pytest.mark.parametrize("named", [True, False])
def test_the_command_names_the_holder_with_consent_only(named: bool, run: Run, settings: Settings) -> None:
    words = ["award", demo.ACHIEVEMENT, "--name", "Ada Lovelace", "--level", 3, *(["--named"] if named else [])]
    made = run(*words).out.strip()
    file = settings.instance / "ada.json"

    run("export", made, "--format", "json", "--out", file)

    assert ("Ada Lovelace" in file.read_text()) is named
    assert run("verify", file).code == 0
