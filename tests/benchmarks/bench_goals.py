"""How few questions a decision takes, and whether the stated certainty is the real one.

    python -m tests.benchmarks.bench_goals

Virtual people, fixed seeds. Each table sets our rule beside the usual one in the same run, with the same people.
Columns:

    items     mean length of a test
    exact     share whose likeliest level is the true one; far: the same further than .25 from every cut
    too high  share placed above their true level
    honesty   stated minus real share of right decisions
    SE/RMSE   root mean square of the stated standard errors, by the real root mean square error
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from assessor.psychometrics.adaptive import Design
from assessor.psychometrics.adaptive.selection import Selection
from assessor.psychometrics.adaptive.stopping import LikelihoodRatio, Stopping
from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.simulation.banks import expert_bank, framework_bank, realistic_bank
from assessor.psychometrics.simulation.life import live
from assessor.psychometrics.simulation.populations import Hierarchical
from assessor.psychometrics.simulation.walking import Judgement, Mapper, Walk, walk_all
from assessor.psychometrics.standards.bands import Bands

FAR = 0.25
# Cuts that everybody reaches stand in for the bands that a decision does not have.
ONE_CUT, FOUR_LEVELS = Bands(cuts=(-32.0, -31.0, -30.0, 0.0)), Bands(cuts=(-30.0, -1.0, 0.0, 1.0))
SHARPEST = Selection(best_of=1, opening_items=0)
NEVER = Stopping(minimum_items=3, maximum_items=30, when_decided=False, standard_error=None)
BANKS = (1, 2, 3)
PEOPLE = 800


@dataclass(frozen=True)
class Figures:
    """What a rule did to some people."""

    items: float
    exact: float
    far: float
    too_high: float
    honesty: float
    error_ratio: float

    @classmethod
    def of(cls, walks: Sequence[Walk], bands: Bands) -> "Figures":
        """Return the figures of walks, over every competence where a design tells them apart."""
        judgements: list[Judgement] = [one for walk in walks for one in walk.competences or (walk.whole,)]
        truth = np.array([one.true_theta for one in judgements])
        stated = np.array([one.level_probabilities for one in judgements])
        error = np.array([one.theta for one in judgements]) - truth
        spread = np.array([one.standard_error for one in judgements])
        level, found = np.searchsorted(bands.cuts, truth, side="right"), stated.argmax(axis=1)
        is_far = np.all(np.abs(truth[:, np.newaxis] - bands.cuts) > FAR, axis=1)
        return cls(
            float(np.mean([len(walk.items) for walk in walks])),
            float((found == level).mean()),
            float((found == level)[is_far].mean()),
            float((found > level).mean()),
            float(stated.max(axis=1).mean() - (found == level).mean()),
            float(np.sqrt(np.square(spread).mean() / np.square(error).mean())),
        )

    @classmethod
    def mean(cls, several: Iterable["Figures"]) -> "Figures":
        """Return the mean of figures of equally many people."""
        rows = [[one.items, one.exact, one.far, one.too_high, one.honesty, one.error_ratio] for one in several]
        return cls(*np.mean(rows, axis=0).tolist())


def show(title: str, rows: Sequence[tuple[str, Figures]], goal: str) -> None:
    """Print one table; the first row is what the others are compared with."""
    base = rows[0][1]
    print(f"\n{title}\n  goal: {goal}")
    print(f"{'':34} {'items':>7} {'× first':>8} {'exact':>7} {'far':>7} {'too high':>9} {'honesty':>8} {'SE/RMSE':>8}")
    for name, one in rows:
        print(
            f"{name:34} {one.items:7.1f} {one.items / base.items:8.2f} {one.exact:7.3f} {one.far:7.3f} "
            f"{one.too_high:9.3f} {one.honesty:+8.3f} {one.error_ratio:8.2f}",
            flush=True,
        )


def one_scale(bands: Bands, rules: Sequence[tuple[str, Stopping]], goal: str, title: str, map: Mapper) -> None:
    """Compare rules on three banks of 300 items."""
    rows = []
    for name, stopping in rules:
        figures = []
        for seed in BANKS:
            pool = realistic_bank(300, np.random.default_rng(seed), sd=1.2).pool
            design = Design(pool, selection=SHARPEST, stopping=stopping, bands=bands)
            figures.append(Figures.of(walk_all(design, 2_000, seed, map), bands))
        rows.append((name, Figures.mean(figures)))
    show(title, rows, goal)


def one_decision(map: Mapper) -> None:
    """G1: one badge decision."""
    rules = [
        ("standard error .30", replace(NEVER, standard_error=0.30)),
        ("P(pass) outside .10 to .90", replace(NEVER, level_certainty=0.90)),
        ("P(pass) outside .05 to .95", replace(NEVER, level_certainty=0.95)),
    ]
    title = "G1: one cut at 0, 300 items, 3 banks × 2,000 people"
    one_scale(ONE_CUT, rules, "at most 9.5 items, far .97, too high .045", title, map)


def four_levels(map: Mapper) -> None:
    """G2: four levels."""
    rules = [
        ("standard error .30", replace(NEVER, maximum_items=60, standard_error=0.30)),
        ("one level has .80", replace(NEVER, level_certainty=0.80)),
        ("one level has .90", replace(NEVER, level_certainty=0.90)),
        ("likelihood ratio .3, .1", replace(NEVER, likelihood_ratio=LikelihoodRatio())),
        ("one level has .80, curtailed .95", replace(NEVER, level_certainty=0.80, curtailment=0.95)),
    ]
    title = "G2: four levels, cuts -1, 0, 1, 300 items, 3 banks × 2,000 people"
    one_scale(FOUR_LEVELS, rules, "at most 14.5 items, exact .79, far .90", title, map)


def all_competences(map: Mapper) -> None:
    """G3: 21 competences at once, against 21 tests of one."""
    bank = framework_bank(np.random.default_rng(1), sd=1.0)
    areas = {code: code[0] for code in bank.pool.competences}
    least_certain = replace(SHARPEST, next_competence="certainty")

    def figures(hierarchy: Hierarchy, items: int, most: int | None) -> Figures:
        stopping = replace(NEVER, minimum_items=items, maximum_items=items, maximum_per_competence=most)
        selection = SHARPEST if most is None else least_certain
        design = Design(bank.pool, selection=selection, stopping=stopping, bands=FOUR_LEVELS, hierarchy=hierarchy)
        return Figures.of(walk_all(design, PEOPLE, 1, map, population=Hierarchical()), FOUR_LEVELS)

    together = Hierarchy(areas)
    rows = [
        ("21 separate tests of 10", figures(Hierarchy(areas, general=0, area=0), 210, None)),
        ("together, 105 items", figures(together, 105, 25)),
        ("together, 63 items", figures(together, 63, 25)),
        ("together, 105, prior too strong", figures(Hierarchy(areas, general=0.7, area=0.15), 105, 25)),
    ]
    goal = "105 items: exact .73, far .82; 63 items: .685, .77"
    show(f"G3: 21 competences, 100 items each, {PEOPLE} people", rows, goal)


def a_young_bank(map: Mapper) -> None:
    """G5: what a bank is worth after 0, 100 and 500 learners."""
    milestones = (0, 100, 500)
    stopping = replace(NEVER, maximum_items=20, level_certainty=0.90)
    at: dict[str, list[Figures]] = {}
    errors: dict[str, list[float]] = {}
    for seed in BANKS:
        bank = expert_bank(60, np.random.default_rng(100 + seed))
        design = Design(bank.pool, selection=SHARPEST, stopping=stopping, bands=FOUR_LEVELS)
        for stage in live(bank, design, milestones, 1_500, seed, map):
            name = f"{stage.learners} learners"
            at.setdefault(name, []).append(Figures.of(stage.walks, FOUR_LEVELS))
            errors.setdefault(name, []).append(stage.rmse_b)
        known = walk_all(replace(design, pool=bank.known_exactly), 1_500, seed, map, truth=bank.truth)
        at.setdefault("true parameters known", []).append(Figures.of(known, FOUR_LEVELS))
    rows = [(name, Figures.mean(several)) for name, several in at.items()]
    goal = "exact .71 / .735 / .745 with 0 / 100 / 500 learners"
    show("G5: 60 items placed by experts, at most 20 asked, 3 banks × 1,500 people", rows, goal)
    print("RMSE of b: " + ", ".join(f"{name} {np.mean(several):.3f}" for name, several in errors.items()))


GOALS: Sequence[Callable[[Mapper], None]] = (one_decision, four_levels, all_competences, a_young_bank)


def main() -> None:
    """Measure and print. G4 is in every table: honesty within .03, SE/RMSE from .95 to 1.10."""
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        for goal in GOALS:
            goal(workers.map)


if __name__ == "__main__":
    main()
