"""Rasch, 1PL and 2PL calibrations against R packages mirt and ltm: LSAT-6, LSAT-7, ICAR items with missing cells."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import Priors
from assessor.psychometrics.calibration.result import Calibration
from assessor.psychometrics.measuring.responses import MISSING, Responses

SETS = ["lsat6", "lsat7", "ability16"]
TWO_PL = ["two_pl", "two_pl_ltm"]


@cache
def answers(folder: Path, name: str) -> Responses:
    """Read a CSV; an empty cell is missing."""
    with (folder / "psychometrics" / f"{name}.csv").open(newline="") as file:
        items, *rows = csv.reader(file)
    return Responses.from_matrix([[int(cell) if cell else MISSING for cell in row] for row in rows], items)


@cache
def expected(folder: Path, name: str) -> dict[str, Any]:
    """Read what R found."""
    document: dict[str, Any] = json.loads((folder / "psychometrics" / f"expected_{name}.json").read_text())
    return document


@cache
def calibrated(folder: Path, name: str, model: Model) -> Calibration:
    """Calibrate as the reference was: 121 points, to the end, without priors."""
    return calibrate(answers(folder, name), model, priors=Priors.flat(), points=121, tolerance=1e-8)


def tolerance(name: str) -> float:
    """For a and b; the likelihood of five items is flat."""
    return 2e-3 if name == "ability16" else 5e-3


@pytest.mark.parametrize("name", SETS)
def test_rasch_items_and_the_spread_of_the_population(reference: Path, name: str) -> None:
    theirs = expected(reference, name)["rasch_a1_free_variance"]

    ours = calibrated(reference, name, Model.RASCH)

    items = theirs["items"]["irt"]
    assert ours.converged
    assert ours.items == tuple(items["item"] if "item" in items else theirs["items"]["item"])
    assert ours.log_likelihood == pytest.approx(theirs["loglik"], abs=1e-3)
    assert ours.groups[""][0] == 0
    assert ours.groups[""][1] ** 2 == pytest.approx(theirs["latent_variance"], abs=1e-3)
    assert [item.a for item in ours.parameters] == items["a"]
    assert [item.b for item in ours.parameters] == pytest.approx(items["b"], abs=2e-3)


@pytest.mark.parametrize("name", SETS)
def test_one_slope_for_all(reference: Path, name: str) -> None:
    theirs = expected(reference, name)["one_pl"]

    ours = calibrated(reference, name, Model.ONE_PL)

    assert ours.converged
    assert ours.log_likelihood == pytest.approx(theirs["loglik"], abs=1e-3)
    assert [item.a for item in ours.parameters] == pytest.approx([theirs["a"]] * len(ours.items), abs=2e-3)
    assert [item.b for item in ours.parameters] == pytest.approx(theirs["b"], abs=2e-3)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("engine", TWO_PL)
def test_a_slope_for_each(reference: Path, name: str, engine: str) -> None:
    theirs = expected(reference, name)[engine]
    values = theirs["items"]["irt"] if "items" in theirs else theirs

    ours = calibrated(reference, name, Model.TWO_PL)

    assert ours.converged
    assert ours.groups == {"": (0.0, 1.0)}
    assert ours.log_likelihood == pytest.approx(theirs["loglik"], abs=1e-3)
    assert [item.a for item in ours.parameters] == pytest.approx(values["a"], abs=tolerance(name))
    assert [item.b for item in ours.parameters] == pytest.approx(values["b"], abs=tolerance(name))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("key", "model"), [("rasch_a1_free_variance", Model.RASCH), ("two_pl", Model.TWO_PL)])
def test_slopes_and_intercepts_with_their_standard_errors(reference: Path, name: str, key: str, model: Model) -> None:
    theirs = expected(reference, name)[key]["items"]["slope_intercept"]

    ours = calibrated(reference, name, model)

    deviations = np.sqrt(np.einsum("ipp->ip", ours.covariance))
    for item, parameters, deviation in zip(ours.items, ours.parameters, deviations, strict=True):
        par, se = theirs[item]["par"], theirs[item]["se"]
        assert parameters.a == pytest.approx(par["a1"], abs=tolerance(name))
        assert -parameters.a * parameters.b == pytest.approx(par["d"], abs=tolerance(name))
        assert deviation[-1] == pytest.approx(se["d"], rel=1e-3)
        if model is Model.TWO_PL:
            assert parameters.se_a == pytest.approx(se["a1"], rel=1e-3)


def test_the_usual_grid_and_tolerance_come_close(reference: Path) -> None:
    for name in SETS:
        theirs = expected(reference, name)["two_pl"]

        ours = calibrate(answers(reference, name), Model.TWO_PL, priors=Priors.flat())

        assert ours.log_likelihood == pytest.approx(theirs["loglik"], abs=1e-3)
        assert ours.e_steps < 20


def test_landmarks(reference: Path) -> None:
    found = {
        (name, model): calibrated(reference, name, model) for name in SETS for model in (Model.ONE_PL, Model.TWO_PL)
    }

    assert found["lsat7", Model.TWO_PL].log_likelihood == pytest.approx(-2658.805, abs=1e-3)
    assert found["lsat7", Model.ONE_PL].log_likelihood == pytest.approx(-2664.901, abs=1e-3)
    assert found["lsat6", Model.TWO_PL].log_likelihood == pytest.approx(-2466.653, abs=1e-3)
    assert found["lsat6", Model.ONE_PL].log_likelihood == pytest.approx(-2466.938, abs=1e-3)
    assert found["lsat6", Model.ONE_PL].parameters[0].a == pytest.approx(0.7551, abs=5e-5)
