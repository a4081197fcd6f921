"""Every hostile badge of a stranger gets the answer and the reason that its file expects, in little time."""

import json
import time
from datetime import datetime
from typing import Any

import pytest

from assessor.openbadges.checks import Result
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import VECTORS
from tests.unit.openbadges.older_badges import web

FOLDER = VECTORS / "hostile-others"
INDEX: dict[str, Any] = json.loads((FOLDER / "index.json").read_bytes())
TRUST = Trust.of(INDEX["did_document"])
NOW = datetime.fromisoformat(INDEX["now"])
CASES: list[tuple[str, dict[str, Any]]] = [
    (f"{file.removesuffix('.json')}: {case['name']}", case)
    for file in INDEX["files"]
    for case in json.loads((FOLDER / file).read_bytes())
]
ENOUGH = 0.5  # seconds of this process; the benchmark states the true times


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_it_is_answered_as_its_file_says(case: dict[str, Any]) -> None:
    found = INDEX["web"] | case.get("web", {})
    served = {address: document for address, document in found.items() if document is not None}
    began = time.process_time()

    report = verify(case["badge"].encode(), TRUST, NOW, fetch=web(served))

    [check] = [check for check in report.checks if check.name == case["check"]]
    assert (report.result, report.result.name) == (case["result"], Result(case["result"]).name), report.checks
    assert case["reason"] in check.reason
    assert time.process_time() - began < ENOUGH


def test_no_case_stands_twice_and_none_is_forgotten() -> None:
    assert len({name for name, _ in CASES}) == len(CASES) >= 100
    assert {path.name for path in FOLDER.iterdir()} == {"index.json", *INDEX["files"]}
