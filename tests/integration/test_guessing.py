"""Tapping at random is not a skill: the real bank and the rules of the first test give no certificate for it."""

from functools import cache

from assessor import demo
from assessor.banks import pools
from assessor.frameworks import digcomp_3_0
from assessor.items import source
from assessor.items.bank import Bank
from assessor.items.item import chance
from assessor.psychometrics.adaptive import Administered, Design, Finish, Pool, next_step, step_generator

GUESSERS = 60


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
    return Design.from_rules(Pool(pool), demo.RULES)


def share_of_guessers_with_a_band(of: Design) -> float:
    blind = {item.id: chance(item) for item in bank().items}
    awarded = 0
    for seed in range(GUESSERS):
        given: list[Administered] = []
        while not isinstance(step := next_step(of, given, step_generator(seed, len(given))), Finish):
            lucky = step_generator(seed + 10_000, len(given)).random() < blind[step.item_id]
            given.append(Administered(step.item_id, int(lucky)))
        awarded += of.awarded_band(step.estimate) is not None
    return awarded / GUESSERS


def test_people_who_tap_at_random_are_given_no_band() -> None:
    assert share_of_guessers_with_a_band(design(with_chance=True)) <= 0.02


def test_without_the_chance_of_a_blind_choice_many_of_them_would_be() -> None:
    assert share_of_guessers_with_a_band(design(with_chance=False)) > 0.08
