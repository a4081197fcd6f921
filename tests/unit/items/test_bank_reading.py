"""A good bank is read completely, and the report counts what it has."""

from dataclasses import replace

import pytest

from assessor.items.bank import Coverage, bank_digest, coverage, is_approved, item_in
from assessor.items.findings import BrokenBank
from assessor.items.source import check_bank, load_bank
from tests.unit.items.sample_bank import INBOX, NOTE, OUTCOMES, SPANISH, UPDATE, SampleBank


def test_a_bank_folder_becomes_one_value(sample: SampleBank) -> None:
    bank = load_bank(sample.folder, OUTCOMES)

    assert (bank.code, bank.framework, bank.licence) == ("sample", "digcomp-3.0", "CC-BY-4.0")
    assert bank.competences == ("2.1", "4.1", "4.2")
    assert [item.id for item in bank.items] == [
        *("fs-41-note", "fs-41-update", "fs-42-inbox", "fs-42-profile", "practice-cup")
    ]
    assert set(bank.parameters) == {"fs-41-note", "fs-41-update", "fs-42-inbox", "fs-42-profile"}
    assert bank.parameters["fs-42-profile"].b == pytest.approx(-0.55)
    assert set(bank.media) == {"desk.svg"}
    assert len(bank.sounds) == 8


def test_words_that_yaml_would_turn_into_values_stay_words(sample: SampleBank) -> None:
    bank = load_bank(sample.folder, OUTCOMES)
    by_id = {item.id: item for item in bank.items}

    assert by_id["fs-41-update"].options[2].text == "No"
    assert by_id["fs-42-inbox"].simulation is not None
    assert by_id["fs-42-inbox"].simulation.messages[0].time == "8:10"


def test_an_item_is_given_in_another_language(sample: SampleBank) -> None:
    bank = load_bank(sample.folder, OUTCOMES)
    item = next(item for item in bank.items if item.id == "fs-41-note")

    spanish = item_in(bank, item, "es")

    assert spanish.stem == "[es] Tap the thing to put away."
    assert spanish.picture is not None
    assert spanish.picture.alt == "[es] A desk with a cup and a note"
    assert [option.text for option in spanish.options] == ["[es] The note", "[es] The cup"]
    assert spanish.key == item.key


def test_an_item_with_one_fuzzy_text_is_not_approved(sample: SampleBank) -> None:
    bank = load_bank(sample.folder, OUTCOMES)
    approved = {item.id: is_approved(bank, item, "es") for item in bank.items}

    assert approved == {
        "fs-41-note": True,
        "fs-41-update": True,
        "fs-42-inbox": True,
        "fs-42-profile": True,
        "practice-cup": False,
    }
    assert all(is_approved(bank, item, "en") for item in bank.items)


def test_an_untranslated_text_keeps_the_source_and_is_not_approved(sample: SampleBank) -> None:
    sample.replace(SPANISH, '"[es] Press Later"', '""')

    bank = load_bank(sample.folder, OUTCOMES)
    item = next(item for item in bank.items if item.id == "fs-41-update")

    assert item_in(bank, item, "es").options[1].text == "Press Later"
    assert not is_approved(bank, item, "es")


def test_coverage_counts_texts(sample: SampleBank) -> None:
    bank = load_bank(sample.folder, OUTCOMES)

    assert coverage(bank, "en") == Coverage(1.0, 1.0)
    assert coverage(bank, "es") == Coverage(1.0, 22 / 23)
    assert coverage(replace(bank, translations={}), "es") == Coverage(0.0, 0.0)


def test_the_same_folder_gives_the_same_digest(sample: SampleBank) -> None:
    before = bank_digest(load_bank(sample.folder, OUTCOMES))

    assert bank_digest(load_bank(sample.folder, OUTCOMES)) == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (UPDATE, "Press Later", "Press later"),
        (SPANISH, "[es] Cup", "[es] Taza"),
        ("parameters.csv", "-1.75", "-1.70"),
        ("media/desk.svg", "#9A3B1B", "#124C59"),
        ("bank.yaml", "A sample", "Another sample"),
    ],
)
def test_any_change_gives_another_digest(sample: SampleBank, name: str, old: str, new: str) -> None:
    before = bank_digest(load_bank(sample.folder, OUTCOMES))

    sample.replace(name, old, new)

    assert bank_digest(load_bank(sample.folder, OUTCOMES)) != before


def test_the_report_counts_what_the_bank_has(sample: SampleBank) -> None:
    report = check_bank(sample.folder, OUTCOMES).to_json()

    assert report["items"] == 5
    assert report["practice"] == 1
    assert report["by_competence"] == {"2.1": 1, "4.1": 2, "4.2": 2}
    assert report["by_kind"] == {"choice": 2, "choices": 1, "picture": 1, "simulation": 1}
    assert report["by_band"] == {"basic": 4, "intermediate": 1, "advanced": 0, "highly-advanced": 0}
    assert report["outcomes_covered"] == ["LO4.1.03", "LO4.2.05", "LO4.2.20"]
    assert report["languages"]["es"] == {"translated": 1.0, "approved": 0.9565}
    assert report["errors"] == []


def test_the_report_of_a_broken_bank_counts_what_can_be_read(sample: SampleBank) -> None:
    line = sample.replace(INBOX, "level: 2", "level: two")

    report = check_bank(sample.folder, OUTCOMES).to_json()

    assert report["items"] == 4
    reason = "level is 'two'; it must be a whole number from 1 to 8."
    assert {"file": INBOX, "line": line, "reason": reason} in report["errors"]


def test_a_bank_is_read_to_its_end_and_all_problems_are_told(sample: SampleBank) -> None:
    sample.replace(UPDATE, "setting: cleaning", "setting: palace")
    sample.replace(NOTE, "agreed: true", "agreed: maybe")

    with pytest.raises(BrokenBank) as refused:
        load_bank(sample.folder, OUTCOMES)

    assert {UPDATE, NOTE} <= {problem.file for problem in refused.value.problems}
    assert f"{NOTE}:8: agreed is 'maybe'" in str(refused.value)
