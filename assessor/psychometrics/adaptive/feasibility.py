"""Whether a pool can make a test as a design wants it, asked before anybody sits it.

    >>> from assessor.psychometrics.standards.bands import Band
    >>> from assessor.psychometrics.measuring.response_models import ItemParameters
    >>> pool = Pool([PoolItem("phone-update", ItemParameters(1, 0), competence="4.1", band=Band.BASIC)])
    >>> check_feasible(Constraints(competence_minimum={"4.1": 2}), pool, length=1)
    Traceback (most recent call last):
    ...
    assessor.psychometrics.adaptive.feasibility.ConstraintsNotMet: The design asks for 2 items of competence 4.1, but \
the pool has 1. The minima of each competence add up to 2 items, but the test has 1.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from assessor.psychometrics.adaptive.constraint_table import BAND, COMPETENCE, MEDIA, Quota
from assessor.psychometrics.adaptive.constraints import Constraints
from assessor.psychometrics.adaptive.pool import Indices, Mask, Pool, PoolItem
from assessor.psychometrics.adaptive.shadow_test import ShadowTestInfeasible, ShadowTests

_OF: Final = {COMPETENCE: "of competence", BAND: "of band", MEDIA: "with medium"}


class ConstraintsNotMet(ValueError):
    """No test of the pool can meet the constraints of the design.

    reasons  sentences, each naming what is asked for and what there is
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


def check_feasible(
    constraints: Constraints, pool: Pool, length: int, language: str | None = None, device: str | None = None
) -> None:
    """Check that a test of this length can be made.

    Parameters
    ----------
    constraints, pool
        Of the design.
    length
        Items of a whole test.
    language, device
        In which and on which it will be taken; None = do not restrict. Check each that is offered.

    Raises
    ------
    ConstraintsNotMet
        With every reason that can be named. If each constraint can be met alone but not all together, which an integer
        programme finds out, it says so.
    """
    usable = constraints.allowed(pool, language, device)
    shown = _shown(constraints, language, device)
    reasons = [
        *_too_few(constraints.table(pool).quotas, pool, usable, length, shown),
        *_do_not_add_up(constraints, pool, usable, length),
        *_too_much_to_read(constraints, pool, usable, length),
    ]
    if reasons:
        raise ConstraintsNotMet(reasons)
    try:
        ShadowTests(pool, constraints, length, language, device).assemble(np.zeros(len(pool)))
    except ShadowTestInfeasible:
        raise ConstraintsNotMet(
            [
                f"Each constraint can be met alone, but no test of {length} items meets all of them, one of each "
                "family and no enemies. Loosen one, or add items that meet several."
            ]
        ) from None


def _too_few(quotas: Iterable[Quota], pool: Pool, usable: Mask, length: int, shown: str) -> Iterator[str]:
    there = _different(pool, np.flatnonzero(usable))
    if there < length:
        yield f"The test has {length} items, but the pool has {there}{shown}, counting a family once."
    for quota in quotas:
        there = _different(pool, np.flatnonzero(usable & quota.members))
        if there < quota.minimum:
            wanted = f"{quota.minimum} {_items(quota.minimum)} {_OF[quota.kind]} {quota.name}"
            yield f"The design asks for {wanted}, but the pool has {there}{shown}."


def _do_not_add_up(constraints: Constraints, pool: Pool, usable: Mask, length: int) -> Iterator[str]:
    quotas = constraints.table(pool).quotas
    for kind in (COMPETENCE, BAND, MEDIA):
        least = sum(constraints.minimum(kind).values())
        if least > length:
            yield f"The minima of each {kind} add up to {least} items, but the test has {length}."
        limited = [quota for quota in quotas if quota.kind == kind and quota.maximum is not None]
        if not limited:
            continue
        free = usable & ~np.any([quota.members for quota in limited], axis=0)
        at_most = sum(min(quota.maximum or 0, int((usable & quota.members).sum())) for quota in limited)
        at_most += int(free.sum())
        if at_most < min(length, int(usable.sum())):
            yield f"The maxima of each {kind} leave room for {at_most} items, but the test has {length}."


def _too_much_to_read(constraints: Constraints, pool: Pool, usable: Mask, length: int) -> Iterator[str]:
    budget = constraints.reading_load_budget
    lightest = int(np.sort(pool.reading_load[usable])[:length].sum())
    if budget is not None and lightest > budget:
        yield f"The {length} items with least to read have a reading load of {lightest}; the design allows {budget}."


def _shown(constraints: Constraints, language: str | None, device: str | None) -> str:
    """Return what narrows the pool, as the end of a clause."""
    narrowed = [
        f"that a {device} can show" if device is not None else "",
        f"in {language}" if language is not None else "",
        f"with a reading load of at most {constraints.reading_load_cap}"
        if constraints.reading_load_cap is not None
        else "",
    ]
    return "".join(f" {clause}" for clause in narrowed if clause)


def _different(pool: Pool, positions: Indices) -> int:
    """Return how many of the items one person can meet at most: a family counts once."""
    items: list[PoolItem] = [pool.items[at] for at in positions]
    return len({item.family for item in items if item.family is not None}) + sum(item.family is None for item in items)


def _items(count: int) -> str:
    return "item" if count == 1 else "items"
