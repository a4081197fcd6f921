"""What the commands refuse or say aloud before a certificate is made that nobody could use."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from assessor import demo
from assessor.config import Settings
from assessor.credentials import awarding, backpack, finding, names
from assessor.errors import Invalid, NotFound
from tests import factories
from tests.console import Run
from tests.factories import NOW


def awarded(run: Run, *words: object) -> str:
    """The address of a certificate that the command made."""
    made = run("award", demo.ACHIEVEMENT, *(words or ("--name", "Ada Lovelace", "--level", 3)), "--json")
    assert made.code == 0, made.err
    address: str = made.document["id"]
    return address


# Levels and languages


def test_a_level_without_tasks_is_refused_with_those_that_the_badge_has(run: Run) -> None:
    ended = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 7)

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "DIGI-FIRST-STEPS has no level 7. It has: 1, 2, 3, 4.\n"


def test_a_language_without_words_is_refused_with_those_that_the_certificate_has(run: Run) -> None:
    address = awarded(run)

    for words in (("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 3), ("replace", address)):
        ended = run(*words, "--language", "xx")
        assert ended.code == 1
        assert "The certificate has no words in “xx”. It has: en" in ended.err


def test_a_row_with_a_level_that_the_badge_has_not_is_named(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("name,level\nAda,3\nGrace,5\n")

    ended = run("award", demo.ACHIEVEMENT, "--from", table, "--out", tmp_path / "out.csv")

    assert ended.code == 1
    assert "line 3: DIGI-FIRST-STEPS has no level 5." in ended.err


def test_a_table_with_semicolons_is_told_what_to_do(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("name;level\nAda;3\n")

    ended = run("award", demo.ACHIEVEMENT, "--from", table, "--out", tmp_path / "out.csv")

    assert "Save it with commas between them." in ended.err


def test_a_file_to_write_to_belongs_to_a_table(run: Run, tmp_path: Path) -> None:
    ended = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 3, "--out", tmp_path / "ada.pdf")

    assert ended.code == 64


# Names


def test_a_name_of_which_no_letter_can_be_printed_is_refused(run: Run) -> None:
    first = run("award", demo.ACHIEVEMENT, "--name", "李小龍", "--level", 3)
    second = run("award", demo.ACHIEVEMENT, "--name", "Lee", "--second", "李小龍", "--level", 3)

    assert (first.code, first.err) == (1, "The paper has no letters for this name. Write it in another script.\n")
    assert (second.code, second.err) == (1, "The paper has no letters for the second spelling. Leave it empty.\n")


def test_a_letter_that_the_paper_cannot_show_is_told(run: Run, tmp_path: Path) -> None:
    one = run("award", demo.ACHIEVEMENT, "--name", "Bruce 龍 Lee", "--level", 3)
    table = tmp_path / "people.csv"
    table.write_text("name,level\nBruce 龍 Lee,3\n", encoding="utf-8")
    many = run("award", demo.ACHIEVEMENT, "--from", table, "--out", tmp_path / "out.csv")

    assert (one.code, many.code) == (0, 0)
    assert "The paper has no letters for 龍." in one.err
    assert "line 2: the paper has no letters for 龍." in many.err


@pytest.mark.parametrize("between", ["_", ",", ":", "*", "|", ";", "~", " · ", "\u200d"])
def test_a_phone_number_is_found_whatever_stands_between_its_digits(between: str) -> None:
    with pytest.raises(names.NameNotUsable, match="phone number"):
        names.usable_name("Ada " + between.join(["079", "123", "45", "67"]))


def test_a_phone_number_is_found_in_digits_of_every_kind() -> None:
    for digits in ("①②③④⑤⑥⑦", "٠٧٩١٢٣٤٥", "079123".translate({48 + n: 0xFF10 + n for n in range(10)})):
        with pytest.raises(names.NameNotUsable, match="phone number"):
            names.usable_name(f"Ada {digits}")


def test_a_name_may_count() -> None:
    for name in ("Ada 2nd", "Ada 1815", "Ada III", "Ada 12 of 1815"):
        assert names.usable_name(name) == name


# Consent


def test_a_badge_of_before_people_were_asked_is_nobodys_agreement(session: Session, settings: Settings) -> None:
    before = factories.award(session, settings, named_in_badge=True)
    asked = awarding.holder_of(before)
    before.assessed_by = {}

    assert asked.named_in_badge
    assert not awarding.holder_of(before).named_in_badge


# Open Badges 2.0


@pytest.mark.parametrize(
    "recipient",
    ["id:tel:+41791234567", "id:0791234567", "id:http://ada.example", "email:@", "email:ada@", "email:a b@c"],
)
def test_a_holder_is_named_by_nothing_that_can_be_guessed(recipient: str, run: Run, tmp_path: Path) -> None:
    ended = run("export", awarded(run), "--format", "ob2", "--recipient", recipient, "--out", tmp_path / "ada.json")

    assert ended.code == 1
    assert "neither a DID nor a web address" in ended.err or "not an e-mail address" in ended.err
    assert run("ob2", "list", "--json").document == []


def test_a_withdrawn_certificate_opens_no_address(run: Run, tmp_path: Path) -> None:
    address, held = awarded(run), awarded(run)
    run("revoke", address, "--reason", "mistake")
    run("suspend", held)

    withdrawn = run("export", address, "--format", "ob2", "--out", tmp_path / "ada.json")
    on_hold = run("export", held, "--format", "ob2", "--out", tmp_path / "ada.json")

    assert (withdrawn.code, on_hold.code) == (1, 1)
    assert "was withdrawn" in withdrawn.err
    assert "is on hold" in on_hold.err
    assert run("ob2", "list", "--json").document == []


def test_the_list_says_what_an_address_answers(run: Run, tmp_path: Path) -> None:
    address = awarded(run)
    run("export", address, "--format", "ob2", "--out", tmp_path / "ada.json")
    before = run("ob2", "list", "--json").document
    run("revoke", address, "--reason", "mistake")

    assert before[0]["answers"] == "the badge"
    assert run("ob2", "list", "--json").document[0]["answers"] == "withdrawn"


# Looking for what cannot be there


def test_codes_that_a_database_refuses_are_not_found(session: Session, settings: Settings) -> None:
    from assessor.credentials import achievements, profiles

    for code in ("a\0b", "", "a" * 2000, "a/b"):
        with pytest.raises(NotFound):
            achievements.find(session, code, settings)
        with pytest.raises(NotFound):
            profiles.find(session, code)


def test_a_control_in_what_is_looked_for_is_ignored(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)

    assert list(finding.awards_of(session, award.organisation_id, "Ada\0", 10)) == [award]
    assert list(finding.awards_of(session, award.organisation_id, "\0", 10)) == [award]


# Keys


def test_the_list_of_keys_calls_them_as_reports_do(run: Run) -> None:
    methods = [method["id"] for method in run("did").document["verificationMethod"]]
    listed = run("keys", "list")

    for method in methods:
        assert f"#{method.partition('#')[2]}" in listed.out
    assert max(map(len, listed.out.splitlines())) < 200


def test_backpacks_are_refused_with_a_sentence_about_the_issuer(settings: Settings) -> None:
    with pytest.raises(backpack.NoContact, match="this one gives none"):
        backpack.issuer_profile(settings)


def test_unusable_names_are_refused_by_the_preview_too(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)

    with pytest.raises(Invalid, match="no letters"):
        awarding.preview_replacement(session, old, awarding.Holder("李小龍"), settings, NOW)
    printed = awarding.preview_replacement(session, old, awarding.Holder("Lee 龍"), settings, NOW)
    assert printed.unprintable == ("龍",)
