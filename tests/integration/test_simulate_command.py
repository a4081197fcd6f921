"""``assessor simulate``: what it writes, and what it says of tables and rules that it cannot use."""

import re
from pathlib import Path

import pytest

from assessor import demo
from tests.console import Run

BANK = str(demo.ROOT / "question_banks" / demo.BANK)


def test_a_page_about_a_simulation_is_written_beside_the_figures(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "test.html"

    ended = run("simulate", BANK, "--learners", 20, "--page", page)

    assert ended.code == 0
    assert ended.out.startswith(("Use this test", "Look before", "Do not use"))
    assert "Get a higher band " in ended.out
    assert ended.err == ""
    assert "What 20 virtual learners met" in page.read_text(encoding="utf-8")


def test_two_workers_write_the_same_bytes_as_one(run: Run, tmp_path: Path) -> None:
    pages = [tmp_path / "alone.html", tmp_path / "shared.html"]

    reports = [
        run("simulate", BANK, "--learners", 120, "--seed", 3, "--workers", count, "--page", page, "--json").document
        for count, page in enumerate(pages, start=1)
    ]

    assert pages[0].read_bytes() == pages[1].read_bytes()
    assert {**reports[0], "seconds": 0} == {**reports[1], "seconds": 0}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Twelve questions with guessing, as an expert placed them."""
    rows = [f"q{at:02},1.2,{at / 4 - 1.5},0.3,0.5,0.25,{1 + at % 2}.1" for at in range(12)]
    file = tmp_path / "expert.csv"
    file.write_text("\n".join(["item,a,b,se_a,se_b,c,competence", *rows]), encoding="utf-8")
    return file


def test_the_life_of_a_bank_is_told_stage_by_stage_and_drawn(run: Run, table: Path, tmp_path: Path) -> None:
    page = tmp_path / "life.html"

    ended = run("simulate", table, "--learners", 20, "--life", "30,0,30", "--draws", 2, "--page", page, "--json")

    stages = ended.document["life"]
    assert [stage["learners"] for stage in stages] == [0, 30]
    assert stages[1]["rmse_b"] < stages[0]["rmse_b"]
    assert ended.document["life_known_exactly"]["rmse_b"] == 0
    assert ended.document["life_draws"] == 2
    assert "What will the bank be worth" in page.read_text(encoding="utf-8")


def test_a_life_is_printed_as_a_table(run: Run, table: Path) -> None:
    lines = run("simulate", table, "--learners", 20, "--life", "0,10", "--draws", 1).out.splitlines()

    assert [line.split()[0] for line in lines[-4:]] == ["life,", "0", "10", "all"]
    assert "rmse_b" in lines[-4]


def test_a_life_is_the_same_with_two_workers(run: Run, table: Path, tmp_path: Path) -> None:
    pages = [tmp_path / "alone.html", tmp_path / "shared.html"]

    for count, page in enumerate(pages, start=1):
        run("simulate", table, "--learners", 60, "--life", "0,60", "--draws", 1, "--workers", count, "--page", page)

    assert pages[0].read_bytes() == pages[1].read_bytes()


@pytest.mark.parametrize("milestones", ["ten", "-1,5", "10001", ",".join(map(str, range(13)))])
def test_milestones_that_no_bank_can_live_to_are_refused(milestones: str, run: Run, table: Path) -> None:
    ended = run("simulate", table, "--life", milestones)

    assert ended.code == 64
    assert "--life" in ended.err


def test_a_bank_without_any_doubt_has_no_life(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "known.csv"
    file.write_text("item,a,b\nmail,1,0\n", encoding="utf-8")

    ended = run("simulate", file, "--learners", 5, "--life", "0,5")

    assert ended.code == 1
    assert ended.err.startswith("--life: No item has a standard error")


def test_the_rules_are_those_of_a_new_test_unless_others_are_named(run: Run, table: Path) -> None:
    usual = run("simulate", table, "--learners", 10, "--json").document
    plain = run("simulate", table, "--learners", 10, "--rules", '{"hierarchy": null}', "--json").document

    assert [row["competence"] for row in usual["by_competence"]] == ["1.1", "2.1"]
    assert usual["people"]["kind"] == "hierarchical"
    assert plain["by_competence"] == []
    assert plain["people"]["kind"] == "one"


def test_the_report_says_who_came(run: Run, table: Path) -> None:
    words = ("--population", "one", "--mean", "-0.5", "--sd", "0.8", "--guessers", "0.2")

    ended = run("simulate", table, "--learners", 40, *words)
    people = run("simulate", table, "--learners", 40, *words, "--json").document["people"]

    assert (
        "Who came: One ability behind all questions, with mean −0.5 and standard deviation 0.8. This is not what "
        "the test supposes. 20 % of them tap without reading."
    ) in ended.out.splitlines()
    assert "Tap at random and get a band" in ended.out
    assert (people["mean"], people["sd"], people["guessers"], people["as_supposed"]) == (-0.5, 0.8, 0.2, False)


@pytest.mark.parametrize("option", ["--mean", "--sd", "--guessers"])
def test_people_who_are_no_number_are_refused(option: str, run: Run, table: Path) -> None:
    ended = run("simulate", table, "--learners", 5, option, "nan")

    assert ended.code == 1
    assert ended.err.startswith("--mean, --sd, --guessers: ")


def test_guessers_alone_make_no_report(run: Run, table: Path) -> None:
    ended = run("simulate", table, "--learners", 1, "--guessers", "0.9")

    assert ended.code == 1
    assert ended.err.startswith("--guessers: Everybody guessed")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty"),
        (b"item,a,b\n", "no rows"),
        (b"item;a;b\nmail;1;0\n", "no column item"),
        (b"item,a,a\nmail,1,0\n", "column a twice"),
        (b"item,a,b\nmail,1\n", "Row 2 .*fewer cells"),
        (b"item,a,b\nmail,1,0,2\n", "Row 2 .*more cells"),
        (b"item,a,b\nmail,1,0\nmail,1,0\n", "Row 3 .*in row 2 already"),
        (b"item,a,b\nmail,-1,0\n", "item mail.*slope a is -1.*scoring key"),
        (b"item,a,b\nmail,1,90\n", "item mail.*tells nothing"),
        (b"item,a,b\nm\xe9l,1,0\n", "byte 11 is not UTF-8"),
        (b'item,a,b\n"mail,1,0\n', "not CSV"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8"),
    ],
)
def test_a_table_that_makes_no_pool_is_named_with_what_to_do(
    content: bytes, told: str, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "parameters.csv"
    file.write_bytes(content)

    ended = run("simulate", file)

    assert (ended.code, ended.out) == (1, "")
    assert re.search(f"parameters.csv: .*{told}", ended.err)
    assert len(ended.err.strip().splitlines()) == 1


@pytest.mark.parametrize("words", [("--rules", "[1"), ("--rules", "[]"), ("--rules", '{"stoping": {}}')])
def test_rules_that_are_not_understood_are_named(words: tuple[str, ...], run: Run) -> None:
    ended = run("simulate", BANK, *words)

    assert ended.code == 1
    assert ended.err.startswith("--rules: ")


def test_rules_that_are_not_json_are_shown_how_to_be_written(run: Run, table: Path) -> None:
    ended = run("simulate", table, "--rules", "maximum_items=12")

    assert (ended.code, ended.out) == (1, "")
    assert "'maximum_items=12' is neither JSON nor a file" in ended.err
    assert '{"stopping": {"maximum_items": 12}}' in ended.err


def test_rules_may_stand_in_a_file(run: Run, table: Path, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text('{"stopping": {"maximum_items": 5, "minimum_items": 5}}', encoding="utf-8")

    assert run("simulate", table, "--learners", 5, "--rules", file, "--json").document["mean_length"] == 5


def test_a_certainty_among_the_rules_of_stopping_is_told_where_it_belongs(run: Run, table: Path) -> None:
    ended = run("simulate", table, "--rules", '{"stopping": {"certainty": 0.95}}')

    assert ended.code == 1
    assert '{"bands": {"certainty": 0.95}}' in ended.err


def test_a_bank_that_can_award_no_band_is_said_to_award_nothing(run: Run, tmp_path: Path) -> None:
    file, page = tmp_path / "few.csv", tmp_path / "few.html"
    file.write_text("item,a,b\nmail,1,0\nphone,1,-1.5\n", encoding="utf-8")

    ended = run("simulate", file, "--learners", 30, "--page", page)
    document = run("simulate", file, "--learners", 30, "--json").document

    why = "A band needs 8 questions of it, and there are only 1 of Basic, 1 of Advanced."
    assert ended.code == 0
    assert ended.out.startswith(f"Do not use this test: no band can be awarded. {why}")
    assert why in page.read_text(encoding="utf-8")
    assert "100 %" not in next(line for line in ended.out.splitlines() if line.startswith("Get exactly"))
    assert document["awards_nothing_because"].startswith(why)
    assert (document["awards"], document["awarded_true"]) == ({}, None)


def test_what_a_certificate_promises_comes_before_all_other_figures(run: Run) -> None:
    verdict, promise, header, *rows = run("simulate", BANK, "--learners", 60).out.splitlines()

    assert verdict.startswith(("Use this test", "Look before", "Do not use"))
    assert re.fullmatch(r"Of those who get a band, .* have it\. Promised: 90 %\.", promise)
    assert header.split() == ["Band", "Get", "it", "Have", "it"]
    assert [row.split()[0] for row in rows[:2]] == ["Basic", "Intermediate"]


def test_a_page_in_a_folder_that_is_not_there_is_refused_before_the_work(run: Run, tmp_path: Path) -> None:
    ended = run("simulate", BANK, "--page", tmp_path / "nowhere" / "page.html")

    assert ended.code == 1
    assert "nowhere is no folder" in ended.err
