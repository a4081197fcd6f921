"""Linking constants of two 20-item 2PL forms against R package equateIRT: reference/psychometrics/README.md."""

import json
from pathlib import Path

import pytest

from assessor.psychometrics.calibration.linking import LinkMethod, link
from assessor.psychometrics.measuring.response_models import ItemParameters


@pytest.mark.parametrize("method", LinkMethod)
def test_the_line_between_two_forms_is_that_of_the_reference(reference: Path, method: LinkMethod) -> None:
    expected = json.loads((reference / "psychometrics" / "expected_linking.json").read_text())
    x, y = (
        [ItemParameters(a, b) for a, b in zip(expected["a" + form], expected["b" + form], strict=True)]
        for form in ("X", "Y")
    )

    line = link(x, y, method)
    found = {"A": line.A, "B": line.B}

    # The file has eleven digits. The curve methods agree as closely because the weights are the same: 30
    # Gauss-Hermite nodes, on the scale of the target. 121 even points of [-6, 6] would differ by 4e-5.
    assert found == pytest.approx(expected[str(method)], abs=1e-8)
