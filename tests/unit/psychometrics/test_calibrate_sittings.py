"""Parameters that follow the answers of an adaptive test: nearer to the truth, on the scale of the experts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from assessor.psychometrics.adaptive import Design, Pool
from assessor.psychometrics.adaptive.pool import HistoryNotOfPool
from assessor.psychometrics.calibration.abilities import settle
from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import Normal, Priors
from assessor.psychometrics.care.recalibration import MOST_ROUNDS, calibrate_sittings
from assessor.psychometrics.measuring.ability import Grid
from assessor.psychometrics.measuring.hierarchy import Hierarchy, Posterior
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.measuring.responses import Responses
from assessor.psychometrics.simulation import populations
from assessor.psychometrics.simulation.banks import VirtualBank, competence_codes, expert_bank
from assessor.psychometrics.simulation.walking import Walk, walk_all

CODES = competence_codes((2, 2))


@dataclass(frozen=True)
class Answered:
    """A sitting as written down."""

    items: Sequence[str]
    scores: Sequence[int]


@pytest.fixture(scope="module")
def bank() -> VirtualBank:
    return expert_bank(40, np.random.default_rng(11), competences=CODES)


@pytest.fixture(scope="module")
def design(bank: VirtualBank) -> Design:
    return Design(bank.pool)


@pytest.fixture(scope="module")
def walks(bank: VirtualBank, design: Design) -> list[Walk]:
    return walk_all(design, 300, seed=5, truth=bank.truth)


def error_of_b(bank: VirtualBank, pool: Pool) -> float:
    return float(np.sqrt(np.square(pool.difficulty - bank.truth.b).mean()))


def test_abilities_of_many_are_those_of_each() -> None:
    grid, rng = Grid(-6, 6, 121), np.random.default_rng(3)
    covariance = Hierarchy({code: code[0] for code in CODES}).covariance(CODES)
    thresholds = rng.normal(0, 1, (5, 4, 1))
    likelihood = -3 * np.log1p(np.exp(rng.choice([-1.5, 1.5], (5, 4, 1)) * (grid.theta - thresholds)))
    likelihood[2] = 0.0
    likelihood[3, 1:] = 0.0

    together = settle(grid, likelihood, np.full(4, 0.2), covariance)

    for at, own in enumerate(likelihood):
        alone = Posterior.before(grid, np.full(4, 0.2), covariance).settled(own)
        assert together.mean[at] == pytest.approx(alone.mean, abs=1e-6)
        assert together.covariance[at] == pytest.approx(alone.covariance, abs=1e-6)
        theta = np.exp(together.log_posterior(np.array([at]), 1, grid, own[np.newaxis, 1]))[0]
        assert theta @ grid.theta / theta.sum() == pytest.approx(alone.competence(1).theta, abs=1e-6)


def test_difficulties_come_nearer_to_the_truth(bank: VirtualBank, design: Design, walks: list[Walk]) -> None:
    learned = calibrate_sittings(design, walks)

    assert error_of_b(bank, learned.pool) < 0.65 * error_of_b(bank, bank.pool)
    assert sum(learned.answers) == sum(len(walk.items) for walk in walks)
    assert learned.rounds < MOST_ROUNDS


def test_with_one_ability_it_is_the_estimate_of_a_calibration(design: Design, walks: list[Walk]) -> None:
    learned = calibrate_sittings(design, walks)
    met = [item for item, answers in zip(design.pool.items, learned.answers, strict=True) if answers]
    number = {item.id: at for at, item in enumerate(met)}
    rows = np.array(
        [(at, number[i], s) for at, walk in enumerate(walks) for i, s in zip(walk.items, walk.scores, strict=True)]
    )
    priors = Priors(experts={item.id: Normal(item.parameters.b, item.parameters.se_b) for item in met})
    person, item, score = rows.T
    answers = Responses.from_rows(person, item, score, [one.id for one in met])

    whole = calibrate(answers, Model.TWO_PL, priors=priors)

    theirs = np.array([one.b for one in whole.parameters])
    ours = np.array([learned.pool.items[design.pool.position[one.id]].parameters.b for one in met])
    assert np.corrcoef(ours, theirs)[0, 1] > 0.995
    # The two find the scale of the people by different ways, and everything may move with it.
    assert np.std(ours - theirs) < 0.1


def test_the_order_of_sittings_changes_nothing(design: Design, walks: list[Walk]) -> None:
    forwards, backwards = (calibrate_sittings(design, order) for order in (walks[:60], walks[59::-1]))

    assert forwards.pool.difficulty == pytest.approx(backwards.pool.difficulty, abs=1e-9)


def test_beginners_do_not_make_a_bank_seem_harder(bank: VirtualBank, design: Design) -> None:
    walks = walk_all(design, 300, seed=6, truth=bank.truth, population=populations.Normal(mean=-1.0, sd=0.8))

    learned = calibrate_sittings(design, walks)

    assert learned.people.mean == pytest.approx(-1.0, abs=0.3)
    assert learned.people.sd == pytest.approx(0.8, abs=0.15)
    assert abs((learned.pool.difficulty - bank.truth.b).mean()) < 0.15
    assert error_of_b(bank, learned.pool) < 0.8 * error_of_b(bank, bank.pool)


def test_competences_that_hang_together_teach_each_other_s_items(bank: VirtualBank) -> None:
    hierarchical = Design(bank.pool, hierarchy=Hierarchy({code: code[0] for code in CODES}))
    walks = walk_all(hierarchical, 300, seed=7, truth=bank.truth)

    together = calibrate_sittings(hierarchical, walks)
    as_one = calibrate_sittings(replace(hierarchical, hierarchy=None), walks)

    assert error_of_b(bank, together.pool) < error_of_b(bank, as_one.pool)


def test_shares_and_distances_of_thresholds_stay_as_they_are() -> None:
    guessed = ItemParameters(1.2, 0.0, 0.3, 0.5, c=0.25, d=0.97)
    steps = ItemParameters.stepwise(Curve.GRADED, 1.1, [-1.0, 0.5], 0.3, 0.5)
    pool = Pool(
        replace(item, parameters=parameters)
        for item, parameters in zip(expert_bank(2, np.random.default_rng(1)).pool.items, [guessed, steps], strict=True)
    )
    names = [item.id for item in pool.items]

    learned = calibrate_sittings(Design(pool), [Answered(names, [1, 2]) for _ in range(60)])

    logistic, graded = (item.parameters for item in learned.pool.items)
    assert (logistic.c, logistic.d) == (0.25, 0.97)
    assert logistic.b < guessed.b
    assert graded.b < steps.b
    assert graded.thresholds[1] - graded.thresholds[0] == pytest.approx(1.5)


def test_an_item_known_exactly_holds_the_scale_and_one_that_nobody_met_stays(design: Design) -> None:
    first, second, *rest = design.pool.items
    anchor = replace(first, parameters=replace(first.parameters, se_a=0.0, se_b=0.0))
    anchored = replace(design, pool=Pool([anchor, second, *rest]))

    learned = calibrate_sittings(anchored, [Answered([first.id, second.id], [1, 0])] * 20)

    assert learned.pool.items[0].parameters == anchor.parameters
    assert learned.pool.items[1].parameters.b > second.parameters.b
    assert learned.pool.items[2:] == design.pool.items[2:]


def test_without_sittings_everything_stays(design: Design) -> None:
    learned = calibrate_sittings(design, [])

    assert learned.pool is design.pool
    assert (learned.people.mean, learned.people.sd, learned.rounds) == (0.0, 1.0, 0)


@pytest.mark.parametrize(("item", "score"), [("unheard-of", 1), ("item-000001", 2)])
def test_answers_that_the_pool_cannot_have_are_refused(design: Design, item: str, score: int) -> None:
    with pytest.raises(HistoryNotOfPool):
        calibrate_sittings(design, [Answered([item], [score])])
