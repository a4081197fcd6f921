"""EAP, MAP and WLE of real people against R package mirt: reference/psychometrics/README.md.

The item parameters are those of the reference file, so that a difference is one of scoring.
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.measuring.responses import MISSING
from assessor.psychometrics.measuring.scoring import Curvature, Method, Scale, score_all

ANSWERS = {
    "lsat6": "lsat6",
    "lsat7": "lsat7",
    "ability16": "ability16",
    "science4": "science4",
    "verbal_aggression_poly": "verbal_aggression",
}
MODELS = [
    *((data, model) for data in ("lsat6", "lsat7", "ability16") for model in ("rasch_a1_free_variance", "two_pl")),
    *((data, model) for data in ("science4", "verbal_aggression_poly") for model in ("pcm", "gpcm", "grm")),
]
# EAP on 121 points of [-6, 6]; mirt leaves out that the ends of the trapezoid rule count half, which shows where the
# variance is large. Its maxima stop at 1e-6, its curvature is numeric.
TOLERANCE = {Method.EAP: (5e-5, 5e-5), Method.MAP: (1e-5, 5e-5), Method.WLE: (1e-5, 2e-4)}


def expected_of(reference: Path, data: str) -> dict[str, Any]:
    """What mirt found in a data set."""
    document: dict[str, Any] = json.loads((reference / "psychometrics" / f"expected_{data}.json").read_text())
    return document


def items_of(model: dict[str, Any]) -> list[ItemParameters]:
    """The item parameters of a fitted model."""
    irt = model["items"]["irt"]
    if "b" in irt:
        return [ItemParameters(a, b) for a, b in zip(irt["a"], irt["b"], strict=True)]
    curve = Curve.GRADED if model["model"] == "graded" else Curve.PARTIAL_CREDIT
    thresholds = zip(*(irt[name] for name in sorted(irt) if name.startswith("b")), strict=True)
    return [ItemParameters.stepwise(curve, a, steps) for a, steps in zip(irt["a"], thresholds, strict=True)]


def answers_of(reference: Path, data: str, width: int) -> NDArray[np.int64]:
    """The people's scores on the first `width` columns; an empty cell is missing."""
    with (reference / "psychometrics" / f"{ANSWERS[data]}.csv").open() as lines:
        rows = list(csv.reader(lines))[1:]
    return np.array([[int(cell) if cell not in ("", "NA") else MISSING for cell in row[:width]] for row in rows])


@pytest.mark.parametrize("method", [Method.EAP, Method.MAP, Method.WLE])
@pytest.mark.parametrize(("data", "name"), MODELS)
def test_people_get_the_scores_of_mirt(reference: Path, data: str, name: str, method: Method) -> None:
    model = expected_of(reference, data)[name]
    items, scores = items_of(model), model["scores"]
    rows = np.array(scores["row_numbers_1based"]) - 1
    people = answers_of(reference, data, len(items))[rows]
    population = Scale(prior_sd=model["latent_variance"] ** 0.5)

    found = score_all(items, people, method, population, curvature=Curvature.OBSERVED)

    of_theta, of_error = TOLERANCE[method]
    assert found.theta == pytest.approx(scores[method.upper()]["theta"], abs=of_theta)
    assert found.standard_error == pytest.approx(scores[method.upper()]["se"], abs=of_error)


@pytest.mark.parametrize("data", ANSWERS)
def test_every_model_with_scores_is_compared(reference: Path, data: str) -> None:
    expected = expected_of(reference, data)

    with_scores = {name for name, model in expected.items() if isinstance(model, dict) and "scores" in model}

    assert with_scores == {name for of, name in MODELS if of == data}
