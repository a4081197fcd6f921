"""A test that chooses each question from the answers so far, and stops when enough is known.

    design           a pool and all rules of a test, as one value that is stored with each sitting
    pool             the items of one release, with everything computed from them once
    state            where a person stands: what was fixed at the start, what was answered, what is known
    steps            begin, answered, next_step, settled: the whole life of a sitting
    selection        which item comes next; `criteria` rate items, `shadow_test` is the exact reference
    constraints      what a test must contain and may not contain; `feasibility` says whether a pool can give it
    exposure         how often an item may be met; `exposure_counts` remembers how often it was
    stopping         when a test is over, and why

The calls of a sitting are here, so that callers need one name.
"""

from assessor.psychometrics.adaptive.design import Design
from assessor.psychometrics.adaptive.pool import Administered, Pool, PoolItem
from assessor.psychometrics.adaptive.state import Conditions, State
from assessor.psychometrics.adaptive.steps import (
    Administer,
    Finish,
    Step,
    answered,
    begin,
    competence_estimates,
    next_step,
    replay,
    settled,
)

__all__ = [
    "Administer",
    "Administered",
    "Conditions",
    "Design",
    "Finish",
    "Pool",
    "PoolItem",
    "State",
    "Step",
    "answered",
    "begin",
    "competence_estimates",
    "next_step",
    "replay",
    "settled",
]
