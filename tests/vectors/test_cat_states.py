"""Curves, estimates and next items of twelve states of two adaptive tests, against R package catR 3.17.

Conventions of the reference are in reference/psychometrics/README.md: ranges end at -4 and 4, sums over theta are
the trapezoid rule on 161 points (33 for the criteria of the graded bank), standard errors come from the expected
information, and what an answer will be is forecast at the estimate.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from assessor.psychometrics.adaptive import criteria
from assessor.psychometrics.adaptive.criteria import Choice, Criterion
from assessor.psychometrics.measuring.derivatives import Curves
from assessor.psychometrics.measuring.information import information_table
from assessor.psychometrics.measuring.response_models import (
    Array,
    Curve,
    ItemParameters,
    log_probability_table,
    probability,
)
from assessor.psychometrics.measuring.scoring import Curvature, Method, Scale, score

CATR = Scale(-4, 4, 161)
METHODS = {"ML": Method.ML, "BM": Method.MAP, "EAP": Method.EAP, "WL": Method.WLE}
STATES = range(12)

# catR forecasts the scores at the estimate; ours is the average over the posterior, unless asked for the other.
MEPV = Criterion(partial(criteria.expected_posterior_variance, at_estimate=True), smallest=True)
MEI = Criterion(partial(criteria.expected_information, at_estimate=True))
CRITERIA: Mapping[str, Criterion] = MappingProxyType(
    {
        "MFI": criteria.CRITERIA["information"],
        "bOpt": criteria.CRITERIA["nearest difficulty"],
        "thOpt": criteria.CRITERIA["nearest optimum"],
        "MLWI": criteria.CRITERIA["likelihood weighted information"],
        "MPWI": criteria.CRITERIA["weighted information"],
        "MEI": MEI,
        "MEPV": MEPV,
        "KL": criteria.CRITERIA["kullback-leibler"],
        "KLP": criteria.CRITERIA["posterior kullback-leibler"],
        "GDI": criteria.CRITERIA["discrimination"],
        "GDIP": criteria.CRITERIA["posterior discrimination"],
    }
)


@dataclass(frozen=True)
class Reference:
    """A bank, and what catR computes from it."""

    bank: list[ItemParameters]
    expected: dict[str, Any]
    points: int

    def choice(self, state: dict[str, Any], trapezoid: bool) -> tuple[Choice, list[int]]:
        """The choice in a state, and the numbers of the items that are left, from 1."""
        theta = np.linspace(-4, 4, self.points)
        asked = np.array(state["items"]) - 1
        log_likelihood = log_probability_table(self.bank, theta)[asked, state["x"]].sum(axis=0)
        likelihood = np.exp(log_likelihood) * (_trapezoid(theta) if trapezoid else 1.0)
        prior = np.exp(-0.5 * theta**2) / np.sqrt(2 * np.pi)
        left = [number for number in range(1, len(self.bank) + 1) if number not in state["items"]]
        curves = Curves.of(self.bank).take(np.array(left) - 1)
        return Choice(curves, state["EAP"]["theta"], theta, likelihood, likelihood * prior), left


def _trapezoid(theta: Array) -> Array:
    weight = np.full(len(theta), theta[1] - theta[0])
    weight[[0, -1]] /= 2
    return weight


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "psychometrics" / name).open() as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def placement(reference: Path) -> Reference:
    """85 items of an English placement test that can be guessed."""
    items = [
        ItemParameters(float(row["a"]), float(row["b"]), c=float(row["c"]), d=float(row["d"]))
        for row in _rows(reference, "tcals_bank.csv")
    ]
    expected = json.loads((reference / "psychometrics" / "expected_cat_tcals.json").read_text())
    return Reference(items, expected, points=161)


@pytest.fixture(scope="module")
def graded(reference: Path) -> Reference:
    """30 graded items with three or four scores."""
    items = [
        ItemParameters.stepwise(
            Curve.GRADED,
            float(row["alphaj"]),
            [float(row[name]) for name in ("betaj1", "betaj2", "betaj3") if row[name] not in ("", "NA")],
        )
        for row in _rows(reference, "grm_bank.csv")
    ]
    expected = json.loads((reference / "psychometrics" / "expected_cat_grm.json").read_text())
    return Reference(items, expected, points=int(expected["selection_grid"][2]))


def test_probability_and_information_of_the_placement_test(placement: Reference) -> None:
    theta = placement.expected["theta_grid"]

    p = [probability(theta, item.a, item.b, item.c, item.d) for item in placement.bank]

    assert np.abs(np.transpose(p) - placement.expected["P"]).max() < 1e-8
    assert np.abs(information_table(placement.bank, theta).T - placement.expected["I"]).max() < 1e-8


def test_information_of_the_graded_bank(graded: Reference) -> None:
    found = information_table(graded.bank, graded.expected["theta_grid"])

    assert np.abs(found.T - graded.expected["I"]).max() < 1e-8


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("bank", ["placement", "graded"])
def test_estimates_are_those_of_catr(request: pytest.FixtureRequest, bank: str, name: str) -> None:
    source: Reference = request.getfixturevalue(bank)
    tolerance = 1e-8 if name == "EAP" else 5e-5

    for state in source.expected["states"]:
        items = [source.bank[number - 1] for number in state["items"]]
        found = score(items, state["x"], METHODS[name], CATR, curvature=Curvature.EXPECTED)

        assert found.theta == pytest.approx(state[name]["theta"], abs=tolerance)
        assert found.standard_error == pytest.approx(state[name]["se"], abs=tolerance)


@pytest.mark.parametrize("at", STATES)
def test_next_items_of_the_placement_test(placement: Reference, at: int) -> None:
    _check_next_items(placement, at)


@pytest.mark.parametrize("at", STATES)
def test_next_items_of_the_graded_bank(graded: Reference, at: int) -> None:
    _check_next_items(graded, at)


def _check_next_items(source: Reference, at: int) -> None:
    state = source.expected["states"][at]
    for name, expected in state["next_item_at_EAP"].items():
        # The mean in GDI and GDIP is a plain average over the points.
        choice, left = source.choice(state, trapezoid=not name.startswith("GDI"))
        values = CRITERIA[name].value(choice)
        best = values.argmin() if CRITERIA[name].smallest else values.argmax()

        assert left[best] == expected["item"], name
        assert values[best] == pytest.approx(expected["value"], rel=1e-7), name


def test_every_criterion_of_the_reference_is_compared(placement: Reference, graded: Reference) -> None:
    compared = {name for state in placement.expected["states"] for name in state["next_item_at_EAP"]}
    of_graded = {name for state in graded.expected["states"] for name in state["next_item_at_EAP"]}

    assert compared == set(CRITERIA)
    assert of_graded == {"MFI", "MPWI", "KL", "KLP"}
    assert len(placement.expected["states"]) == len(graded.expected["states"]) == len(STATES)
