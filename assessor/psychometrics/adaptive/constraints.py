"""What a test must contain and may not contain, as data.

    >>> rules = Constraints(competence_minimum={"4.1": 2}, media_maximum={"simulation": 1}, reading_load_cap=2)
    >>> Constraints.from_json(rules.to_json()) == rules
    True

Enemies and families need no rule here: the pool knows them. Constraints are used in three ways: what can no longer be
asked is shut out (`within_limits`); what is nearly used up, or has time, is weighed down against information
(`priority`); and a whole test that meets them all is assembled exactly (`shadow_test`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from assessor.psychometrics.adaptive.constraint_table import BAND, COMPETENCE, MEDIA, ConstraintTable, Quota
from assessor.psychometrics.adaptive.pool import Indices, Mask, Pool
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.rules import Rule
from assessor.psychometrics.standards.bands import Band

_MOST_ITEMS = 10_000


@dataclass(frozen=True)
class Constraints(Rule):
    """Limits of one test. Everything left out is free.

    competence_minimum   competence → how many items of it a test has at least
    competence_maximum   competence → how many at most
    band_minimum         the same for bands, by name in small letters: basic, intermediate, advanced, highly_advanced
    band_maximum
    media_minimum        the same for what items are made of: text, picture, simulation, sound, …
    media_maximum
    reading_load_cap     heaviest reading load of an item; None = any
    reading_load_budget  sum of the reading loads of all items of a test; None = any

    Minima hold for a test of full length. One that may stop before asks `minima_met` first.
    """

    competence_minimum: Mapping[str, int] = field(default_factory=dict)
    competence_maximum: Mapping[str, int] = field(default_factory=dict)
    band_minimum: Mapping[str, int] = field(default_factory=dict)
    band_maximum: Mapping[str, int] = field(default_factory=dict)
    media_minimum: Mapping[str, int] = field(default_factory=dict)
    media_maximum: Mapping[str, int] = field(default_factory=dict)
    reading_load_cap: int | None = None
    reading_load_budget: int | None = None

    def __post_init__(self) -> None:
        for kind in (COMPETENCE, BAND, MEDIA):
            self._check_counts(f"{kind}_minimum")
            self._check_counts(f"{kind}_maximum")
            for name, least in self.minimum(kind).items():
                most = self.maximum(kind).get(name, least)
                self.check(least <= most, f"the minimum of {kind} {name} ({least}) is above its maximum ({most})")
        bands = {band.name.lower() for band in Band}
        unknown = sorted((self.band_minimum.keys() | self.band_maximum.keys()) - bands)
        self.check(not unknown, f"{', '.join(unknown)} is no band; bands are {', '.join(sorted(bands))}")
        if self.reading_load_cap is not None:
            self.check_number("reading_load_cap", 0, 100, whole=True)
        if self.reading_load_budget is not None:
            self.check_number("reading_load_budget", 0, 100 * _MOST_ITEMS, whole=True)

    def __getstate__(self) -> dict[str, Any]:
        # Tables are quickly made again on the other side, and weak references cannot travel.
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def minimum(self, kind: str) -> Mapping[str, int]:
        """Return name → least number of items, for one of the kinds competence, band and media."""
        counts: Mapping[str, int] = getattr(self, f"{kind}_minimum")
        return counts

    def maximum(self, kind: str) -> Mapping[str, int]:
        """Return name → largest number of items, for one of the kinds competence, band and media."""
        counts: Mapping[str, int] = getattr(self, f"{kind}_maximum")
        return counts

    @property
    def has_quotas(self) -> bool:
        """Whether there are minima, maxima or a budget: limits that depend on what was asked before."""
        has_numbers = any(self.minimum(kind) or self.maximum(kind) for kind in (COMPETENCE, BAND, MEDIA))
        return has_numbers or self.reading_load_budget is not None

    def allowed(self, pool: Pool, language: str | None = None, device: str | None = None) -> Mask:
        """Return which items a sitting can show at all.

        Parameters
        ----------
        pool
            n items.
        language, device
            Of the sitting; None = do not restrict.

        Returns
        -------
        bool (items,): whether the item's reading load, languages and devices allow it.
        """
        allowed = np.ones(len(pool), dtype=np.bool_)
        if self.reading_load_cap is not None:
            allowed &= pool.reading_load <= self.reading_load_cap
        for wanted, name in ((language, "languages"), (device, "devices")):
            if wanted is not None:
                fits = (not getattr(item, name) or wanted in getattr(item, name) for item in pool.items)
                allowed &= np.fromiter(fits, dtype=np.bool_, count=len(pool))
        return allowed

    def within_limits(
        self, pool: Pool, asked: Sequence[int], length: int | None = None, among: Mask | None = None
    ) -> Mask:
        """Return which items may still follow those asked.

        Parameters
        ----------
        pool
            n items.
        asked
            Positions of the items so far, in any order.
        length
            Items of the whole test, so that minima get their places in time; None looks at maxima and the budget only.
        among
            What could be asked otherwise, bool (items,); None = everything. Families and enemies are the pool's, and
            are taken out of it before.

        Returns
        -------
        bool (items,), never more than `among`: see `ConstraintTable.within_limits`.
        """
        return self.table(pool).within_limits(asked, length, among)

    def priority(self, pool: Pool, asked: Sequence[int], length: int, positions: Indices | None = None) -> Array:
        """Return what the information of each item is to be multiplied by.

        Parameters
        ----------
        pool
            n items.
        asked
            Positions of the items so far, in any order.
        length
            Items of the whole test.
        positions
            Which items; None = all of the pool.

        Returns
        -------
        From 0 to 1, (positions,): see `ConstraintTable.priority`.

        References
        ----------
        Cheng and Chang 2009, British Journal of Mathematical and Statistical Psychology 62, 369-383.
        """
        return self.table(pool).priority(asked, length, positions)

    def minima_met(self, pool: Pool, asked: Sequence[int]) -> bool:
        """Whether every minimum is reached."""
        return not self.table(pool).missing(asked)

    def table(self, pool: Pool) -> ConstraintTable:
        """Return the constraints as arrays over a pool; made once for each pool."""
        found = self._tables.get(pool)
        if found is None:
            found = self._tables[pool] = ConstraintTable(
                self._quotas(pool), pool.reading_load, self.reading_load_budget
            )
        return found

    @cached_property
    def _tables(self) -> "WeakKeyDictionary[Pool, ConstraintTable]":
        return WeakKeyDictionary()

    def _quotas(self, pool: Pool) -> tuple[Quota, ...]:
        names = {
            COMPETENCE: [item.competence for item in pool.items],
            BAND: [item.band.name.lower() for item in pool.items],
            MEDIA: [item.media for item in pool.items],
        }
        return tuple(
            Quota(kind, name, np.array(of_items) == name, self.minimum(kind).get(name, 0), self.maximum(kind).get(name))
            for kind, of_items in names.items()
            for name in sorted(self.minimum(kind).keys() | self.maximum(kind).keys())
        )

    def _check_counts(self, name: str) -> None:
        counts = getattr(self, name)
        self.check(isinstance(counts, Mapping), f"{name} must be an object: name → number of items")
        self.check(
            all(
                isinstance(key, str) and type(value) is int and 0 <= value <= _MOST_ITEMS
                for key, value in counts.items()
            ),
            f"{name} must give whole numbers of items from 0 to {_MOST_ITEMS}",
        )
