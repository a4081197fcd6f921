"""DIF by gender in the verbal aggression data against R package difR: reference/psychometrics/README.md."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from assessor.psychometrics.care.dif.contrasts import Contrast
from assessor.psychometrics.care.dif.logistic import logistic_regression
from assessor.psychometrics.care.dif.lord import lord_rasch
from assessor.psychometrics.care.dif.mantel_haenszel import mantel_haenszel
from assessor.psychometrics.care.dif.matching import NumberCorrect
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.measuring.responses import Responses

BY_GENDER = Path(__file__).parent / "psychometrics" / "verbal_aggression_rasch_by_gender.json"


@pytest.fixture(scope="module")
def expected(reference: Path) -> dict[str, Any]:
    """What difR found."""
    document = json.loads((reference / "psychometrics" / "expected_verbal_aggression_dif.json").read_text())
    return dict(document["dif"])


@pytest.fixture(scope="module")
def answers(reference: Path) -> Responses:
    """316 people, 24 items scored 1 for "perhaps" and "yes"."""
    with (reference / "psychometrics" / "verbal_aggression.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    scores = [[int(int(row[f"v{number}"]) >= 1) for number in range(1, 25)] for row in rows]
    return Responses.from_matrix(scores, groups=[row["gender"] for row in rows])


@pytest.fixture(scope="module")
def contrast(answers: Responses) -> Contrast:
    """Men against women."""
    return Contrast.between(answers, "male")


def test_mantel_haenszel_is_that_of_the_reference(contrast: Contrast, expected: dict[str, Any]) -> None:
    found = mantel_haenszel(contrast, NumberCorrect.over(contrast))

    assert [item.chi2_corrected for item in found] == pytest.approx(expected["MH_chi2_corrected"], abs=1e-8)
    assert [item.chi2 for item in found] == pytest.approx(expected["MH_chi2_uncorrected"], abs=1e-8)
    assert [item.alpha for item in found] == pytest.approx(expected["alpha_MH"], abs=1e-8)
    assert [item.delta for item in found] == pytest.approx(expected["delta_MH"], abs=1e-8)


def test_logistic_regression_is_that_of_the_reference(contrast: Contrast, expected: dict[str, Any]) -> None:
    found = logistic_regression(contrast, NumberCorrect.over(contrast))

    assert [item.uniform for item in found] == pytest.approx(expected["logistic_LRT_uniform_1df"], abs=1e-7)
    assert [item.nonuniform for item in found] == pytest.approx(expected["logistic_LRT_nonuniform_1df"], abs=1e-7)
    assert [item.both for item in found] == pytest.approx(expected["logistic_LRT_both_2df"], abs=1e-7)


def test_lords_test_of_the_same_parameters_is_that_of_the_reference(expected: dict[str, Any]) -> None:
    groups = json.loads(BY_GENDER.read_text())
    women, men = (
        [ItemParameters(1.0, b, se_b=se) for b, se in zip(group["b"], group["se_b"], strict=True)]
        for group in (groups["female"], groups["male"])
    )

    found = lord_rasch(women, men)

    assert [item.chi2 for item in found] == pytest.approx(expected["lord_1PL_chi2"], abs=1e-8)


def test_lords_test_of_converged_parameters_is_near_the_reference(answers: Responses, expected: dict[str, Any]) -> None:
    scores = answers.dense()
    women, men = (
        maximum_likelihood(scores[answers.group == answers.groups.index(name)]) for name in ("female", "male")
    )

    found = lord_rasch(women, men)

    # difR has ltm fit the Rasch model with slope 1 and N(0, 1) in both groups. ltm stops where a step gains less
    # than 1.5e-8 of the log-likelihood, up to .0011 from the maximum in b, and integrates over 21 nodes.
    assert [item.chi2 for item in found] == pytest.approx(expected["lord_1PL_chi2"], abs=0.015)


def maximum_likelihood(scores: NDArray[np.int8]) -> list[ItemParameters]:
    """Fit the Rasch model with slope 1 and population N(0, 1) to its maximum."""
    theta = np.linspace(-6, 6, 121)
    log_weight = -(theta**2) / 2 - np.log(np.exp(-(theta**2) / 2).sum())
    people, right = np.bincount(scores.sum(axis=1), minlength=25), scores.sum(axis=0)

    def minus_log_likelihood(b: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit = theta[:, np.newaxis] - b
        joint = log_weight + np.arange(25)[:, np.newaxis] * theta - np.logaddexp(0, logit).sum(axis=1)
        marginal = np.logaddexp.reduce(joint, axis=1)
        expected_right = people @ np.exp(joint - marginal[:, np.newaxis]) @ (1 / (1 + np.exp(-logit)))
        return float(right @ b - people @ marginal), right - expected_right

    found = minimize(minus_log_likelihood, np.zeros(24), jac=True, options={"gtol": 1e-6})
    step = 1e-4 * np.eye(24)
    hessian = [(minus_log_likelihood(found.x + h)[1] - minus_log_likelihood(found.x - h)[1]) / 2e-4 for h in step]
    errors = np.sqrt(np.diag(np.linalg.inv(hessian)))
    return [ItemParameters(1.0, float(b), se_b=float(se)) for b, se in zip(found.x, errors, strict=True)]
