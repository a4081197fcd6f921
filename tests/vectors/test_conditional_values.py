"""Conditional maximum likelihood against the R package eRm."""

import json
from pathlib import Path

import numpy as np
import pytest

from assessor.psychometrics.calibration.conditional import conditional_rasch
from assessor.psychometrics.measuring.responses import Responses


@pytest.mark.parametrize("name", ["lsat6", "lsat7"])
def test_difficulties_errors_and_log_likelihood_are_those_of_erm(name: str, reference: Path) -> None:
    folder = reference / "psychometrics"
    scores = np.loadtxt(folder / f"{name}.csv", delimiter=",", skiprows=1, dtype=int)
    expected = json.loads((folder / f"expected_{name}.json").read_text(encoding="utf-8"))["rasch_cml"]

    found = conditional_rasch(Responses.from_matrix(scores))

    assert found.log_likelihood == pytest.approx(expected["cloglik"], abs=1e-6)
    assert found.difficulty == pytest.approx(expected["difficulty"], abs=1e-5)
    assert found.standard_error == pytest.approx(expected["se"], abs=1e-5)
