"""What `assessor calibrate` says of mistakes in files, of items that cannot be calibrated and of wrong usage."""

from pathlib import Path
from typing import Any

import pytest

from tests.console import Run
from tests.integration.calibrating.answers import B, answers, table, with_constant_item


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("item,level\nphone,9\n", "row 2, column level: '9' is neither a level from 1 to 8 nor one of basic"),
        ("item,level\nphone,1\nphone,2\n", "row 3: item phone has a row above already"),
        ("item,b\nphone,1e999\n", "row 2, column b: '1e999' is not a number"),
        ("item,b,se_b\nphone,1,0\n", "row 2, column se_b: a belief without any doubt"),
        ("item,b\nphone,\n", "row 2: nobody says where item phone lies"),
        ("name,b\nphone,1\n", "row 1: there is no column item"),
        ("item,b\n", "there are no items below the header"),
        ("item,b\nelsewhere,1\n", "names none of the items"),
    ],
)
def test_a_mistake_in_the_priors_is_named(content: str, words: str, run: Run, file: Path, tmp_path: Path) -> None:
    priors = tmp_path / "priors.csv"
    priors.write_text(content, encoding="utf-8")

    ended = run(file, "--model", "2pl", "--priors", priors)

    assert ended.code == 1
    assert words in ended.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("item,b\nelsewhere,1\n", "none of these items is in the answers"),
        ("item,a,b\nphone,-1,0\n", "Row 2 of the item parameters (item phone)"),
        ("item,b\nphone,1,2\n", "row 2: cells in this row: 3"),
    ],
)
def test_a_mistake_in_the_anchors_is_named(content: str, words: str, run: Run, file: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text(content, encoding="utf-8")

    ended = run(file, "--model", "2pl", "--anchors", anchors)

    assert ended.code == 1
    assert words in ended.err


def test_no_priors_is_a_deliberate_act_that_warns_and_works(run: Run, file: Path) -> None:
    ended = run(file, "--model", "2pl", "--priors", "none", "--json")

    assert ended.code == 0
    assert ended.err.count("worse than the levels that experts name") == ended.err.count("\n") == 1
    assert ended.document["converged"]
    assert "fewer than 1,000 answers" in ended.document["warnings"][0]


def disconnected() -> Any:
    """Scores of two halves of people who met two halves of the items."""
    scores = answers(400, B[:4])
    scores[:200, 2:] = -1
    scores[200:, :2] = -1
    return scores


def with_wrong_key() -> Any:
    """Scores of which those of the third item are turned round."""
    scores = answers()
    scores[:, 2] = 1 - scores[:, 2]
    return scores


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        (with_wrong_key(), ["photo", "Check the key"]),
        (with_constant_item(), ["same score on mail", "rests on the prior"]),
        (disconnected(), ["phone, mail", "photo, form", "equally able"]),
    ],
    ids=["negative discrimination", "constant item", "disconnected design"],
)
def test_what_priors_allow_is_still_said_with_the_items_names(
    scores: Any, words: list[str], run: Run, tmp_path: Path
) -> None:
    ended = run(table(tmp_path / "answers.csv", scores), "--model", "2pl")

    assert ended.code == 0
    assert ended.err.startswith("Warning: ")
    assert all(word in ended.err for word in words)


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        (with_wrong_key(), ["photo", "Check the key"]),
        (with_constant_item(), ["same score on mail", "leave it out"]),
        (disconnected(), ["phone, mail", "photo, form", "items of both"]),
        ([[1, 0, 1]], ["at least two"]),
        ([[1, 0, 2], [0, 1, 1], [1, 1, 0]], ["scores 0 and 1", "photo", "gpcm"]),
        ([[1, 0, -1], [0, 1, -1]], ["Nobody answered photo"]),
    ],
    ids=["negative discrimination", "constant item", "disconnected design", "one person", "scores above 1", "unasked"],
)
def test_what_cannot_be_calibrated_is_refused_with_the_items_names(
    scores: Any, words: list[str], run: Run, tmp_path: Path
) -> None:
    file = table(tmp_path / "answers.csv", scores)

    ended = run(file, "--model", "2pl", "--priors", "none", "--json")

    message = ended.err.splitlines()[-1]
    assert (ended.code, ended.out) == (1, "")
    assert message.startswith(f"{file}: ")
    assert all(word in message for word in words)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--model", "5pl"],
        ["--model", "2pl", "--priors", "strong"],
        ["--model", "2pl", "--workers", "0"],
        ["--model", "2pl", "--anchors", "nowhere.csv"],
        ["--model", "2pl", "--out", "nowhere/parameters.csv"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_64(words: list[str], run: Run, file: Path) -> None:
    ended = run(file, *words)

    assert (ended.code, ended.out) == (64, "")
    assert ended.err


def test_the_answers_are_never_written_over(run: Run, file: Path) -> None:
    before = file.read_bytes()

    ended = run(file, "--model", "2pl", "--out", file)

    assert ended.code == 64
    assert file.read_bytes() == before
