"""Virtual learners walk through the real test: what a design will do before a person meets it.

    >>> pool = pool_from_rows([{"item": "only", "a": 1, "b": 0, "competence": "1.1", "band": "basic"}])
    >>> simulate(Design(pool), learners=3, seed=1).mean_length
    1.0

Every learner has random numbers of their own, spawned from the seed. So the report does not depend on how the
work was split, and two designs compared with one seed meet the same people with the same luck.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

from assessor.psychometrics.adaptive import Administered, Design, Finish, next_step, step_generator
from assessor.psychometrics.bands import CUTS, Band
from assessor.psychometrics.pool import Pool, PoolItem
from assessor.psychometrics.response_models import Array, ItemParameters, probability
from assessor.psychometrics.stopping import Reason

FAR_FROM_A_CUT = 0.25
"""Distance in theta from which a learner's band is clear: nearer, no short test can tell."""

# Learners in one unit of work: many against the cost of sending the pool, few against a worker's patience.
_CHUNK = 50

_ITEM_STREAM, _LEARNER_STREAM = 0, 1


class Mapper(Protocol):
    """What `map` does, in one process or on many machines; results come in the order of the work."""

    def __call__(
        self, function: Callable[["Chunk"], list["Walk"]], work: Iterable["Chunk"], /
    ) -> Iterable[list["Walk"]]: ...


@dataclass(frozen=True)
class Truth:
    """What the items are really like: slope, difficulty and guessing share, in the order of the pool."""

    slope: Array
    difficulty: Array
    guessing: Array


@dataclass(frozen=True)
class Chunk:
    """Learners to walk on one machine; `thetas` holds None for a learner drawn from the population."""

    design: Design
    truth: Truth
    seed: int
    first: int
    thetas: tuple[float | None, ...]


@dataclass(frozen=True)
class Walk:
    """One virtual learner's test."""

    true_theta: float
    theta: float
    standard_error: float
    items: tuple[str, ...]
    reason: Reason
    awarded: Band | None


@dataclass(frozen=True)
class SimulationReport:
    """What a design did to virtual learners.

    learners       how many took the test
    mean_length    items asked
    exact          share whose awarded band is their true band (below Basic counts as one; nothing above what
                   the pool can award). An award needs .90 certainty, so most misses are one band too low, by
                   intention
    far            the same among learners more than 0.25 from every cut that matters; None = there were none
    decided        share of tests that stopped because the award was decided
    too_high       share awarded more than they have
    bias           mean of estimate minus truth, in theta
    rmse           root mean square of the same
    mean_se        mean stated standard error; honest when close to rmse
    exposure_max   share of learners who met the most used item
    seconds        time the walking took
    exposure       item → share of learners who met it
    by_reason      reason to stop → share
    length_by_band true band ("below_basic" or a band's name) → mean number of items
    """

    learners: int
    mean_length: float
    exact: float
    far: float | None
    decided: float
    too_high: float
    bias: float
    rmse: float
    mean_se: float
    exposure_max: float
    seconds: float
    exposure: Mapping[str, float] = field(repr=False)
    by_reason: Mapping[str, float] = field(repr=False)
    length_by_band: Mapping[str, float] = field(repr=False)


def simulate(
    design: Design,
    learners: int,
    seed: int,
    map: Mapper = map,
    *,
    thetas: Sequence[float] = (),
    draw_items: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> SimulationReport:
    """Let learners drawn from N(0, 1), and one more for each of `thetas`, take the test.

    seed        0 or above; the same seed gives the same report (except `seconds`), whatever `map` is
    map         applies a function to chunks of learners: a pool's or a cluster's map fits
    draw_items  False: items are as the pool states. True: their true parameters are drawn once within the
                stated standard errors, which shows what not knowing them costs
    """
    started = clock()
    walks = walk_all(design, learners, seed, map, thetas=thetas, draw_items=draw_items)
    return report_on(design, walks, clock() - started)


def walk_all(
    design: Design,
    learners: int,
    seed: int,
    map: Mapper = map,
    *,
    thetas: Sequence[float] = (),
    draw_items: bool = False,
) -> list[Walk]:
    """Return the single walks behind `simulate`, for finer questions. Raises ValueError for no learners."""
    everyone: list[float | None] = [None] * learners + [float(theta) for theta in thetas]
    if learners < 0 or not everyone:
        raise ValueError("A simulation needs at least one learner.")
    truth = _truth(design.pool, seed, draw_items=draw_items)
    starts = range(0, len(everyone), _CHUNK)
    chunks = (Chunk(design, truth, seed, at, tuple(everyone[at : at + _CHUNK])) for at in starts)
    return [walk for walks in map(walk_chunk, chunks) for walk in walks]


def walk_chunk(chunk: Chunk) -> list[Walk]:
    """Walk the learners of one chunk: the unit of work that `map` hands out."""
    return [_walk(chunk, chunk.first + offset, theta) for offset, theta in enumerate(chunk.thetas)]


def _walk(chunk: Chunk, learner: int, given_theta: float | None) -> Walk:
    design, truth = chunk.design, chunk.truth
    rng = _stream(chunk.seed, _LEARNER_STREAM, learner)
    drawn_theta = float(rng.standard_normal())
    theta = drawn_theta if given_theta is None else given_theta
    is_right = rng.random(len(design.pool)) < probability(theta, truth.slope, truth.difficulty, truth.guessing)
    sitting_seed = int(rng.integers(2**63))

    administered: list[Administered] = []
    while True:
        step = next_step(design, administered, step_generator(sitting_seed, len(administered)))
        if isinstance(step, Finish):
            break
        score = int(is_right[design.pool.position[step.item_id]])
        administered.append(Administered(step.item_id, score))
    estimate = step.estimate
    items = tuple(answer.item_id for answer in administered)
    awarded = design.awarded_band(estimate)
    return Walk(theta, estimate.theta, estimate.standard_error, items, step.reason, awarded)


def report_on(design: Design, walks: Sequence[Walk], seconds: float) -> SimulationReport:
    """Summarise walks; `seconds` is what they took."""
    truth = np.array([walk.true_theta for walk in walks])
    error = np.array([walk.theta for walk in walks]) - truth
    lengths = np.array([len(walk.items) for walk in walks])
    true_bands = np.array([design.bands.band_at(walk.true_theta, design.highest_band) or 0 for walk in walks])
    awarded = np.array([walk.awarded or 0 for walk in walks])
    is_exact = awarded == true_bands
    cuts = np.array(design.bands.relevant_cuts(design.highest_band))
    is_far = np.all(np.abs(truth[:, np.newaxis] - cuts) > FAR_FROM_A_CUT, axis=1)
    shown = Counter(item for walk in walks for item in walk.items)
    exposure = {item.id: shown[item.id] / len(walks) for item in design.pool.items}
    reasons = Counter(walk.reason for walk in walks)
    return SimulationReport(
        learners=len(walks),
        mean_length=float(lengths.mean()),
        exact=float(is_exact.mean()),
        far=float(is_exact[is_far].mean()) if is_far.any() else None,
        decided=reasons[Reason.DECIDED] / len(walks),
        too_high=float((awarded > true_bands).mean()),
        bias=float(error.mean()),
        rmse=float(np.sqrt(np.square(error).mean())),
        mean_se=float(np.mean([walk.standard_error for walk in walks])),
        exposure_max=max(exposure.values()),
        seconds=seconds,
        exposure=exposure,
        by_reason={reason.value: reasons[reason] / len(walks) for reason in Reason},
        length_by_band={
            _band_name(int(band)): float(lengths[true_bands == band].mean()) for band in np.unique(true_bands)
        },
    )


def _truth(pool: Pool, seed: int, *, draw_items: bool) -> Truth:
    """Return the items as stated, or one draw: b ~ N(b, se_b²), log a ~ N(log a, (se_a / a)²)."""
    parameters = [item.parameters for item in pool.items]
    slope = np.array([p.a for p in parameters])
    difficulty = np.array([p.b for p in parameters])
    guessing = np.array([p.c for p in parameters])
    if draw_items:
        rng = _stream(seed, _ITEM_STREAM)
        relative_error = np.array([p.se_a for p in parameters]) / slope
        slope = slope * np.exp(relative_error * rng.standard_normal(len(pool)))
        difficulty = difficulty + np.array([p.se_b for p in parameters]) * rng.standard_normal(len(pool))
    return Truth(slope, difficulty, guessing)


def _stream(seed: int, *key: int) -> Generator:
    return Generator(PCG64(SeedSequence(seed, spawn_key=key)))


def _band_name(band: int) -> str:
    return Band(band).name.lower() if band else "below_basic"


class ParametersNotReadable(ValueError):
    """A row of item parameters that does not make an item; the message names row and column."""


_MODELS = {"", "rasch", "1pl", "2pl", "3pl"}


def pool_from_rows(rows: Iterable[Mapping[str, Any]]) -> Pool:
    """Build a pool from the rows of a PARAMETERS.csv, for simulating without a bank.

    Columns: item, a, b. Optional: competence (without it all items are of one), band (a name such as `basic`, or
    1 to 4; without it the band in which b lies), model (rasch, 1pl, 2pl, 3pl), se_a, se_b, c, family, enemies
    (item ids with spaces between), reading_load. Other columns are left alone. Raises `ParametersNotReadable`.
    """
    return Pool([_item_from_row(number, row) for number, row in enumerate(rows, start=1)])


def _item_from_row(number: int, row: Mapping[str, Any]) -> PoolItem:
    text = {column: str(value).strip() for column, value in row.items() if value is not None}
    try:
        if text.get("model", "").lower() not in _MODELS:
            raise ValueError(f"model {text['model']} is not one of rasch, 1pl, 2pl, 3pl")
        return PoolItem(
            id=_needed(text, "item"),
            parameters=ItemParameters(
                a=float(text.get("a") or 1),
                b=float(_needed(text, "b")),
                se_a=float(text.get("se_a") or 0),
                se_b=float(text.get("se_b") or 0),
                c=float(text.get("c") or 0),
            ),
            competence=text.get("competence") or "all",
            band=_band(text["band"]) if text.get("band") else _band_of(float(text["b"])),
            family=text.get("family") or None,
            enemies=frozenset(text.get("enemies", "").split()),
            reading_load=int(text.get("reading_load") or 1),
        )
    except ValueError as error:
        raise ParametersNotReadable(f"Row {number} of the item parameters: {error}.") from error


def _needed(text: Mapping[str, str], column: str) -> str:
    if not text.get(column):
        raise ValueError(f"column {column} is missing or empty")
    return text[column]


def _band_of(b: float) -> Band:
    return max((band for band, cut in zip(Band, CUTS, strict=True) if b >= cut), default=Band.BASIC)


def _band(text: str) -> Band:
    name = text.upper().replace("-", "_").replace(" ", "_")
    if name in Band.__members__:
        return Band[name]
    if text in {"1", "2", "3", "4"}:
        return Band(int(text))
    raise ValueError(f"band {text} is not one of {', '.join(band.name.lower() for band in Band)}, 1 to 4")
