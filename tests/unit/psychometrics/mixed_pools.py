"""Pools that have everything constraints can speak of: media, devices, families, enemies, reading."""

import numpy as np
from numpy.random import default_rng

from assessor.psychometrics.adaptive.pool import Pool, PoolItem
from assessor.psychometrics.measuring.information import information_table
from assessor.psychometrics.measuring.response_models import Array, ItemParameters
from assessor.psychometrics.standards.bands import Band

COMPETENCES = ("1.1", "2.1", "4.1", "4.2")
MEDIA = ("text", "picture", "simulation", "sound")


def mixed_pool(items: int, seed: int) -> Pool:
    """Return items of four competences with slopes, difficulties and everything else drawn from the seed."""
    rng = default_rng(seed)
    pool = []
    for number in range(items):
        a, b = float(rng.lognormal(0.1, 0.3)), float(rng.standard_normal())
        is_kin, has_enemy, needs_a_desktop = rng.random(3) < (0.2, 0.1, 0.1)
        pool.append(
            PoolItem(
                f"item{number:03d}",
                ItemParameters(a, b),
                COMPETENCES[number % 4],
                Band(1 + int(np.searchsorted([-1, 0, 1], b))),
                family=f"family{number // 4}" if is_kin else None,
                enemies=frozenset({f"item{(number + 7) % items:03d}"}) if has_enemy else frozenset(),
                reading_load=int(rng.integers(0, 4)),
                media=str(rng.choice(MEDIA, p=[0.5, 0.3, 0.1, 0.1])),
                devices=frozenset({"desktop"}) if needs_a_desktop else frozenset(),
            )
        )
    return Pool(pool)


def information_at(pool: Pool, theta: float) -> Array:
    """Return the information of every item of the pool."""
    return information_table([item.parameters for item in pool.items], [theta])[:, 0]
