"""Item fit and person fit against R mirt 1.45, with mirt's own parameters: see tests/vectors/SOURCES.md."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assessor.psychometrics.care.item_fit import s_x2
from assessor.psychometrics.care.person_fit import person_fit
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.measuring.responses import Responses

RASCH, PCM = "rasch_a1_free_variance", "pcm"

FITS = [
    *((name, name, model) for name in ("lsat6", "lsat7") for model in (RASCH, "two_pl")),
    *(
        (answers, expected, model)
        for answers, expected in (("science4", "science4"), ("verbal_aggression", "verbal_aggression_poly"))
        for model in (PCM, "gpcm", "grm")
    ),
]


@dataclass(frozen=True)
class Fitted:
    """Answers, and what mirt says of them under one model."""

    scores: list[list[int]]
    items: tuple[ItemParameters, ...]
    model: str
    said: dict[str, Any]

    @property
    def free_parameters(self) -> int:
        """As mirt counts: a free population variance counts for every item; otherwise the slope does."""
        return self.items[0].highest_score + 1


@pytest.fixture(params=FITS, ids=lambda fit: f"{fit[0]}-{fit[2]}")
def fitted(request: pytest.FixtureRequest, reference: Path) -> Fitted:
    answers, expected, model = request.param
    folder = reference / "psychometrics"
    with (folder / f"{answers}.csv").open() as file:
        rows = [[int(value) for name, value in row.items() if name != "gender"] for row in csv.DictReader(file)]
    said = json.loads((folder / f"expected_{expected}.json").read_text())[model]
    return Fitted(rows, _items(said["items"]["irt"], model), model, said)


def _items(irt: dict[str, list[float]], model: str) -> tuple[ItemParameters, ...]:
    if "b" in irt:
        return tuple(ItemParameters(a, b) for a, b in zip(irt["a"], irt["b"], strict=True))
    curve = Curve.GRADED if model == "grm" else Curve.PARTIAL_CREDIT
    thresholds = zip(*(irt[name] for name in sorted(irt) if name.startswith("b")), strict=True)
    return tuple(ItemParameters.stepwise(curve, a, steps) for a, steps in zip(irt["a"], thresholds, strict=True))


def test_s_x2_of_every_item_is_that_of_mirt(fitted: Fitted) -> None:
    expected = fitted.said["S_X2"]

    fits = s_x2(
        Responses.from_matrix(fitted.scores, fitted.said["items"]["item"]),
        fitted.items,
        free_parameters=fitted.free_parameters,
        variance=fitted.said["latent_variance"],
    )

    assert [fit.item for fit in fits] == expected["item"]
    assert [fit.df for fit in fits] == expected["df.S_X2"]
    assert [fit.statistic for fit in fits] == pytest.approx(expected["S_X2"], abs=1e-7)
    assert [fit.rmsea for fit in fits] == pytest.approx(expected["RMSEA.S_X2"], abs=1e-8)
    assert [fit.p for fit in fits] == pytest.approx(expected["p.S_X2"], abs=1e-8)


def test_equal_rows_kept_once_with_a_weight_give_the_same_s_x2(fitted: Fitted) -> None:
    everybody = Responses.from_matrix(fitted.scores)

    one_by_one = s_x2(everybody, fitted.items, free_parameters=fitted.free_parameters)
    weighted = s_x2(everybody.patterns(), fitted.items, free_parameters=fitted.free_parameters)

    assert [fit.df for fit in one_by_one] == [fit.df for fit in weighted]
    assert [fit.statistic for fit in one_by_one] == pytest.approx([fit.statistic for fit in weighted])


def test_lz_of_every_person_is_the_zh_of_mirt(fitted: Fitted) -> None:
    expected = fitted.said["person_fit_lz"]
    people = [fitted.scores[number - 1] for number in expected["row_numbers_1based"]]
    assert fitted.said["scores"]["row_numbers_1based"] == expected["row_numbers_1based"]

    fit = person_fit(Responses.from_matrix(people), fitted.items, fitted.said["scores"]["EAP"]["theta"])

    np.testing.assert_allclose(fit.lz, expected["Zh"], atol=1e-8)


def test_lz_does_not_depend_on_how_answers_are_kept(fitted: Fitted) -> None:
    scores = np.array(fitted.scores)
    theta = np.linspace(-2, 2, len(scores))
    person, item = np.indices(scores.shape)
    names = [f"i{number}" for number in range(scores.shape[1])]
    rows = Responses.from_rows(person.ravel(), item.ravel(), scores.ravel(), names)

    dense, sparse = (person_fit(kept, fitted.items, theta) for kept in (Responses.from_matrix(scores), rows))

    np.testing.assert_allclose(dense.lz, sparse.lz, atol=1e-12)
    np.testing.assert_allclose(dense.lz_star, sparse.lz_star, atol=1e-12)


def test_every_fit_statistic_of_the_reference_is_compared(reference: Path) -> None:
    found = set()
    for file in (reference / "psychometrics").glob("expected_*.json"):
        for model, said in json.loads(file.read_text()).items():
            if isinstance(said, dict) and ("S_X2" in said or "person_fit_lz" in said):
                found.add((file.stem.removeprefix("expected_"), model))

    assert found == {(expected, model) for _, expected, model in FITS}
