"""The design of a test: a pool, and the rules by which it is asked and judged.

    >>> sorted(Design.known_parts())
    ['bands', 'constraints', 'estimator', 'exposure', 'hierarchy', 'selection', 'stopping']

All policy is in this one value, checked when it is made and stored with each sitting as JSON.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Self

import numpy as np

from assessor.psychometrics.adaptive.constraints import Constraints
from assessor.psychometrics.adaptive.exposure import ExposureControl
from assessor.psychometrics.adaptive.pool import Mask, Pool, Table
from assessor.psychometrics.adaptive.selection import Selection
from assessor.psychometrics.adaptive.state import ManyAbilities, OneAbility
from assessor.psychometrics.adaptive.stopping import Stopping
from assessor.psychometrics.measuring.ability import Estimate, Estimator, NormalEstimate
from assessor.psychometrics.measuring.hierarchy import Hierarchy, Posterior
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.rules import Rule, RuleNotUnderstood
from assessor.psychometrics.standards.bands import Band, Bands, Standing

_PARTS: Mapping[str, type[Rule]] = {
    "estimator": Estimator,
    "hierarchy": Hierarchy,
    "selection": Selection,
    "constraints": Constraints,
    "exposure": ExposureControl,
    "stopping": Stopping,
    "bands": Bands,
}
_MAY_BE_NONE = {"hierarchy", "exposure"}


@dataclass(frozen=True)
class Design:
    """A pool and the rules of a test.

    estimator    the prior of each ability and the grid
    hierarchy    how competences hang together; None = one ability behind all of them
    selection    which item comes next
    constraints  what a test must contain and may not contain
    exposure     how often an item may be shown; None = as often as it is the best
    stopping     when the test is over
    bands        what is awarded

    The rules are plain values: `rules_to_json` is stored with each sitting, `from_rules` brings them back
    together with the pool of the sitting's release. Raises `RuleNotUnderstood` for rules that do not fit the
    pool.
    """

    pool: Pool
    estimator: Estimator = field(default_factory=Estimator)
    selection: Selection = field(default_factory=Selection)
    stopping: Stopping = field(default_factory=Stopping)
    bands: Bands = field(default_factory=Bands)
    hierarchy: Hierarchy | None = None
    constraints: Constraints = field(default_factory=Constraints)
    exposure: ExposureControl | None = None

    def __post_init__(self) -> None:
        if missing := sorted(set(self.selection.shares) - set(self.pool.competences)):
            raise RuleNotUnderstood(f"The pool has no items of {', '.join(missing)}, which the design gives a share.")
        if self.stopping.each_competence and self.hierarchy is None:
            raise RuleNotUnderstood("To decide each competence (each_competence), a design needs a hierarchy.")

    def __getstate__(self) -> dict[str, Any]:
        # What was computed from the rules is quickly computed again on the other side.
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @cached_property
    def highest_band(self) -> Band | None:
        """The highest band this pool can award; None = none."""
        return self.bands.highest_awardable(item.band for item in self.pool.items)

    @cached_property
    def weights(self) -> Array:
        """What each competence counts in the whole, in the order of `pool.competences`; sums to 1."""
        shares = self.selection.share_of(self.pool)
        return np.asarray(shares / shares.sum(), dtype=np.float64)

    @cached_property
    def prior_covariance(self) -> Array:
        """The prior covariance of the competences, shape (K, K)."""
        assert self.hierarchy is not None
        return self.hierarchy.covariance(self.pool.competences) * self.estimator.prior_sd**2

    def general(self, knowledge: ManyAbilities) -> NormalEstimate:
        """Return the estimate of what all competences have in common, on the scale of each of them."""
        assert self.hierarchy is not None
        variance = self.estimator.prior_sd**2
        return knowledge.posterior.general(math.sqrt(self.hierarchy.general) * variance, variance)

    @cached_property
    def has_quotas(self) -> bool:
        """Whether the constraints limit how many items of a kind a test has."""
        return self.constraints.has_quotas

    @cached_property
    def table(self) -> Table:
        """log P(score | theta) of the pool's items on the grid of the estimator."""
        return self.pool.table(self.estimator.grid)

    @cached_property
    def before(self) -> OneAbility | ManyAbilities:
        """What is known of a person before anything was answered: the prior."""
        if self.hierarchy is None:
            return OneAbility.of(self.estimator, np.zeros(self.estimator.points))
        mean = np.full(len(self.pool.competences), float(self.estimator.prior_mean))
        prior = Posterior.before(self.estimator.grid, mean, self.prior_covariance)
        return ManyAbilities.of(prior, self.weights)

    def open_to(self, language: str | None, device: str | None) -> Mask:
        """Return which items may be asked of somebody with this test language and device; None = not restricted."""
        key = language, device
        if key not in self._open:
            allowed = self.constraints.allowed(self.pool, language, device)
            allowed &= self.selection.share_of(self.pool)[self.pool.competence] > 0
            if self.has_quotas:
                allowed = self.constraints.within_limits(self.pool, (), self.stopping.maximum_items, allowed)
            allowed.setflags(write=False)  # every sitting begins with this one
            self._open[key] = allowed
        return self._open[key]

    @cached_property
    def _open(self) -> dict[tuple[str | None, str | None], Mask]:
        return {}

    def awarded_band(self, estimate: Estimate) -> Band | None:
        """Return the band to award, or None."""
        return self.bands.awarded_band(estimate, self.highest_band)

    def awarded_level(self, estimate: Estimate) -> int | None:
        """Return the level 1 to 8 to award, or None."""
        return self.bands.awarded_level(estimate, self.highest_band)

    def standing(self, estimate: Estimate) -> Standing:
        """Return what may be said of an estimate: level probabilities, what is reached, what is borderline."""
        return self.bands.standing(estimate, self.highest_band)

    def rules_to_json(self) -> dict[str, Any]:
        """Return the rules, without the pool, as a JSON object."""
        rules = {name: getattr(self, name) for name in _PARTS}
        return {name: None if rule is None else rule.to_json() for name, rule in rules.items()}

    @classmethod
    def from_rules(cls, pool: Pool, rules: Mapping[str, Any]) -> Self:
        """Build a design from a pool and stored rules; what the rules leave out takes its default."""
        if not isinstance(rules, Mapping):
            raise RuleNotUnderstood(f"The rules of a design must be an object of parts, not {rules!r}.")
        if unknown := sorted(set(rules) - set(_PARTS)):
            raise RuleNotUnderstood(f"A design has no part {', '.join(unknown)}. It has: {', '.join(sorted(_PARTS))}.")
        written = _as_written_now(rules)
        parts: dict[str, Any] = {}
        for name, rule in _PARTS.items():
            is_none = name in _MAY_BE_NONE and written.get(name) is None
            parts[name] = None if is_none else rule.from_json(written.get(name, {}))
        return cls(pool, **parts)

    @staticmethod
    def known_parts() -> frozenset[str]:
        """Return the names of the parts that rules may have."""
        return frozenset(_PARTS)


def _as_written_now(rules: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return stored rules in today's words: version 0.1 had the reading load's cap in `selection`."""
    selection = rules.get("selection", {})
    if not isinstance(selection, Mapping) or "reading_load_cap" not in selection:
        return rules
    if not isinstance(rules.get("constraints", {}), Mapping):
        return rules  # refused where the part is read
    rest = {name: value for name, value in selection.items() if name != "reading_load_cap"}
    constraints = {"reading_load_cap": selection["reading_load_cap"], **rules.get("constraints", {})}
    return {**rules, "selection": rest, "constraints": constraints}
