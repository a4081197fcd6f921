"""``assessor cuts``: the judgements of a panel become rising cuts that a design takes, or it is said why not."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from assessor.psychometrics.standards.bands import Bands
from tests.bare_console import Bank, write
from tests.console import Run

LEVELS = {"basic": -1.6, "intermediate": -0.7, "advanced": 0.1, "highly advanced": 1.0}
EXPERTS = ("Grace", "Olu", "Ada")
ITEMS = Bank(size=30)


def judged(apart: float = 0.15, noise: float = 0.04, seed: int = 1) -> list[list[Any]]:
    """Rows of an Angoff sheet whose experts know the items, and place each level a little differently."""
    rng, rows = default_rng(seed), list[list[Any]]()
    for level, cut in LEVELS.items():
        for expert in EXPERTS:
            chance = 1 / (1 + np.exp(-1.2 * (cut + rng.normal(0, apart) - ITEMS.difficulty)))
            said = np.clip(chance + rng.normal(0, noise, ITEMS.size), 0.01, 0.99).round(2).tolist()
            rows += [["1.1", level, expert, item, one] for item, one in zip(ITEMS.items, said, strict=True)]
    return rows


def angoff(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """Write an Angoff sheet."""
    return write(path, ["competence", "level", "expert", "item", "probability"], rows)


def bookmarks(path: Path, pages: Sequence[Sequence[int]]) -> Path:
    """Write a bookmark sheet of one competence; one row of `pages` a level."""
    levels = zip(LEVELS, pages, strict=True)
    rows = [[level, *one] for level, own in levels for one in zip(EXPERTS, own, strict=True)]
    return write(path, ["level", "expert", "bookmark"], rows)


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    """The parameters of the items judged."""
    return ITEMS.parameters(tmp_path / "parameters.csv")


def test_a_panel_that_knows_its_items_finds_the_cuts(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    sheet = angoff(tmp_path / "sheet.csv", judged(apart=0.08))

    ended = run_bare("cuts", sheet, "--method", "angoff", "--parameters", parameters)

    assert (ended.code, ended.err) == (0, "")
    first, _, basic, *_, rule = ended.out.splitlines()
    assert first == "Competence 1.1"
    assert basic.split()[0] == "basic"
    bands = Bands.from_json(json.loads(rule))
    assert bands.cuts == pytest.approx(tuple(LEVELS.values()), abs=0.15)
    assert all(0 < sd < 0.3 for sd in bands.cut_sds)


def test_the_document_has_the_rule_and_what_each_expert_said(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    rows = judged(noise=0.01)
    rows += [["2.1", *row[1:]] for row in judged(seed=2)]
    rows = [[*row[:4], 0.05 if row[2:4] == ["Olu", "q04"] and row[1] == "advanced" else row[4]] for row in rows]

    ended = run_bare(
        "cuts", angoff(tmp_path / "s.csv", rows), "--method", "angoff", "--parameters", parameters, "--json"
    )

    assert ended.code == 0
    found = ended.document["competences"]
    assert list(found) == ["1.1", "2.1"]
    assert Bands.from_json(found["1.1"]["bands"]).cuts != Bands.from_json(found["2.1"]["bands"]).cuts
    advanced = found["1.1"]["levels"][2]
    assert advanced["level"] == "advanced"
    assert set(advanced["experts"]) == set(advanced["inconsistency"]) == set(EXPERTS)
    assert list(advanced["disputed"]) == ["q04"]
    assert advanced["sd"] > advanced["standard_error"] > 0
    assert found["1.1"]["bands"]["cut_sds"][2] == round(advanced["sd"], 4)


def test_bookmarks_lie_between_the_pages_that_experts_name(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    sheet = bookmarks(tmp_path / "sheet.csv", [(3, 3, 3), (10, 11, 12), (18, 18, 19), (25, 26, 27)])

    ended = run_bare("cuts", sheet, "--method", "bookmark", "--parameters", parameters, "--json")

    assert ended.code == 0
    (found,) = ended.document["competences"].values()
    theta = ITEMS.difficulty + np.log(0.67 / 0.33) / 1.2
    assert found["levels"][0]["cut"] == pytest.approx((theta[2] + theta[3]) / 2, abs=1e-5)
    assert found["levels"][1]["cut"] == pytest.approx((theta[10] + theta[11]) / 2, abs=1e-5)
    assert found["bands"]["cut_sds"][0] == 0


def test_a_competence_has_a_booklet_of_its_own_items(run_bare: Run, tmp_path: Path) -> None:
    parameters = ITEMS.parameters(tmp_path / "parameters.csv", competence="1.1")
    text = parameters.read_text(encoding="utf-8").replace("q01,2pl,1.2,-1.8", "q01,2pl,1.2,-4.0")
    parameters.write_text(text.replace("-4.000000,0.08,0.08,1.1", "-4.000000,0.08,0.08,1.2"), encoding="utf-8")
    plain = bookmarks(tmp_path / "plain.csv", [(1, 1, 1), (10, 10, 10), (18, 18, 18), (25, 25, 25)])
    rows = [line.split(",") for line in plain.read_text(encoding="utf-8").splitlines()[1:]]
    sheet = write(tmp_path / "s.csv", ["competence", "level", "expert", "bookmark"], [["1.1", *row] for row in rows])

    ended = run_bare("cuts", sheet, "--method", "bookmark", "--parameters", parameters, "--json")

    theta = ITEMS.difficulty[1:] + np.log(0.67 / 0.33) / 1.2
    assert ended.document["competences"]["1.1"]["levels"][0]["cut"] == pytest.approx(
        (theta[0] + theta[1]) / 2, abs=1e-5
    )


def test_cuts_that_do_not_rise_are_moved_and_it_is_said(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    sheet = bookmarks(tmp_path / "sheet.csv", [(5, 6, 7), (14, 15, 16), (12, 14, 13), (25, 26, 27)])
    words = ["cuts", sheet, "--method", "bookmark", "--parameters", parameters]

    ended, in_full = run_bare(*words), run_bare(*words, "--json")

    assert (ended.code, in_full.code) == (1, 1)
    assert "intermediate: moved by -" in ended.out
    assert "advanced: moved by +" in ended.out
    bands = Bands.from_json(json.loads(ended.out.splitlines()[-1]))
    assert np.all(np.diff(bands.cuts) > 0.09)
    moved = [level["moved"] for level in in_full.document["competences"]["all"]["levels"]]
    assert [one != 0 for one in moved] == [False, True, True, False]


def test_disagreement_is_named(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    rows = judged(apart=0.02)
    rows += [[*row[:2], "Eve", row[3], 0.9 if row[1] == "basic" else row[4]] for row in rows if row[2] == "Olu"]
    easy_for_her = {item: row[4] for row in rows for item in [row[3]] if row[1:3] == ["advanced", "Ada"]}
    turned = dict(zip(easy_for_her, reversed(easy_for_her.values()), strict=True))
    rows = [[*row[:4], turned[row[3]]] if row[1:3] == ["advanced", "Ada"] else row for row in rows]

    ended = run_bare("cuts", angoff(tmp_path / "s.csv", rows), "--method", "angoff", "--parameters", parameters)

    assert "basic: Eve is far from the rest. Hear why before leaving anybody out." in ended.out
    assert "advanced: Ada judged items in another order of difficulty than learners show." in ended.out
    assert "basic: experts are furthest apart on q" in ended.out


def _changed(row: int, column: int, value: str) -> Any:
    def change(rows: list[list[Any]]) -> list[list[Any]]:
        rows[row][column] = value
        return rows

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_changed(0, 4, "70"), "row 2, column probability: '70' is not a probability. Write a number from 0 to 1"),
        (_changed(1, 4, "nan"), "row 3, column probability: 'nan' is not a probability."),
        (_changed(0, 1, "B2"), "row 2, column level: 'B2' is not one of basic, intermediate, advanced"),
        (_changed(0, 2, ""), "row 2, column expert: the expert is empty."),
        (_changed(0, 0, ""), "row 2, column competence: the competence is empty."),
        (_changed(0, 3, "q99"), "row 2, column item: item q99 has no parameters."),
        (_changed(1, 3, "q01"), "row 3: Grace has another judgement of item q01 above."),
        (lambda rows: [row for row in rows if row[1] != "basic"], "competence 1.1: nobody judged basic."),
        (lambda rows: [row for row in rows if row[2] == "Olu"], "competence 1.1: The cut of basic needs at least two"),
        (lambda rows: [[*row[:4], "1"] for row in rows], "competence 1.1: Grace asks for 30.00 of 30 points"),
        (lambda rows: [[*row[:4], ""] for row in rows], "competence 1.1: "),
        (lambda _: [], "there are no judgements below the header."),
    ],
)
def test_a_sheet_that_cannot_be_used_is_named_with_its_row(
    change: Any, message: str, run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    sheet = angoff(tmp_path / "sheet.csv", change(judged()))

    ended = run_bare("cuts", sheet, "--method", "angoff", "--parameters", parameters)

    assert (ended.code, ended.out) == (1, "")
    assert f"{sheet}" in ended.err
    assert message in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("0", "all: Grace's bookmark must lie behind page 1 to 29, not 0"),
        ("99", "Grace's bookmark must lie behind page 1 to 29, not 99"),
        ("six", "row 2, column bookmark: 'six' is not a number of pages."),
        ("9" * 5000, "is not a number of pages."),
    ],
)
def test_a_bookmark_outside_of_the_booklet_is_refused(
    cell: str, message: str, run_bare: Run, parameters: Path, tmp_path: Path
) -> None:
    sheet = bookmarks(tmp_path / "sheet.csv", [(3, 3, 3), (10, 11, 12), (18, 18, 19), (25, 26, 27)])
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("Grace,3", f"Grace,{cell}"), encoding="utf-8")

    ended = run_bare("cuts", sheet, "--method", "bookmark", "--parameters", parameters)

    assert (ended.code, ended.out) == (1, "")
    assert message.removeprefix("all: ") in ended.err


def test_a_sheet_of_the_other_method_is_told_by_its_columns(run_bare: Run, parameters: Path, tmp_path: Path) -> None:
    sheet = angoff(tmp_path / "sheet.csv", judged())

    ended = run_bare("cuts", sheet, "--method", "bookmark", "--parameters", parameters)

    assert ended.code == 1
    assert "there is no column bookmark. There are: competence, level, expert, item, probability." in ended.err


@pytest.mark.parametrize("words", [[], ["--method", "guess"], ["--method", "angoff", "--parameters", "nowhere.csv"]])
def test_wrong_usage_ends_with_64(words: list[str], run_bare: Run, tmp_path: Path) -> None:
    ended = run_bare("cuts", angoff(tmp_path / "sheet.csv", judged()), *words)

    assert (ended.code, ended.out) == (64, "")
    assert ended.err
