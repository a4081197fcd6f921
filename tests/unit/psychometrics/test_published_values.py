"""Our numbers against those of R packages mirt and catR: see tests/vectors/SOURCES.md."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assessor.psychometrics.ability import Estimator
from assessor.psychometrics.adaptive import (
    Administer,
    Administered,
    Design,
    Finish,
    next_step,
    step_generator,
)
from assessor.psychometrics.bands import Band
from assessor.psychometrics.information import item_information
from assessor.psychometrics.pool import Pool, PoolItem
from assessor.psychometrics.response_models import ItemParameters, probability
from assessor.psychometrics.selection import Selection
from assessor.psychometrics.stopping import Reason, Stopping

LSAT = Path(__file__).parents[2] / "vectors" / "psychometrics" / "lsat7_two_pl.json"

# catR's tables use 161 points of [-4, 4]; the ends of its trapezoid rule weigh next to nothing.
CATR = Estimator(lowest=-4, highest=4, points=161)


def test_the_32_patterns_of_lsat_7_get_the_scores_of_mirt() -> None:
    expected = json.loads(LSAT.read_text())
    pairs = zip(expected["a"], expected["b"], strict=True)
    items = [PoolItem(f"i{n}", ItemParameters(a, b), "law", Band.BASIC) for n, (a, b) in enumerate(pairs)]
    pool, estimator = Pool(items), Estimator()

    estimates = []
    for pattern in expected["patterns"]:
        history = pool.history([Administered(f"i{n}", int(score)) for n, score in enumerate(pattern)])
        estimates.append(estimator.estimate(pool.log_likelihood(estimator.grid, history)))

    assert [e.theta for e in estimates] == pytest.approx(expected["eap"], abs=1e-4)
    assert [e.standard_error for e in estimates] == pytest.approx(expected["se"], abs=1e-4)


@pytest.fixture(scope="module")
def placement_test(reference: Path) -> tuple[Pool, dict[str, Any]]:
    """The 85 items of the TCALS placement test, numbered from 1, and what catR computes from them."""
    folder = reference / "psychometrics"
    with (folder / "tcals_bank.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    items = [
        PoolItem(
            f"{int(row['item']):02}",
            ItemParameters(float(row["a"]), float(row["b"]), c=float(row["c"])),
            competence="English",
            band=Band.BASIC,
        )
        for row in rows
    ]
    return Pool(items), json.loads((folder / "expected_cat_tcals.json").read_text())


def test_probability_and_information_are_those_of_catr(placement_test: tuple[Pool, dict[str, Any]]) -> None:
    pool, expected = placement_test
    theta = np.array(expected["theta_grid"], dtype=float)[:, np.newaxis]

    ours = pool.slope, pool.difficulty, pool.guessing

    assert np.abs(probability(theta, *ours) - expected["P"]).max() < 1e-8
    assert np.abs(item_information(theta, *ours) - expected["I"]).max() < 1e-8


def test_estimates_of_twelve_states_are_those_of_catr(placement_test: tuple[Pool, dict[str, Any]]) -> None:
    pool, expected = placement_test

    for state in expected["states"]:
        answers = zip(state["items"], state["x"], strict=True)
        history = pool.history([Administered(f"{item:02}", score) for item, score in answers])
        estimate = CATR.estimate(pool.log_likelihood(CATR.grid, history))

        assert estimate.theta == pytest.approx(state["EAP"]["theta"], abs=1e-4)
        assert estimate.standard_error == pytest.approx(state["EAP"]["se"], abs=1e-4)


def test_whole_adaptive_tests_run_as_in_catr(placement_test: tuple[Pool, dict[str, Any]]) -> None:
    pool, expected = placement_test
    most_informative = Selection(best_of=1, opening_items=0)
    at_precision = Stopping(minimum_items=1, maximum_items=25, when_decided=False, standard_error=0.35)
    design = Design(pool, CATR, most_informative, at_precision)

    for trace in expected["cat_traces_MFI_EAP_SE035_max25"]:
        administered: list[Administered] = []
        while isinstance(step := next_step(design, administered, step_generator(0, 0)), Administer):
            administered.append(Administered(step.item_id, trace["full_responses"][int(step.item_id) - 1]))

        assert isinstance(step, Finish)
        assert [int(answer.item_id) for answer in administered] == trace["items"]
        assert step.estimate.theta == pytest.approx(trace["theta_final"], abs=1e-4)
        assert step.estimate.standard_error == pytest.approx(trace["se_final"], abs=1e-4)
        assert step.reason == (Reason.PRECISE if step.estimate.standard_error <= 0.35 else Reason.MAXIMUM)
