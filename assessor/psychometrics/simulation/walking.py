"""Virtual learners take the real test, one by one, with the very functions that ask real ones."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from numpy.random import PCG64, Generator, SeedSequence

from assessor.psychometrics.adaptive import Administered, Conditions, Design, Finish, answered, begin, next_step
from assessor.psychometrics.adaptive.exposure import Eligibility
from assessor.psychometrics.adaptive.exposure_counts import ExposureCounts, Visit, draw
from assessor.psychometrics.adaptive.pool import Indices
from assessor.psychometrics.adaptive.stopping import Reason
from assessor.psychometrics.measuring.ability import Estimate
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.simulation.populations import Learner, Population, supposed_by
from assessor.psychometrics.simulation.truth import Truth
from assessor.psychometrics.standards.bands import Band

# Learners in one unit of work: many against the cost of sending the pool, few against a worker's patience.
_CHUNK = 50

# Where exposure is controlled, those who come at the same time do not know of each other. A tenth of those who came
# before is few enough for the counts, and is the same however many workers there are.
_WAVE, _LARGEST_WAVE, _CHUNKS_OF_A_WAVE = 10, 400, 8

ITEM_STREAM, _LEARNER_STREAM, _ELIGIBILITY_STREAM, LIFE_STREAM = 0, 1, 2, 3
"""First numbers of the keys under which random numbers hang on a seed, so that no two purposes share any."""


class Mapper(Protocol):
    """What `map` does, in one process or on many machines; results come in the order of the work."""

    def __call__(
        self, function: Callable[["Chunk"], list["Walk"]], work: Iterable["Chunk"], /
    ) -> Iterable[list["Walk"]]: ...


class NobodyToWalk(ValueError):
    """A simulation without learners."""


@dataclass(frozen=True)
class Study:
    """What all learners of a simulation share: the test, the items as they really are, the population and the seed."""

    design: Design
    truth: Truth
    population: Population
    seed: int


@dataclass(frozen=True)
class Seat:
    """One learner to walk.

    number       of the learner, from 0 up: their random numbers hang on it
    theta        a given ability; None = drawn from the population
    eligibility  what exposure control left them; None = everything
    """

    number: int
    theta: float | None
    eligibility: Eligibility | None = None


@dataclass(frozen=True)
class Chunk:
    """Learners to walk on one machine."""

    study: Study
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Judgement:
    """What a test says of one ability, beside the truth.

    level_probabilities  stated probability of being below the first cut, between the first and the second, …
    awarded              the band that is awarded for it; None = none
    """

    true_theta: float
    theta: float
    standard_error: float
    level_probabilities: tuple[float, ...]
    awarded: Band | None


@dataclass(frozen=True)
class Walk:
    """One virtual learner's test.

    whole        the ability as a whole: of all competences, weighted by their share of the test
    competences  each competence, in the order of the pool, where the design tells them apart; else empty
    guesses      whether the learner tapped blindly; their true abilities say nothing about the answers then
    visits       where each item was chosen; kept only where exposure is controlled
    scores       of the items, in their order
    """

    items: tuple[str, ...]
    reason: Reason
    whole: Judgement
    competences: tuple[Judgement, ...] = ()
    guesses: bool = False
    visits: tuple[Visit, ...] = ()
    scores: tuple[int, ...] = ()

    @property
    def true_theta(self) -> float:
        """The true ability as a whole."""
        return self.whole.true_theta

    @property
    def awarded(self) -> Band | None:
        """The band awarded for the ability as a whole."""
        return self.whole.awarded


def walk_all(
    design: Design,
    learners: int,
    seed: int,
    map: Mapper = map,
    *,
    thetas: Sequence[float] = (),
    population: Population | None = None,
    truth: Truth | None = None,
    draw_items: bool = False,
) -> list[Walk]:
    """Return the single walks behind `simulate`, for finer questions. Raises `NobodyToWalk` for no learners."""
    given: list[float | None] = [None] * learners + [float(theta) for theta in thetas]
    if learners < 0 or not given:
        raise NobodyToWalk("A simulation needs at least one learner.")
    population = population or supposed_by(design.hierarchy, design.pool.competences)
    study = Study(design, truth or _truth(design, seed, draw_items=draw_items), population, seed)
    seats = [Seat(number, theta) for number, theta in enumerate(given)]
    if design.exposure is not None:
        return _walk_in_waves(study, seats, map)
    return [walk for walks in map(walk_chunk, _chunks(study, seats, _CHUNK)) for walk in walks]


def walk_chunk(chunk: Chunk) -> list[Walk]:
    """Walk the learners of one chunk: the unit of work that `map` hands out."""
    return [_walk(chunk.study, seat) for seat in chunk.seats]


def _chunks(study: Study, seats: Sequence[Seat], size: int) -> Iterator[Chunk]:
    return (Chunk(study, tuple(seats[at : at + size])) for at in range(0, len(seats), size))


def _walk_in_waves(study: Study, seats: Sequence[Seat], map: Mapper) -> list[Walk]:
    """Walk learners who come one wave after the other, each wave knowing what those before it met."""
    design, control = study.design, study.design.exposure
    assert control is not None
    dimension = () if design.hierarchy is None else design.pool.competence_of
    ids = [item.id for item in design.pool.items]
    counts = ExposureCounts.empty(ids, control.edges, control.condition, dimension)
    done: list[Walk] = []
    while len(done) < len(seats):
        first, size = len(done), min(max(1, len(done) // _WAVE), _LARGEST_WAVE)
        wave = [_with_draw(seat, counts, control.maximum, study.seed) for seat in seats[first : first + size]]
        chunks = _chunks(study, wave, -(-size // _CHUNKS_OF_A_WAVE))
        for seat, walk in zip(wave, (walk for walks in map(walk_chunk, chunks) for walk in walks), strict=True):
            assert seat.eligibility is not None
            counts = counts.with_sitting(seat.eligibility, walk.visits, control.forgetting)
            done.append(walk)
    return done


def _with_draw(seat: Seat, counts: ExposureCounts, maximum: float, seed: int) -> Seat:
    rng = stream(seed, _ELIGIBILITY_STREAM, seat.number)
    return Seat(seat.number, seat.theta, draw(counts, maximum, rng))


def _walk(study: Study, seat: Seat) -> Walk:
    design, pool = study.design, study.design.pool
    rng = stream(study.seed, _LEARNER_STREAM, seat.number)
    learner = study.population.draw(rng, pool.competences)
    if seat.theta is not None:
        learner = learner.at(seat.theta)
    scores = _scores(study, learner, rng)

    state = begin(design, Conditions(int(rng.integers(2**63)), eligibility=seat.eligibility))
    visits: list[Visit] = []
    while not isinstance(step := next_step(design, state), Finish):
        position = pool.position[step.item_id]
        visits.append(Visit(state.knowledge.theta_of(pool.competence_of[position]), step.item_id))
        state = answered(design, state, Administered(step.item_id, int(scores[position])))

    knowledge = step.state.knowledge
    return Walk(
        items=tuple(visit.item_id for visit in visits),
        reason=step.reason,
        whole=_judgement(design, _weighted_mean(learner.thetas, design.weights), step.estimate),
        competences=()
        if design.hierarchy is None
        else tuple(
            _judgement(design, theta, knowledge.of_competence(at)) for at, theta in enumerate(learner.thetas.tolist())
        ),
        guesses=learner.guesses,
        visits=() if seat.eligibility is None else tuple(visits),
        scores=state.scores,
    )


def _judgement(design: Design, true_theta: float, estimate: Estimate) -> Judgement:
    probabilities = design.bands.level_probabilities(estimate)
    awarded = design.awarded_band(estimate)
    return Judgement(true_theta, estimate.theta, estimate.standard_error, probabilities, awarded)


def _scores(study: Study, learner: Learner, rng: Generator) -> Indices:
    """Return what the learner would answer to every item: drawn at once, whatever the test asks later."""
    luck = rng.random(len(study.design.pool))
    if learner.guesses:
        return study.truth.blind_scores(learner.chance, luck)
    return study.truth.scores(learner.thetas[study.design.pool.competence], luck)


def _weighted_mean(values: Array, weights: Array) -> float:
    # Around the first value, so that equal abilities keep their last digit: a learner exactly on a cut stays there.
    return float(values[0] + weights @ (values - values[0]))


def _truth(design: Design, seed: int, *, draw_items: bool) -> Truth:
    stated = [item.parameters for item in design.pool.items]
    return Truth.drawn(stated, stream(seed, ITEM_STREAM)) if draw_items else Truth.of(stated)


def stream(seed: int, *key: int) -> Generator:
    """Return the random numbers that hang on a seed under a key."""
    return Generator(PCG64(SeedSequence(seed, spawn_key=key)))
