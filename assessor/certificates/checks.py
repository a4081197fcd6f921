"""One step of a check of paper, and the causes of an answer that is not sure."""

from dataclasses import dataclass
from typing import Literal

State = Literal["passed", "failed", "not checked"]
Cause = Literal[
    "no_bundle",
    "old_bundle",
    "unknown_key",
    "altered",
    "key_not_valid",
    "key_stolen",
    "no_issued_list",
    "no_list",
    "not_had",
    "bad_list",
    "old_list",
]
"""Why a result is 2, 6 or 7, for the sentence that is shown. The page uses the same words, and
"no_network" where it could ask nobody."""


@dataclass(frozen=True, slots=True)
class Check:
    """One step: what was looked at, how it went, and why in one sentence."""

    name: str
    state: State
    reason: str
