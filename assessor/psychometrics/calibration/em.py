"""Marginal maximum likelihood, and maximum posterior density, by an accelerated EM algorithm.

EM (Bock and Aitkin 1981) climbs surely and slowly. Two things make it fast and leave the maximum where it is:
parameter expansion in the M-step (`populations`), and SQUAREM (Varadhan and Roland 2008), which leaps along the way of
the last two steps. A leap that lands lower than the steps were is not taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from assessor.psychometrics.calibration.expected_counts import ExpectedCounts, Map, expected_counts
from assessor.psychometrics.calibration.item_model import ItemModel, Model
from assessor.psychometrics.calibration.populations import Populations, best_scale, estimated, scale_of_priors
from assessor.psychometrics.calibration.priors import Priors
from assessor.psychometrics.calibration.rows import Rows
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import Indices

ROUNDING = 1e-12  # a log posterior that is lower by this share of itself is not lower

OnStep = Callable[[int, float], None]
"""Called after each E-step with its number, from 1, and the log-likelihood."""


@dataclass(frozen=True, eq=False)
class State:
    """Where EM stands: the values of the free items, (items, parameters), and the populations."""

    values: Array
    populations: Populations

    def to_vector(self) -> Array:
        """Return all numbers in one row."""
        return np.concatenate([self.values.ravel(), self.populations.to_values()])

    def from_vector(self, vector: Array) -> "State":
        """Return the state of this shape that a row of numbers stands for."""
        values = vector[: self.values.size].reshape(self.values.shape)
        return State(values, Populations.from_values(vector[self.values.size :]))

    def distance(self, other: "State") -> float:
        """Return the largest difference of any number."""
        return float(np.abs(self.to_vector() - other.to_vector()).max())


@dataclass(frozen=True, eq=False)
class Step:
    """One E-step and the M-step after it.

    at              where the E-step was done
    counts          what it gave
    log_posterior   log-likelihood plus log prior there, which EM raises
    next            where the M-step leads
    """

    at: State
    counts: ExpectedCounts
    log_posterior: float
    next: State

    @property
    def change(self) -> float:
        """The largest change of any value by this step."""
        return self.at.distance(self.next)


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be maximised.

    units        the answers, by shard
    model        the response model
    items        its free items
    free         their positions among all items
    categories   scores that the free items have; anchors may have more
    fixed_table  log P of the anchors, (all items, categories, nodes); the rows of free items are overwritten
    is_anchored  anchors fix the scale, so that every population is free
    priors       for the populations; the items have theirs
    is_placed    experts' levels fix the scale, so that every population is free
    """

    units: Sequence[Rows]
    model: Model
    items: ItemModel
    free: Indices
    categories: int
    fixed_table: Array
    is_anchored: bool
    priors: Priors
    is_placed: bool = False

    def table(self, values: Array) -> Array:
        """Return log P of all items: (items, categories, nodes)."""
        table = self.fixed_table.copy()
        table[self.free, : self.categories] = self.items.log_probability_table(values)
        return table

    def of_free(self, counts: ExpectedCounts) -> Array:
        """Return the expected people of the free items, for as many scores as these have."""
        return counts.scores[self.free, : self.categories]

    def log_prior(self, state: State) -> float:
        """Return the log prior density of everything."""
        return self.items.log_prior(state.values) + state.populations.log_prior(self.priors)

    def log_prior_renamed(self, state: State, mean: float, deviation: float) -> float:
        """Return the log prior density of the same state on the scale (theta - mean) / deviation."""
        return self.log_prior(self._renamed(state, mean, deviation))

    def _renamed(self, state: State, mean: float, deviation: float) -> State:
        return State(self.items.rescaled(state.values, mean, deviation), state.populations.rescaled(mean, deviation))

    def step(self, state: State, map: Map) -> Step:
        """Do one E-step and one M-step."""
        log_weights = state.populations.log_weights(self.items.nodes)
        counts = expected_counts(self.units, self.table(state.values), log_weights, map)
        values = self.items.maximise(state.values, self.of_free(counts))
        after = self._with_populations(State(values, state.populations), counts.nodes)
        return Step(state, counts, counts.log_likelihood + self.log_prior(state), after)

    def _with_populations(self, state: State, people: Array) -> State:
        """Estimate the populations, then rename theta as the scale is fixed.

        Anchors leave nothing to rename; experts' levels are met as well as can be; otherwise the first is N(0, 1).
        """
        nodes, before = self.items.nodes, state.populations
        if self.is_anchored:
            return State(state.values, estimated(nodes, people, before, self.priors))

        if self.is_placed:
            free = State(state.values, estimated(nodes, people, before, self.priors))
            scale = scale_of_priors(partial(self.log_prior_renamed, free), keep_deviation=self.model.slope_is_fixed)
            return self._renamed(free, *scale)

        log_prior = partial(self.log_prior_renamed, state)
        asked = None if self.priors.knows_no_scale else log_prior
        kept = float(before.deviation[0]) if self.model.slope_is_fixed else None
        mean, deviation = best_scale(nodes, people[0], asked, kept)
        moved = State(state.values, estimated(nodes, people, before, self.priors, mean))
        after = self._renamed(moved, mean, deviation)
        return State(after.values, after.populations.with_standard_reference(keep_deviation=self.model.slope_is_fixed))


def expectation_maximisation(
    problem: Problem, start: State, tolerance: float, maximum_steps: int, map: Map, on_step: OnStep | None = None
) -> tuple[Step, int]:
    """Return the last step, and how many E-steps were done.

    Ends when a step that is not a leap changes no value by more than `tolerance`, or after `maximum_steps`.
    """
    done = 0

    def step(state: State) -> Step:
        nonlocal done
        done += 1
        result = problem.step(state, map)
        if on_step is not None:
            on_step(done, result.counts.log_likelihood)
        return result

    current = step(start)
    while current.change > tolerance and done < maximum_steps:
        follow = step(current.next)
        if follow.change <= tolerance or done >= maximum_steps:
            return follow, done
        leap = leapt(current.at, follow.at, follow.next)
        landed = step(State(problem.items.within_bounds(leap.values), leap.populations))
        is_as_high = landed.log_posterior >= follow.log_posterior - ROUNDING * abs(follow.log_posterior)
        current = landed if is_as_high else step(follow.next)
    return current, done


def leapt(first: State, second: State, third: State) -> State:
    """Return the SQUAREM extrapolation of two steps, scheme S3 of Varadhan and Roland 2008, equation 8.

    x = x0 + 2 s r + s² v with r the first step, v the second minus the first, and s = |r| / |v|, at least 1.
    """
    start, middle, end = first.to_vector(), second.to_vector(), third.to_vector()
    stride = middle - start
    bend = (end - middle) - stride
    size = float(np.linalg.norm(bend))
    length = max(1.0, float(np.linalg.norm(stride)) / size) if size > 0 else 1.0
    return first.from_vector(start + 2 * length * stride + length**2 * bend)
