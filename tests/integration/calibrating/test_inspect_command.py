"""``assessor inspect``: a bank in order gives no alarm, planted faults are found."""

import csv
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from tests.bare_console import Bank, write
from tests.console import Ended, Run
from tests.integration.calibrating.answers import IN_ORDER

FAULTY = Bank(seed=2, impact=0.7, wrong_key=["q05"], unfair={"q12": 1.3})


def remarked(ended: Ended) -> dict[str, list[str]]:
    """What the remarks of each item are about; items without are left out."""
    items = ended.document["items"].items()
    return {name: [remark["about"] for remark in item["remarks"]] for name, item in items if item["remarks"]}


@pytest.mark.parametrize(
    ("bank", "form"), [(IN_ORDER, "wide"), (IN_ORDER, "long"), (replace(IN_ORDER, people=1500, asked=0.5), "long")]
)
def test_a_bank_in_order_has_nothing_to_look_at(
    bank: Bank, form: str, run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    answers = getattr(bank, form)(tmp_path / "answers.csv")
    earlier = bank.parameters(tmp_path / "earlier.csv", b=dict.fromkeys(bank.items, 0.2))

    ended = run_bare("inspect", answers, "--parameters", parameters, "--group", "language", "--earlier", earlier)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == "Nothing to look at."
    assert "24 operational" in ended.out


@pytest.mark.parametrize("bank", [FAULTY, replace(FAULTY, people=2400, asked=0.5)], ids=["fixed", "incomplete"])
def test_a_wrong_key_an_unfair_and_a_moved_item_are_found_the_worst_first(
    bank: Bank, run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    answers = bank.wide(tmp_path / "answers.csv")
    earlier = bank.parameters(tmp_path / "earlier.csv", b={"q17": -0.8})
    words = ["inspect", answers, "--parameters", parameters, "--group", "language", "--earlier", earlier]

    ended, in_full = run_bare(*words), run_bare(*words, "--json")

    assert (ended.code, in_full.code) == (1, 1)
    assert re.findall(r"^(q\d+)  \((.*)\)$", ended.out, re.MULTILINE) == [
        ("q05", "watched"),
        ("q12", "watched"),
        ("q17", "watched"),
    ]
    said = " ".join(ended.out.split())
    assert "Abler people do worse on it" in said
    assert "Check the key first" in said
    assert "Harder for ar than for equally able people of en: DIF of class C" in said
    assert "Harder than at the earlier calibration by 0.8" in said
    assert "21 operational, 3 watched" in said
    assert remarked(in_full) == {"q05": ["wrong key"], "q12": ["unfair to a group"], "q17": ["drift"]}
    assert in_full.document["items"]["q12"]["dif"][0]["class"] == "C"
    assert in_full.document["items"]["q17"]["drift"]["displacement"] == pytest.approx(0.8, abs=0.05)
    assert in_full.document["drift"]["left_out"] == ["q17"]
    assert in_full.document["items"]["q17"]["reasons"][0].startswith("It has become harder")


def test_parameters_from_these_very_answers_leave_fewer_degrees_of_freedom(run_bare: Run, tmp_path: Path) -> None:
    answers, own = IN_ORDER.wide(tmp_path / "answers.csv"), tmp_path / "own.csv"
    assert run_bare("calibrate", answers, "--model", "2pl", "--group", "language", "--out", own).code == 0
    foreign = tmp_path / "foreign.csv"
    foreign.write_text(re.sub(",900$", ",901", own.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")

    fits = [
        run_bare("inspect", answers, "--parameters", file, "--without", "language", "--json").document["items"]
        for file in (own, foreign)
    ]

    assert all(fits[1][item]["fit"]["df"] - fits[0][item]["fit"]["df"] == 2 for item in IN_ORDER.items)
    assert remarked(run_bare("inspect", answers, "--parameters", own, "--group", "language", "--json")) == {}


@pytest.mark.parametrize("asked", [1.0, 0.6], ids=["fixed", "incomplete"])
def test_an_item_that_does_not_follow_its_curve_and_two_that_go_together_are_found(
    asked: float, run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    bank = Bank(people=1500, seed=3, upper={"q06": 0.7}, copies={"q15": "q14"}, asked=asked)
    answers = bank.wide(tmp_path / "answers.csv")

    ended = run_bare("inspect", answers, "--parameters", parameters, "--without", "language", "--json")

    found = remarked(ended)
    assert found["q06"] == ["misfit"]
    assert {"q14", "q15"} == {item for item, about in found.items() if "dependent pair" in about}
    assert ended.document["items"]["q06"]["state"] == "watched"
    assert "do not follow the model" in ended.document["items"]["q06"]["reasons"][0]


def test_groups_of_very_different_ability_are_no_unfairness_where_people_answered_different_items(
    run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    alarms = []
    for seed in range(3):
        bank = Bank(people=1500, seed=seed, impact=1.2, asked=0.5)
        answers = bank.wide(tmp_path / "answers.csv")
        ended = run_bare("inspect", answers, "--parameters", parameters, "--group", "language", "--json")
        deltas = [item["dif"][0]["mantel_haenszel"]["delta"] for item in ended.document["items"].values()]
        alarms += [about for kinds in remarked(ended).values() for about in kinds]
        assert np.mean(np.abs(deltas)) < 0.6

    assert not {"unfair to a group", "groups differ"} & set(alarms)


def test_reliability_is_told_as_far_as_it_is_known(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    fixed, gaps = IN_ORDER.wide(tmp_path / "fixed.csv"), replace(IN_ORDER, asked=0.5).wide(tmp_path / "gaps.csv")
    apart = write(
        tmp_path / "apart.csv",
        ["q01", "q02", "q03", "q04"],
        [[row % 2, row // 2 % 2, "", ""] if row < 50 else ["", "", row % 2, row // 2 % 2] for row in range(100)],
    )

    said = {
        file.stem: run_bare("inspect", file, "--parameters", parameters, *words)
        for file, words in ((fixed, ["--without", "language"]), (gaps, ["--without", "language"]), (apart, []))
    }
    in_full = run_bare("inspect", apart, "--parameters", parameters, "--json").document["reliability"]

    assert "of the sum score: alpha 0.8" in said["fixed"].out
    assert "of the abilities: 0.8" in said["fixed"].out
    assert "alpha" not in said["gaps"].out
    assert "a sum score says nothing, since people answered different items" in said["gaps"].out
    assert in_full["sum_score"] is None
    assert "never answered by the same people" in in_full["why_not"]


def test_people_are_counted_and_never_named(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    answers, out = FAULTY.wide(tmp_path / "answers.csv"), tmp_path / "out.csv"
    words = ["inspect", answers, "--parameters", parameters, "--group", "language"]

    shown = run_bare(*words, "--out", out).out
    in_full = run_bare(*words, "--json")

    assert not [text for text in (shown, in_full.out, out.read_text(encoding="utf-8")) if "person-" in text]
    counted = in_full.document["person_fit"]
    assert sum(counted.values()) == in_full.document["people"] == 900
    assert f"{counted['more surprising answers than the model expects']:.0f} of 900 people" in shown


def test_a_file_of_answers_from_elsewhere_shows_as_surprising_people(
    run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    scores = default_rng(5).integers(0, 2, (300, 24))
    answers = write(tmp_path / "answers.csv", IN_ORDER.items, scores.tolist())

    ended = run_bare("inspect", answers, "--parameters", parameters)

    assert ended.code == 1
    assert "! Many people's answers surprise the model." in ended.out


def test_small_groups_and_few_answers_are_not_judged(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    answers = Bank(people=90, unfair={"q12": 3.0}).wide(tmp_path / "answers.csv")

    ended = run_bare("inspect", answers, "--parameters", parameters, "--group", "language")

    assert ended.code == 0
    assert "ar against en: 30 people are too few to judge; 100 of each group are needed." in ended.out
    assert "24 items have fewer than 100 answers: fit not judged" in ended.out
    assert "24 provisional" in ended.out


def test_each_state_on_file_leads_to_the_next(run_bare: Run, tmp_path: Path) -> None:
    answers = FAULTY.wide(tmp_path / "answers.csv")
    file = FAULTY.parameters(tmp_path / "parameters.csv", state="provisional")
    text = file.read_text(encoding="utf-8")
    text = re.sub("^(q01|q05)(.*),provisional$", r"\1\2,Watched", text, flags=re.MULTILINE)
    text = re.sub("^(q02)(.*),provisional$", r"\1\2,retired", text, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")

    ended = run_bare("inspect", answers, "--parameters", file, "--without", "language")
    items = run_bare("inspect", answers, "--parameters", file, "--without", "language", "--json").document["items"]

    moves = {name: (item["was"], item["state"]) for name, item in items.items()}
    assert moves["q01"] == ("watched", "operational")
    assert moves["q02"] == ("retired", "retired")
    assert moves["q03"] == ("provisional", "operational")
    assert moves["q05"] == ("watched", "retired")
    assert "q05  (watched → retired)" in ended.out


def test_levels_that_experts_named_are_not_judged(run_bare: Run, tmp_path: Path) -> None:
    answers = IN_ORDER.wide(tmp_path / "answers.csv")
    experts = IN_ORDER.parameters(tmp_path / "experts.csv", b={"q03": 2.0}, source="expert prior")
    words = ["inspect", answers, "--parameters", experts, "--without", "language"]

    ended = run_bare(*words)

    assert ended.code == 0
    assert "24 items have the level that experts named" in ended.out
    assert "24 seeded" in ended.out
    reason = run_bare(*words, "--json").document["items"]["q03"]["reasons"]
    assert reason == ["It has 900 answers and waits for the next calibration."]


def test_items_with_part_scores_stand_beside_right_or_wrong_ones(run_bare: Run, tmp_path: Path) -> None:
    bank = Bank(people=1200, seed=6, unfair={"q09": 1.5})
    scores, names = bank.answers(), bank.items
    scores[:, 22] += scores[:, 23]
    rows = ([group, *own] for group, own in zip(bank.languages, scores[:, :23].tolist(), strict=True))
    answers, out = write(tmp_path / "answers.csv", ["language", *names[:23]], rows), tmp_path / "parameters.csv"
    assert run_bare("calibrate", answers, "--model", "gpcm", "--group", "language", "--out", out).code == 0

    ended = run_bare("inspect", answers, "--parameters", out, "--group", "language", "--json")

    assert remarked(ended) == {"q09": ["unfair to a group"]}
    assert ended.document["groups"][0]["items_matched_by"] == 21
    assert ended.document["items"]["q23"]["dif"] == []
    assert ended.document["items"]["q23"]["fit"]["df"] > 0


def test_every_group_is_compared_with_the_one_that_is_asked_for(
    run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    bank = Bank(seed=7, unfair={"q10": -1.5})
    rows = zip(("tr" if at % 3 == 1 else group for at, group in enumerate(bank.languages)), bank.answers(), strict=True)
    answers = write(tmp_path / "answers.csv", ["device", *bank.items], ([group, *own] for group, own in rows))

    words = ["inspect", answers, "--parameters", parameters, "--group", "device", "--reference", "ar", "--json"]
    ended = run_bare(*words)

    assert [(one["group"], one["reference"]) for one in ended.document["groups"]] == [("en", "ar"), ("tr", "ar")]
    assert remarked(ended) == {"q10": ["unfair to a group", "unfair to a group"]}
    assert ended.document["items"]["q10"]["remarks"][0]["text"].startswith("Harder for")


def test_anchors_that_a_calibration_held_show_no_drift_in_their_numbers(
    run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    answers = IN_ORDER.wide(tmp_path / "answers.csv")

    ended = run_bare("inspect", answers, "--parameters", parameters, "--earlier", parameters, "--without", "language")

    assert ended.code == 0
    assert "linked by 24 anchors; 24 held at their earlier values" in ended.out


def test_a_bank_in_which_too_many_anchors_have_moved_is_not_linked(
    run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    answers = IN_ORDER.wide(tmp_path / "answers.csv")
    moved = IN_ORDER.parameters(tmp_path / "moved.csv", b={"q01": 3.0, "q02": -3.0, "q03": 4.0})
    earlier = tmp_path / "earlier.csv"
    earlier.write_text("\n".join(moved.read_text(encoding="utf-8").splitlines()[:8]), encoding="utf-8")
    words = ["inspect", answers, "--parameters", parameters, "--earlier", earlier, "--without", "language"]

    ended, in_full = run_bare(*words), run_bare(*words, "--json").document

    assert ended.code == 1
    assert "Drift         see below" in ended.out
    assert "! Of 7 common items 3 have drifted" in ended.out
    assert in_full["drift"]["link"] is None
    assert in_full["items"]["q01"]["drift"] is None


def test_the_table_has_a_row_for_every_item(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    answers, out = FAULTY.wide(tmp_path / "answers.csv"), tmp_path / "out.csv"

    ended = run_bare("inspect", answers, "--parameters", parameters, "--group", "language", "--out", out)

    assert f"Written to {out}" in ended.out
    rows = {row["item"]: row for row in csv.DictReader(StringIO(out.read_text(encoding="utf-8")))}
    assert list(rows) == FAULTY.items
    assert rows["q12"]["dif_class"] == "C"
    assert rows["q12"]["state"] == "watched"
    assert rows["q05"]["remarks"].startswith("Abler people do worse on it")
    assert rows["q01"]["remarks"] == ""
    assert float(rows["q01"]["mean"]) == pytest.approx(0.86, abs=0.1)


def test_an_item_that_everybody_has_right_tells_nothing(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    bank = Bank(people=200)
    scores = bank.answers()
    scores[:, 3] = 1
    answers = write(tmp_path / "answers.csv", bank.items, scores.tolist())

    ended = run_bare("inspect", answers, "--parameters", parameters, "--json")

    assert remarked(ended)["q04"] == ["one score for all"]


def test_two_people_who_contradict_each_other_are_no_reason_to_fail(run_bare: Run, tmp_path: Path) -> None:
    two, parameters = tmp_path / "two.csv", tmp_path / "parameters.csv"
    two.write_text("person,q1,q2,q3\np1,1,0,1\np2,0,1,0\n", encoding="utf-8")
    parameters.write_text("item,a,b\nq1,1,0\nq2,1,0\nq3,1,0\n", encoding="utf-8")

    ended, in_full = (run_bare("inspect", two, "--parameters", parameters, *words) for words in ([], ["--json"]))

    assert "2 people, 3 items" in ended.out
    assert in_full.document["reliability"]["sum_score"]["split_half"] is None
