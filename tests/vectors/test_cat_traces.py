"""Whole adaptive tests, item by item, against those of R catR: see tests/vectors/SOURCES.md."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from assessor.psychometrics.adaptive import (
    Administer,
    Administered,
    Conditions,
    Design,
    Finish,
    Pool,
    PoolItem,
    answered,
    begin,
    next_step,
)
from assessor.psychometrics.adaptive.selection import Selection
from assessor.psychometrics.adaptive.stopping import Reason, Stopping
from assessor.psychometrics.measuring.ability import Estimator
from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.standards.bands import Band

# catR's tables use 161 points of [-4, 4]; the ends of its trapezoid rule weigh next to nothing.
CATR = Estimator(lowest=-4, highest=4, points=161)
MOST_INFORMATIVE = Selection(best_of=1, opening_items=0)
AT_PRECISION = Stopping(minimum_items=1, maximum_items=25, when_decided=False, standard_error=0.35)


def logistic(row: Mapping[str, str]) -> ItemParameters:
    return ItemParameters(float(row["a"]), float(row["b"]), c=float(row["c"]), d=float(row["d"]))


def graded(row: Mapping[str, str]) -> ItemParameters:
    thresholds = [float(row[name]) for name in ("betaj1", "betaj2", "betaj3") if row[name]]
    return ItemParameters.stepwise(Curve.GRADED, float(row["alphaj"]), thresholds)


BANKS = {"tcals": ("tcals_bank.csv", logistic), "grm": ("grm_bank.csv", graded)}


def bank(folder: Path, name: str) -> Pool:
    file, read = BANKS[name]
    with (folder / file).open() as lines:
        rows = list(csv.DictReader(lines))
    return Pool(PoolItem(f"{n:02}", read(row), "all", Band.BASIC) for n, row in enumerate(rows, start=1))


def walk(design: Design, responses: Sequence[int]) -> Finish:
    state = begin(design, Conditions())
    while isinstance(step := next_step(design, state), Administer):
        state = answered(design, state, Administered(step.item_id, responses[int(step.item_id) - 1]))
    assert isinstance(step, Finish)
    return step


@pytest.mark.parametrize("hierarchy", [None, Hierarchy()], ids=["one ability", "a hierarchy of one"])
@pytest.mark.parametrize("name", sorted(BANKS))
def test_whole_adaptive_tests_run_as_in_catr(reference: Path, name: str, hierarchy: Hierarchy | None) -> None:
    folder = reference / "psychometrics"
    expected: dict[str, Any] = json.loads((folder / f"expected_cat_{name}.json").read_text())
    design = Design(bank(folder, name), CATR, MOST_INFORMATIVE, AT_PRECISION, hierarchy=hierarchy)

    for trace in expected["cat_traces_MFI_EAP_SE035_max25"]:
        finish = walk(design, trace["full_responses"])

        assert [at + 1 for at in finish.state.items] == trace["items"]
        assert finish.estimate.theta == pytest.approx(trace["theta_final"], abs=1e-4)
        assert finish.estimate.standard_error == pytest.approx(trace["se_final"], abs=1e-4)
        assert finish.reason == (Reason.PRECISE if finish.estimate.standard_error <= 0.35 else Reason.MAXIMUM)
