"""Item parameters from the answers of many people.

>>> answers = Responses.from_matrix([[1, 0], [1, 1], [0, 0], [1, 0]], items=["phone", "mail"])
>>> calibration = calibrate(answers, Model.TWO_PL, priors=Priors.from_experts({"phone": -1.5, "mail": 0.5}))
>>> [round(item.b, 2) for item in calibration.parameters]
[-1.47, 0.6]
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from assessor.psychometrics.calibration.checks import CalibrationNotPossible, check, check_discrimination, check_errors
from assessor.psychometrics.calibration.covariance import covariance_of
from assessor.psychometrics.calibration.discrimination import falling_items
from assessor.psychometrics.calibration.em import OnStep, Problem, State, expectation_maximisation
from assessor.psychometrics.calibration.expected_counts import Map
from assessor.psychometrics.calibration.item_model import ItemModel, Model
from assessor.psychometrics.calibration.logistic import logistic_items
from assessor.psychometrics.calibration.populations import Populations
from assessor.psychometrics.calibration.priors import ItemPriors, Priors
from assessor.psychometrics.calibration.result import Calibration
from assessor.psychometrics.calibration.rows import unit_of_work
from assessor.psychometrics.calibration.stepwise import GradedItems, PartialCreditItems
from assessor.psychometrics.calibration.survey import Survey, survey
from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import Indices, Responses, Shard

POINTS = 61
"""Nodes of a calibration; 121 for one that others are compared with."""

RANGE = 6.0
"""The nodes are equally spaced from -6 to 6."""

NONE: Mapping[str, ItemParameters] = MappingProxyType({})


def calibrate(
    shards: Responses | Sequence[Shard],
    model: Model,
    *,
    priors: Priors | None = None,
    anchors: Mapping[str, ItemParameters] = NONE,
    map: Map = map,
    tolerance: float = 1e-4,
    points: int = POINTS,
    start: Mapping[str, ItemParameters] = NONE,
    on_step: OnStep | None = None,
    maximum_steps: int = 1_000,
    standard_errors: bool = True,
) -> Calibration:
    """Estimate item parameters by marginal maximum likelihood, or with priors by maximum posterior density.

    Parameters
    ----------
    shards
        Answers; or pieces of them with the same items and groups, each loaded where it is counted. Cells nobody was
        asked are missing by design: they change nothing. Groups have a mean and a standard deviation of their own;
        the first in `Responses.groups` is the reference, N(0, 1), unless anchors or experts' levels fix the scale.
    model
        The response model of the items that are not anchors.
    priors
        None = `Priors()`. `Priors.flat()` is maximum likelihood, for 1,000 answers an item and more. Experts' levels
        for half of the items or more fix the scale, and the populations are free; see `Priors.fix_scale`.
    anchors
        Items whose parameters stay: they alone fix the scale, and the populations are free (fixed-parameter
        calibration, Kim 2006). Any response model. Those that are not among the items are ignored.
    map
        Where shards are counted: `map`, or that of a process pool. Results are the same to the last bit; see
        `expected_counts`.
    tolerance
        Largest change of any of log a, d = -ab, … and of the populations in the last step.
    points
        Nodes from -6 to 6.
    start
        Parameters to start from, for instance of the last calibration, by item id.
    on_step
        Called after each E-step with its number and the log-likelihood.
    standard_errors
        False saves one pass over the answers; all standard errors are then 0.

    Returns
    -------
    Calibration
        Look at its `warnings`.

    Raises
    ------
    CalibrationNotPossible
        The answers do not determine what is asked; see `checks`.
    ResponsesNotUsable
        The shards do not fit together.

    References
    ----------
    Bock and Aitkin 1981; Mislevy 1986 (priors); Louis 1982 (standard errors).
    """
    believed = Priors() if priors is None else priors
    pieces = list(shards.shards()) if isinstance(shards, Responses) else list(shards)
    if not pieces:
        raise CalibrationNotPossible("There are no answers. Give at least one shard.")
    found = survey(pieces, map)
    warnings = check(found, model, believed, anchors)

    problem = _problem(pieces, found, model, believed, anchors, np.linspace(-RANGE, RANGE, points))
    first = _start(problem, found, anchors, start)
    last, e_steps = expectation_maximisation(problem, first, tolerance, maximum_steps, map, on_step)
    if last.change > tolerance:
        warnings.append(f"Not converged after {e_steps} steps: the last still changed a value by {last.change:.2g}.")
    falling = falling_items(problem, last.next, last.counts, map)
    warnings += check_discrimination(found.items, falling.tolist(), believed)

    covariance = covariance_of(problem, last.next, last.counts, map) if standard_errors else None
    parameters = _parameters(problem, found, anchors, last.next.values, covariance)
    warnings += check_errors(found.items, parameters, anchors)
    return Calibration(
        model,
        found.items,
        parameters,
        _for_all_items(problem, len(found.items), last.next.values, covariance),
        tuple(np.rint(found.answers).astype(int).tolist()),
        _groups(found, last.next.populations),
        last.counts.log_likelihood,
        e_steps,
        last.change <= tolerance,
        tuple(warnings),
    )


def _problem(
    pieces: Sequence[Shard],
    found: Survey,
    model: Model,
    priors: Priors,
    anchors: Mapping[str, ItemParameters],
    nodes: Array,
) -> Problem:
    names = found.items
    free = np.flatnonzero([item not in anchors for item in names])
    fixed = np.flatnonzero([item in anchors for item in names])
    items = _item_model(model, nodes, priors.of([names[at] for at in free]), np.maximum(found.highest_score[free], 1))
    of_anchors = log_probability_table([anchors[names[at]] for at in fixed], nodes, uncertain=False)
    categories = items.log_probability_table(items.start(np.full(len(free), 0.5))).shape[1]
    width = max(categories, of_anchors.shape[1], found.scores.shape[2])
    table = np.full((len(names), width, len(nodes)), -np.inf)
    table[fixed, : of_anchors.shape[1]] = of_anchors
    units = [unit_of_work(piece, width) for piece in pieces]
    is_placed = not len(fixed) and priors.fix_scale(names)
    return Problem(units, model, items, free, categories, table, len(fixed) > 0, priors, is_placed)


def _item_model(model: Model, nodes: Array, priors: ItemPriors, highest_scores: Indices) -> ItemModel:
    if model.is_dichotomous:
        return logistic_items(model, nodes, priors)
    if model is Model.GRM:
        return GradedItems(nodes, highest_scores, priors)
    return PartialCreditItems(nodes, highest_scores, priors, slope_is_free=model is Model.GPCM)


def _start(
    problem: Problem, found: Survey, anchors: Mapping[str, ItemParameters], start: Mapping[str, ItemParameters]
) -> State:
    """Return where EM begins: at the parameters given, elsewhere at what the share of points suggests."""
    scores = found.by_score[problem.free]
    reached = scores @ np.arange(scores.shape[1]) / np.maximum(found.highest_score[problem.free], 1)
    values = problem.items.start((reached + 0.5) / (scores.sum(axis=1) + 1))
    if any(item in start for item in found.items):
        suggested = problem.items.to_parameters(values, None)
        free = _free_items(problem, found)
        values = problem.items.to_values([start.get(item, own) for item, own in zip(free, suggested, strict=True)])
    if problem.model is Model.ONE_PL and problem.is_anchored:
        values[:, 0] = np.log(next(anchors[item].a for item in found.items if item in anchors))
    return State(values, Populations.standard(len(found.people)))


def _free_items(problem: Problem, found: Survey) -> list[str]:
    return [found.items[position] for position in problem.free]


def _parameters(
    problem: Problem,
    found: Survey,
    anchors: Mapping[str, ItemParameters],
    values: Array,
    covariance: Array | None,
) -> tuple[ItemParameters, ...]:
    known = dict(anchors) | dict(
        zip(_free_items(problem, found), problem.items.to_parameters(values, covariance), strict=True)
    )
    return tuple(known[item] for item in found.items)


def _for_all_items(problem: Problem, items: int, values: Array, covariance: Array | None) -> Array:
    """Return the covariance in the order of all items; zeros where nothing was estimated."""
    whole = np.zeros((items, values.shape[1], values.shape[1]))
    if covariance is not None:
        whole[problem.free] = covariance
    return whole


def _groups(found: Survey, populations: Populations) -> dict[str, tuple[float, float]]:
    moments = zip(populations.mean.tolist(), populations.deviation.tolist(), strict=True)
    return dict(zip(found.groups or ("",), moments, strict=True))
