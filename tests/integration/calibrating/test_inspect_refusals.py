"""What `assessor inspect` says of files that do not fit together and of wrong usage."""

from pathlib import Path
from typing import Any

import pytest

from assessor.calibration.upkeep import files
from tests.console import Run
from tests.integration.calibrating.answers import IN_ORDER


def _without(file: Path, item: str) -> None:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith(item)), encoding="utf-8")


def _rename(file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace("\nq", "\nother-"), encoding="utf-8")


def _change(old: str, new: str) -> Any:
    def change(file: Path) -> None:
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("which", "harm", "message"),
    [
        ("parameters", lambda file: _without(file, "q07"), "parameters.csv: it has no row for q07. Calibrate these"),
        ("parameters", _rename, "parameters.csv: it has none of the items in answers.csv, such as q01."),
        ("parameters", _change("provisional", "resting"), "row 2, column state: 'resting' is not a state of an item."),
        ("parameters", _change(",900,", ",many,"), "row 2, column answers: 'many' is not a number of answers."),
        ("parameters", _change(",1.2,", ",-1.2,"), "parameters.csv: Row 2 of the item parameters (item q01)"),
        ("answers", _change("person-4,en,1", "person-4,en,2"), "a score of 2 on item q01, and its parameters in"),
        ("answers", _change(",ar,", ",en,"), "answers.csv, column language: everybody is in group en, so there is"),
        ("earlier", _rename, "earlier.csv: it shares 0 calibrated items with the parameters, and 5 are needed."),
    ],
)
def test_files_that_do_not_fit_together_are_named(
    which: str, harm: Any, message: str, run_bare: Run, tmp_path: Path
) -> None:
    given = {
        "answers": IN_ORDER.wide(tmp_path / "answers.csv"),
        "parameters": IN_ORDER.parameters(tmp_path / "parameters.csv", answers="900", state="provisional"),
        "earlier": IN_ORDER.parameters(tmp_path / "earlier.csv", b={"q01": 0.01}),
    }
    harm(given[which])

    words = ["--parameters", given["parameters"], "--earlier", given["earlier"], "--group", "language"]
    ended = run_bare("inspect", given["answers"], *words)

    assert (ended.code, ended.out) == (1, "")
    assert message in ended.err
    assert ended.err.count("\n") == 1


def test_two_exact_calibrations_cannot_show_drift(run_bare: Run, tmp_path: Path) -> None:
    answers = IN_ORDER.wide(tmp_path / "answers.csv")
    now, earlier = IN_ORDER.parameters(tmp_path / "now.csv"), IN_ORDER.parameters(tmp_path / "then.csv", b={"q01": 0.1})
    for file in (now, earlier):
        _change(",0.08", ",0")(file)

    ended = run_bare("inspect", answers, "--parameters", now, "--earlier", earlier, "--without", "language")

    assert (ended.code, ended.out) == (1, "")
    assert "then.csv: Both difficulties are given as exact." in ended.err


def test_more_answers_than_memory_should_hold_are_refused(
    run_bare: Run, parameters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_CELLS", 1000)
    answers = IN_ORDER.wide(tmp_path / "answers.csv")

    ended = run_bare("inspect", answers, "--parameters", parameters, "--without", "language")

    assert (ended.code, ended.out) == (1, "")
    assert "Give a random part" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--parameters", "nowhere.csv"],
        ["--parameters", "parameters.csv", "--reference", "ar"],
        ["--parameters", "parameters.csv", "--out", "parameters.csv"],
        ["--parameters", "parameters.csv", "--out", "nowhere/out.csv"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_64(
    words: list[str], run_bare: Run, parameters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(parameters.parent)
    answers, before = IN_ORDER.wide(parameters.parent / "answers.csv"), parameters.read_bytes()

    ended = run_bare("inspect", answers, *words)

    assert (ended.code, ended.out) == (64, "")
    assert ended.err
    assert parameters.read_bytes() == before
