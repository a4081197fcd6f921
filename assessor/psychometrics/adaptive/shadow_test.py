"""The exact selector: at every step the best whole test that is still possible, and its best item.

    >>> from assessor.psychometrics.standards.bands import Band
    >>> from assessor.psychometrics.adaptive.pool import PoolItem
    >>> from assessor.psychometrics.measuring.response_models import ItemParameters
    >>> items = [PoolItem(f"{c}.{n}", ItemParameters(1, 0), competence=c, band=Band.BASIC) for c in "12" for n in "ab"]
    >>> tests = ShadowTests(Pool(items), Constraints(competence_minimum={"2": 1}), length=2)
    >>> tests.assemble(np.array([4.0, 3.0, 1.0, 2.0])).items.tolist()
    [0, 3]

A shadow test has the full length, holds every item already asked, meets all constraints and is the most informative
such test at the present estimate (van der Linden and Reese 1998). Because a whole test is always in hand, choosing
from it can never lead to a dead end. It is the reference that quicker selectors are measured against: solving an
integer programme for each item takes a thousand times as long as rating the items.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.adaptive.constraints import Constraints
from assessor.psychometrics.adaptive.pool import Indices, Mask, Pool
from assessor.psychometrics.measuring.response_models import Array

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

# Merits that differ by less are equal.
_DECIMALS = 9

# What scipy.optimize.milp calls them.
_OPTIMAL, _INFEASIBLE = 0, 2


class ShadowTestInfeasible(ValueError):
    """No test of this length holds the items already asked and meets all constraints."""


class ShadowTestNotFound(RuntimeError):
    """The solver gave up before it had the best test; it says nothing of whether there is one."""


@dataclass(frozen=True, eq=False)
class ShadowTest:
    """A whole test.

    items       positions in the pool, ascending
    objective   its information
    is_relaxed  whether exposure control was set aside because it left no test
    """

    items: Indices
    objective: float
    is_relaxed: bool = False


@dataclass(frozen=True, eq=False)
class ShadowTests:
    """Assembles tests from a pool.

    length      items of a whole test
    language    of the sitting; None = any
    device      of the sitting; None = any
    time_limit  seconds that one assembly may take. The clock decides only whether there is an answer: a test that is
                not known to be the best by then is never returned
    """

    pool: Pool
    constraints: Constraints
    length: int
    language: str | None = None
    device: str | None = None
    time_limit: float = 10.0

    def assemble(self, information: Array, asked: Sequence[int] = (), eligible: Mask | None = None) -> ShadowTest:
        """Return the most informative test that holds the items asked.

        Parameters
        ----------
        information
            Of each item of the pool at the present estimate, shape (items,).
        asked
            Positions of the items so far. They stay, even where they could not be asked now.
        eligible
            What exposure control leaves, shape (items,); None = everything. If no test can be made from that, one is
            made from everything: van der Linden and Veldkamp 2004.

        Raises
        ------
        ShadowTestInfeasible
            There is no such test.
        ShadowTestNotFound
            `time_limit` was too short to find the best.
        """
        if len(asked) > self.length:
            raise ShadowTestInfeasible(
                f"{len(asked)} items were asked already; a test of {self.length} cannot hold them."
            )
        chosen = self._solve(information, asked, eligible)
        is_relaxed = chosen is None and eligible is not None
        if is_relaxed:
            chosen = self._solve(information, asked, None)
        if chosen is None:
            raise ShadowTestInfeasible(
                f"No test of {self.length} items holds the {len(asked)} already asked and meets all constraints. "
                "Loosen a minimum or a maximum, shorten the test, or add items."
            )
        return ShadowTest(chosen, float(information[chosen].sum()), is_relaxed)

    def select(self, information: Array, asked: Sequence[int] = (), eligible: Mask | None = None) -> int:
        """Return the position of the item to ask next: the most informative of the shadow test not asked yet.

        Parameters and errors as in `assemble`. Among the items of that test equally informative ones are settled by
        item id. Where several tests are equally good, which of them is found is the solver's affair: it finds the same
        one again, but another version of scipy may find another. What is delivered (`selection`) does not rest on it.
        """
        test = self.assemble(information, asked, eligible)
        left = np.setdiff1d(test.items, np.asarray(asked, dtype=np.intp))
        if not len(left):
            raise ShadowTestInfeasible(f"All {self.length} items of the test were asked; nothing is left to choose.")
        return int(left[np.round(information[left], _DECIMALS).argmax()])

    def _solve(self, information: Array, asked: Sequence[int], eligible: Mask | None) -> Indices | None:
        """Return the items of the best test; None if there is no test. Maximises sum I x over x in {0, 1}."""
        from scipy.optimize import Bounds, milp

        must, may = np.zeros(len(self.pool)), self._allowed.copy()
        if eligible is not None:
            may &= eligible
        must[list(asked)], may[list(asked)] = 1.0, True
        result = milp(
            -information,
            integrality=np.ones(len(self.pool), dtype=np.int64),
            bounds=Bounds(must, may),
            constraints=self._rows,
            options={"time_limit": self.time_limit, "mip_rel_gap": 0.0},
        )
        if result.status == _OPTIMAL and result.x is not None:
            return np.flatnonzero(result.x > 0.5)
        if result.status == _INFEASIBLE:
            return None
        raise ShadowTestNotFound(f"No best test was found in {self.time_limit} s: {result.message}")

    @cached_property
    def _allowed(self) -> Mask:
        return self.constraints.allowed(self.pool, self.language, self.device)

    @cached_property
    def _rows(self) -> "LinearConstraint":
        """The constraints as lower <= A x <= upper."""
        from scipy.optimize import LinearConstraint
        from scipy.sparse import csr_array, vstack

        table, kin = self.constraints.table(self.pool), _kin(self.pool)
        columns = np.array([at for members in kin for at in members], dtype=np.intp)
        starts = np.cumsum([0, *map(len, kin)])
        rows = [
            csr_array(np.ones((1, len(self.pool)))),
            csr_array(table.members.astype(np.float64)),
            csr_array((np.ones(len(columns)), columns, starts), shape=(len(kin), len(self.pool))),
        ]
        lower: list[ArrayLike] = [[self.length], table.least, np.zeros(len(kin))]
        upper: list[ArrayLike] = [[self.length], table.most, np.ones(len(kin))]
        if table.budget is not None:
            rows.append(csr_array(table.load[np.newaxis].astype(np.float64)))
            lower.append([0])
            upper.append([table.budget])
        return LinearConstraint(vstack(rows), np.hstack(lower), np.hstack(upper))


def _kin(pool: Pool) -> list[tuple[int, ...]]:
    """Return groups of which a test may have one item: each family, and pairs of enemies of different families."""
    family = [item.family for item in pool.items]
    enemies = [
        (at, enemy)
        for at, others in enumerate(pool.enemies)
        for enemy in others.tolist()
        if at < enemy and (family[at] is None or family[at] != family[enemy])
    ]
    return [tuple(members.tolist()) for members in pool.families.values() if len(members) > 1] + enemies
