"""Answers of people to five items, and a bank in which everything is in order."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import default_rng

from tests.bare_console import Bank

B = np.array([-1.5, -0.5, 0.0, 0.5, 1.5])
ITEMS = ["phone", "mail", "photo", "form", "robot"]
IN_ORDER = Bank(impact=0.7)


def answers(people: int = 600, difficulty: Any = B, seed: int = 1) -> Any:
    """Scores of people from N(0, 1) on items with a = 1.2."""
    rng = default_rng(seed)
    theta = rng.standard_normal(people)[:, np.newaxis]
    return (rng.random((people, len(difficulty))) < 1 / (1 + np.exp(-1.2 * (theta - difficulty)))).astype(int)


def table(path: Path, scores: Any, header: list[str] | None = None) -> Path:
    """Write scores as a CSV file; -1 is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header or ITEMS[: len(scores[0])])
        writer.writerows([["" if score == -1 else score for score in row] for row in np.asarray(scores).tolist()])
    return path


def with_constant_item() -> Any:
    """Scores with an item that everybody has right."""
    scores = answers()
    scores[:, 1] = 1
    return scores
