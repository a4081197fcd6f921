"""Every hostile badge of 2.0 in the data files gets the answer and the reason that its file expects."""

import json
import time
from datetime import datetime
from typing import Any

import pytest

from assessor.openbadges.checks import Result, State
from tests.unit.openbadges.badges import VECTORS
from tests.unit.openbadges.older_badges import merged, unpacked, verify_v2, web

FOLDER = VECTORS / "hostile-v2"
INDEX: dict[str, Any] = json.loads((FOLDER / "index.json").read_bytes())
NOW = datetime.fromisoformat(INDEX["now"])
CASES: list[tuple[str, dict[str, Any]]] = [
    (f"{file.removesuffix('.json')}: {case['name']}", case)
    for file in INDEX["files"]
    for case in json.loads((FOLDER / file).read_bytes())
]
ENOUGH = 0.5  # seconds of this process; the benchmark states the true times


def _bytes(case: dict[str, Any]) -> bytes:
    return unpacked(case["base64"]) if "base64" in case else case["badge"].encode()


def _served(case: dict[str, Any]) -> dict[str, Any]:
    patches = case.get("web", {})
    served: dict[str, Any] = merged(INDEX["web"], patches)
    # A redirect stands instead of the document, not beside its members.
    return served | {address: found for address, found in patches.items() if "leads_to" in (found or {})}


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_it_is_answered_as_its_file_says(case: dict[str, Any]) -> None:
    fetch = web(_served(case), frozenset(case.get("gone", ())))
    began = time.process_time()

    report = verify_v2(_bytes(case), fetch, NOW, issuers=INDEX["issuers"], recipient=case.get("recipient", ""))

    [check] = [check for check in report.checks if check.name == case["check"]]
    assert (report.result, report.result.name) == (case["result"], Result(case["result"]).name), report.checks
    assert case["reason"] in check.reason
    # Only what somebody says at their own address, under their own name, may hold and still be nobody's we know.
    assert check.state is not State.PASSED or report.foreign == "eve.example"
    shown = {Result.EXPIRED, Result.GENUINE_STATUS_UNKNOWN}
    if case["check"] == "recipient":  # it holds, and the verdict says that it is of somebody else
        shown |= {Result.GENUINE}
    assert report.credential is None or report.result in shown or report.foreign == "eve.example"
    assert time.process_time() - began < ENOUGH


def test_no_case_stands_twice_and_none_is_forgotten() -> None:
    names = [name for name, _ in CASES]

    assert len(set(names)) == len(names) >= 100
    assert {path.name for path in FOLDER.iterdir()} == {"index.json", *INDEX["files"]}
