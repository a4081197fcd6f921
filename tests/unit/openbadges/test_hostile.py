"""Every hostile badge of the data files gets the answer and the reason that its file expects."""

import base64
import json
import time
from datetime import datetime
from typing import Any

import pytest

from assessor.openbadges.checks import Result, State
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import VECTORS

FOLDER = VECTORS / "hostile"
INDEX: dict[str, Any] = json.loads((FOLDER / "index.json").read_bytes())
TRUST = Trust.of(INDEX["did_document"])
NOW = datetime.fromisoformat(INDEX["now"])
CASES: list[tuple[str, dict[str, Any]]] = [
    (f"{file.removesuffix('.json')}: {case['name']}", case)
    for file in INDEX["files"]
    for case in json.loads((FOLDER / file).read_bytes())
]
ENOUGH = 0.5  # seconds of this process; the benchmark states the true times


def _bytes(case: dict[str, Any]) -> bytes:
    if "repeated" in case:
        return "".join(text * times for text, times in case["repeated"]).encode()
    return base64.b64decode(case["base64"]) if "base64" in case else case["badge"].encode()


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_it_is_answered_as_its_file_says(case: dict[str, Any]) -> None:
    began = time.process_time()

    report = verify(_bytes(case), TRUST, NOW)

    [check] = [check for check in report.checks if check.name == case["check"]]
    assert (report.result, report.result.name) == (case["result"], Result(case["result"]).name), report.checks
    assert case["reason"] in check.reason
    assert (check.state is State.PASSED) is (case["result"] == Result.GENUINE)
    assert time.process_time() - began < ENOUGH


def test_no_case_stands_twice_and_none_is_forgotten() -> None:
    badges = [_bytes(case) for _, case in CASES]

    assert len(set(badges)) == len(badges) >= 150
    assert len({name for name, _ in CASES}) == len(CASES)
    assert {path.name for path in FOLDER.iterdir()} == {"index.json", *INDEX["files"]}
