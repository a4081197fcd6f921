"""Scores of LSAT-7 under the 2PL of R package mirt, committed here: see tests/vectors/SOURCES.md."""

import json
from pathlib import Path

import pytest

from assessor.psychometrics.adaptive import Administered, Conditions, Design, Pool, PoolItem, replay
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.standards.bands import Band

LSAT = Path(__file__).parents[2] / "vectors" / "psychometrics" / "lsat7_two_pl.json"


def test_the_32_patterns_of_lsat_7_get_the_scores_of_mirt() -> None:
    expected = json.loads(LSAT.read_text())
    pairs = zip(expected["a"], expected["b"], strict=True)
    design = Design(Pool(PoolItem(f"i{n}", ItemParameters(a, b), "law", Band.BASIC) for n, (a, b) in enumerate(pairs)))

    estimates = [
        replay(design, Conditions(), [Administered(f"i{n}", int(score)) for n, score in enumerate(pattern)]).estimate
        for pattern in expected["patterns"]
    ]

    assert [estimate.theta for estimate in estimates] == pytest.approx(expected["eap"], abs=1e-4)
    assert [estimate.standard_error for estimate in estimates] == pytest.approx(expected["se"], abs=1e-4)
