"""Tapping at random is not a skill: the real bank and the rules of the first test give no certificate for it."""

from functools import cache

import numpy as np

from assessor import demo
from assessor.assessments import designing
from assessor.banks import pools
from assessor.frameworks import digcomp_3_0
from assessor.items import source
from assessor.items.bank import Bank
from assessor.items.item import chance
from assessor.psychometrics.adaptive import Administered, Conditions, Design, Finish, Pool, answered, begin, next_step
from assessor.psychometrics.adaptive.exposure_counts import draw
from assessor.sittings import exposure

GUESSERS = 200


@cache
def bank() -> Bank:
    return source.load_bank(demo.ROOT / "question_banks" / demo.BANK, digcomp_3_0.levels_by_outcome())


def design(with_chance: bool) -> Design:
    scored = [item for item in bank().items if item.id in bank().parameters]
    pool = []
    for item in scored:
        own = bank().parameters[item.id]
        known = pools.parameters(item, own.a, own.b, own.se_a, own.se_b)
        if not with_chance:
            known = type(known)(own.a, own.b, own.se_a, own.se_b)
        pool.append(pools.pool_item(item, known))
    return Design.from_rules(Pool(pool), {**designing.usual_rules(Pool(pool)), **demo.RULES})


def share_of_guessers_with_a_band(of: Design) -> float:
    """Let one after the other tap; what they met is counted, so the best items are soon held back."""
    assert of.exposure is not None
    counts = exposure.no_counts(of, of.exposure)
    blind = {item.id: chance(item) for item in bank().items}
    awarded = 0
    for seed in range(GUESSERS):
        rng = np.random.default_rng(seed)
        eligibility = draw(counts, of.exposure.maximum, rng)
        state = begin(of, Conditions(seed, eligibility=eligibility))
        while not isinstance(step := next_step(of, state), Finish):
            lucky = rng.random() < blind[step.item_id]
            state = answered(of, state, Administered(step.item_id, int(lucky)))
        counts = counts.with_sitting(eligibility, exposure.path(of, step.state), of.exposure.forgetting)
        awarded += of.awarded_band(step.estimate) is not None
    return awarded / GUESSERS


def test_people_who_tap_at_random_are_given_no_band() -> None:
    assert share_of_guessers_with_a_band(design(with_chance=True)) <= 0.02


def test_without_the_chance_of_a_blind_choice_many_of_them_would_be() -> None:
    assert share_of_guessers_with_a_band(design(with_chance=False)) > 0.08
