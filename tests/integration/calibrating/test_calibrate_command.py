"""``assessor calibrate``: real files in, parameters out."""

import csv
import json
import re
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from assessor.calibration.progress import ProgressLine
from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.measuring.responses import SHARD
from tests.console import Run
from tests.integration.calibrating.answers import ITEMS, B, answers, table, with_constant_item


def test_the_document_holds_likelihood_items_and_their_errors(run: Run, file: Path) -> None:
    ended = run(file, "--model", "2pl", "--json")

    assert (ended.code, ended.err) == (0, "")
    document = ended.document
    assert document["model"] == "2pl"
    assert document["people"] == 600
    assert document["converged"] is True
    assert document["log_likelihood"] < 0
    assert document["groups"] == {"": {"mean": 0.0, "sd": 1.0}}
    assert list(document["items"]) == ITEMS
    assert set(document["items"]["mail"]) == {"a", "b", "se_a", "se_b", "c", "d", "answers"}
    assert [item["b"] for item in document["items"].values()] == pytest.approx(B, abs=0.3)
    assert document["items"]["mail"]["answers"] == 600
    assert document["warnings"] == []


@pytest.mark.parametrize("model", ["rasch", "1pl", "2pl", "3pl", "4pl", "pcm", "gpcm", "grm"])
def test_every_model_writes_parameters_that_a_simulation_and_anchors_read(
    model: str, run: Run, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "parameters.csv"

    ended = run(file, "--model", model, "--out", out)

    assert ended.code == 0
    assert ("needs 1,000 answers an item" in ended.err) == (model in ("3pl", "4pl"))
    assert ended.err.count("\n") == (model in ("3pl", "4pl"))
    assert f"Written to {out}" in ended.out
    rows = list(csv.DictReader(StringIO(out.read_text(encoding="utf-8"))))
    assert [row["item"] for row in rows] == ITEMS
    assert run(out, "--learners", 3, command="simulate").code == 0
    out.write_text("\n".join(out.read_text(encoding="utf-8").splitlines()[:3]), encoding="utf-8")
    again = run(file, "--model", model, "--anchors", out, "--json")
    assert again.code == 0
    assert again.document["items"]["phone"]["b"] == float(rows[0]["b"])


@pytest.mark.parametrize("model", ["pcm", "gpcm", "grm"])
def test_items_with_steps_are_written_and_read_with_their_thresholds(model: str, run: Run, tmp_path: Path) -> None:
    scores = answers(800, np.repeat(B, 2)).reshape(800, 5, 2).sum(axis=2)
    scores[:, 0] = np.minimum(scores[:, 0], 1)
    file, out = table(tmp_path / "answers.csv", scores), tmp_path / "parameters.csv"

    found = run(file, "--model", model, "--out", out, "--json").document

    assert "thresholds" not in found["items"]["phone"]
    assert len(found["items"]["mail"]["thresholds"]) == 2
    assert run(out, "--learners", 3, command="simulate").code == 0
    again = run(file, "--model", "gpcm", "--anchors", out, "--without", "robot", "--json")
    assert "Every item is an anchor" in again.err
    out.write_text("\n".join(out.read_text(encoding="utf-8").splitlines()[:3]), encoding="utf-8")
    kept = run(file, "--model", "gpcm", "--anchors", out, "--json").document["items"]["mail"]
    assert kept["thresholds"] == pytest.approx(found["items"]["mail"]["thresholds"], abs=1e-6)


def test_without_a_place_to_write_the_items_are_shown_as_a_table(run: Run, file: Path) -> None:
    ended = run(file, "--model", "rasch")

    assert ended.code == 0
    head, first = ended.out.splitlines()[:2]
    assert head.split() == ["item", "a", "b", "se_a", "se_b", "answers"]
    assert first.split()[0] == "phone"
    assert "converged after" in ended.out


def test_published_data_give_the_published_likelihood(run: Run, reference: Path) -> None:
    folder = reference / "psychometrics"
    expected = json.loads((folder / "expected_ability16.json").read_text(encoding="utf-8"))["two_pl"]

    found = run(folder / "ability16.csv", "--model", "2pl", "--priors", "none", "--json").document

    assert found["log_likelihood"] == pytest.approx(expected["loglik"], abs=1e-2)


def test_groups_have_means_of_their_own(run: Run, tmp_path: Path) -> None:
    able = answers(600, B - 1.0, seed=2)
    rows = [[*row, language] for scores, language in ((answers(), "fi"), (able, "sv")) for row in scores.tolist()]
    file = tmp_path / "answers.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([[*ITEMS, "language"], *rows])

    found = run(file, "--model", "2pl", "--group", "language", "--json").document

    assert found["groups"]["fi"] == {"mean": 0.0, "sd": 1.0}
    assert found["groups"]["sv"]["mean"] == pytest.approx(1.0, abs=0.2)


def test_anchors_keep_the_scale_of_an_earlier_calibration(run: Run, file: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("item,a,b\nphone,1.2,-0.5\nmail,1.2,0.5\nelsewhere,1,0\n", encoding="utf-8")

    found = run(file, "--model", "2pl", "--anchors", anchors, "--json").document

    assert (found["items"]["phone"]["b"], found["items"]["mail"]["b"]) == (-0.5, 0.5)
    assert found["groups"][""]["mean"] == pytest.approx(1.0, abs=0.25)
    assert found["items"]["robot"]["b"] == pytest.approx(2.5, abs=0.5)


def test_beginners_come_out_as_beginners_where_experts_placed_the_items(run: Run, tmp_path: Path) -> None:
    file, priors = table(tmp_path / "answers.csv", answers(400, B + 1.5)), tmp_path / "priors.csv"
    rows = [f"{item},{b}" for item, b in zip(ITEMS, B.tolist(), strict=True)]
    priors.write_text("\n".join(["item,b", *rows]), encoding="utf-8")

    found = run(file, "--model", "2pl", "--priors", priors, "--json").document

    assert found["groups"][""]["mean"] == pytest.approx(-1.5, abs=0.25)
    assert np.mean([item["b"] for item in found["items"].values()]) == pytest.approx(0.0, abs=0.2)


def test_fewer_than_30_people_and_what_they_leave_unknown_are_named(run: Run, tmp_path: Path) -> None:
    scores = answers(29)
    scores[1:, 4] = -1

    few = run(table(tmp_path / "few.csv", scores), "--model", "2pl")
    enough = run(table(tmp_path / "enough.csv", answers(30)), "--model", "rasch")

    assert few.code == 0
    assert "Only 29 people answered" in few.err
    assert "almost nothing about the difficulty b of robot: its standard error is above 1" in few.err
    assert enough.err == ""


def test_a_slope_that_answers_leave_unknown_is_named(run: Run, tmp_path: Path) -> None:
    scores = answers(60, np.append(B[:4], -4.0), seed=4)
    scores[:, 4] = scores[:, :4].sum(axis=1) > 1

    ended = run(table(tmp_path / "answers.csv", scores), "--model", "2pl", "--priors", "none")

    assert re.search("almost nothing about the slope a of .*robot: its standard error is above 1", ended.err)


def test_experts_place_items_by_level_band_or_difficulty(run: Run, tmp_path: Path) -> None:
    file, priors = table(tmp_path / "answers.csv", answers(8)), tmp_path / "priors.csv"
    priors.write_text(
        "item;level;b;se_b\nphone;1;;0.01\nmail;8;;0.01\nphoto;Highly advanced;;0.01\nform;;0.3;0.01\n",
        encoding="utf-8",
    )

    items = run(file, "--model", "2pl", "--priors", priors, "--json").document["items"]

    placed = [items[name]["b"] for name in ("phone", "mail", "photo", "form")]
    assert placed == pytest.approx([-1.75, 1.75, 1.5, 0.3], abs=0.02)


def test_an_item_can_be_left_out(run: Run, tmp_path: Path) -> None:
    file = table(tmp_path / "answers.csv", with_constant_item())

    ended = run(file, "--model", "2pl", "--without", "mail", "--json")

    assert (ended.code, ended.err) == (0, "")
    assert "mail" not in ended.document["items"]


def test_silent_people_are_counted(run: Run, tmp_path: Path) -> None:
    ended = run(table(tmp_path / "answers.csv", [*answers(100).tolist(), [-1] * 5]), "--model", "rasch", "--json")

    assert ended.document["people"] == 100
    assert ended.err == "Left out, because they answered nothing: 1\n"


def test_a_search_that_was_ended_early_says_so_with_exit_code_1(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = partial(calibrate, maximum_steps=2)
    monkeypatch.setattr("assessor.calibration.calibrating.calibrate", impatient)
    out = tmp_path / "parameters.csv"

    ended = run(file, "--model", "2pl", "--out", out)

    assert ended.code == 1
    assert "NOT converged" in ended.out
    assert "Not converged after" in ended.err
    assert out.exists()


@pytest.mark.parametrize("is_long", [False, True], ids=["wide", "long"])
def test_parameters_are_the_same_to_the_last_bit_with_any_workers_and_outside_of_memory(
    is_long: bool, run: Run, tmp_path: Path
) -> None:
    scores = answers(SHARD + 100, np.linspace(-2, 2, 21))
    scores[default_rng(3).random(scores.shape) < 0.7] = -1
    names = [f"q{number}" for number in range(21)]
    if is_long:
        person, item = np.nonzero(scores >= 0)
        rows = np.column_stack([person, item, scores[person, item]])
        file = table(tmp_path / "answers.csv", rows, ["person", "item", "score"])
    else:
        file = table(tmp_path / "answers.csv", scores, names)
    words = [file, "--model", "rasch", "--json"]

    first = run(*words, "--workers", 1).out

    assert json.loads(first)["converged"]
    assert run(*words, "--workers", 2, "--out-of-core").out == first


def test_progress_is_one_line_for_whoever_watches_and_nothing_otherwise() -> None:
    watched, unwatched = StringIO(), StringIO()

    for stream, shown in ((watched, True), (unwatched, False)):
        line = ProgressLine(stream, shown=shown)
        line.say("Step 1: log-likelihood -12.0")
        line.say("Step 2 comes too soon to be read")
        line.say("Step 3", always=True)
        line.clear()

    assert watched.getvalue().split("\r\x1b[K") == ["", "Step 1: log-likelihood -12.0", "Step 3", ""]
    assert unwatched.getvalue() == ""
