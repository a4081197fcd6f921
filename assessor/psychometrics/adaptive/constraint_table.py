"""Constraints as arrays over a pool: one row for each quota, one column for each item.

>>> is_easy = np.array([True, True, False])
>>> quota = Quota(BAND, "basic", is_easy, minimum=0, maximum=1)
>>> table = ConstraintTable((quota,), load=np.array([1, 1, 2]), budget=None)
>>> table.within_limits([0]).tolist()
[False, False, True]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assessor.psychometrics.adaptive.pool import Indices, Mask
from assessor.psychometrics.measuring.response_models import Array

COMPETENCE, BAND, MEDIA = "competence", "band", "media"


@dataclass(frozen=True, eq=False)
class Quota:
    """How many items of one kind a test has.

    kind     competence, band or media
    name     of the competence, band or medium
    members  which items of the pool are of it
    minimum  how many a test of full length has at least
    maximum  how many it has at most; None = any number
    """

    kind: str
    name: str
    members: Mask
    minimum: int
    maximum: int | None


@dataclass(frozen=True, eq=False)
class ConstraintTable:
    """All quotas of a design, and its reading budget.

    quotas  one for each row
    load    reading load of each item
    budget  most that the loads of a test may add up to; None = any

    `asked` are positions in the pool, in any order.
    """

    quotas: tuple[Quota, ...]
    load: Indices
    budget: int | None

    @cached_property
    def members(self) -> Mask:
        """Which items belong to which quota, shape (quotas, items)."""
        return np.array([quota.members for quota in self.quotas], dtype=np.bool_).reshape(-1, len(self.load))

    @cached_property
    def least(self) -> Indices:
        """Minimum of each quota."""
        return np.array([quota.minimum for quota in self.quotas], dtype=np.intp)

    @cached_property
    def most(self) -> Array:
        """Maximum of each quota; infinite where there is none."""
        return np.array([np.inf if quota.maximum is None else quota.maximum for quota in self.quotas])

    def missing(self, asked: Sequence[int]) -> tuple[Quota, ...]:
        """Return the quotas whose minimum is not reached."""
        return tuple(self.quotas[at] for at in np.flatnonzero(self._counts(asked) < self.least))

    def within_limits(self, asked: Sequence[int], length: int | None = None, among: Mask | None = None) -> Mask:
        """Return which items may follow those asked, shape (items,).

        Parameters
        ----------
        asked
            Items of the sitting so far.
        length
            Items of the whole test. Items that would leave too few places for the minima, or too little of the budget
            for the places, are then shut out as well. None looks at maxima and the budget only.
        among
            What could be asked otherwise; the budget is shared out over these.

        Notes
        -----
        Minima are looked after one kind at a time, so that a test can still end before its full length where kinds,
        families and enemies are at odds. `shadow_test` never does.
        """
        possible = np.ones(len(self.load), dtype=np.bool_) if among is None else among.copy()
        possible[list(asked)] = False
        counts = self._counts(asked)
        for at in np.flatnonzero(counts >= self.most):
            possible &= ~self.members[at]
        places = None if length is None else length - len(asked)
        if places is not None:
            for kind in (COMPETENCE, BAND, MEDIA):
                possible &= self._not_too_late(kind, counts, places)
        if self.budget is not None:
            possible &= self._affordable(asked, possible, places)
        return possible

    def priority(self, asked: Sequence[int], length: int, positions: Indices | None = None) -> Array:
        """Return the priority index of items before information is multiplied in: from 0 to 1, shape (positions,).

        The product over all quotas of the part of them that is left, ::

            maximum u, x asked    (u - x) / u                          for its members
            minimum l, x asked    (L - l - (t - x)) / (L - l)          for all others, while x < l

        with t items asked of L. The first is Cheng and Chang 2009. The second has the idea of the one-phase form of
        Cheng, Chang, Douglas and Guo 2009: a minimum of l is a maximum of L - l for everything else. It can wait for a
        good item, where two phases ask for the minima first; measured against shadow tests it loses less
        information. A reading load above what the budget has for each place counts down in proportion.

        positions  which items; None = all of the pool
        """
        counts, t = self._counts(asked), len(asked)
        is_member = self.members if positions is None else self.members[:, positions]
        inside = np.clip(1 - counts / np.maximum(self.most, 1), 0, 1)
        room = np.maximum(length - self.least - (t - counts), 0) / np.maximum(length - self.least, 1)
        outside = np.where(counts < self.least, room, 1.0)
        index = np.where(is_member, inside[:, np.newaxis], outside[:, np.newaxis]).prod(axis=0)
        if self.budget is not None and t < length:
            pace = max(self.budget - int(self.load[list(asked)].sum()), 0) / (length - t)
            load = self.load if positions is None else self.load[positions]
            index *= np.where(load <= pace, 1.0, pace / np.maximum(load, 1))
        return np.asarray(index, dtype=np.float64)

    def _counts(self, asked: Sequence[int]) -> Indices:
        return np.asarray(self.members[:, list(asked)].sum(axis=1, dtype=np.intp))

    def _not_too_late(self, kind: str, counts: Indices, places: int) -> Mask | bool:
        """Return what may be asked when the minima of one kind need every place that is left."""
        of_kind = np.array([quota.kind == kind for quota in self.quotas], dtype=np.bool_)
        needed = np.where(of_kind, np.maximum(self.least - counts, 0), 0)
        if needed.sum() < max(places, 1):
            return True
        return np.asarray(self.members[needed > 0].any(axis=0))

    def _affordable(self, asked: Sequence[int], possible: Mask, places: int | None) -> Mask:
        """Return the items whose load leaves enough of the budget for the lightest test that can follow."""
        assert self.budget is not None
        left = self.budget - int(self.load[list(asked)].sum())
        lightest = np.sort(self.load[possible])[: max(places or 1, 1)]
        # The lightest test with an item is the lightest of all, with the item in the place of its heaviest.
        return np.asarray(np.maximum(self.load + lightest[:-1].sum(), lightest.sum()) <= left)
