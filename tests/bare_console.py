"""Commands that need no installation, and simulated files for them: answers and the parameters behind them."""

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng
from numpy.typing import NDArray

from assessor import commands
from tests.console import Ended, Run

Scores = NDArray[np.int64]


@pytest.fixture
def run_bare(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``assessor`` with these words, without an installation."""

    def run_command(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["assessor", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            commands.main()
        captured = capsys.readouterr()
        return Ended(int(ended.value.code or 0), captured.out, captured.err)

    return run_command


@dataclass(frozen=True)
class Bank:
    """Right-or-wrong items with a = 1.2, and people who answer them as the 2PL says.

    harder     how much harder an item is than on file, for everybody
    unfair     how much harder it is for the group ar, every third person
    impact     how much less able these are
    wrong_key  items whose score is turned round
    upper      share of those who know an item that are right
    copies     items answered like another one by 7 of 10 people
    asked      share of the items that a person is asked
    """

    people: int = 900
    size: int = 24
    seed: int = 1
    harder: Mapping[str, float] = field(default_factory=dict)
    unfair: Mapping[str, float] = field(default_factory=dict)
    impact: float = 0.0
    wrong_key: Sequence[str] = ()
    upper: Mapping[str, float] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    asked: float = 1.0

    @property
    def items(self) -> list[str]:
        """Names of the items, from easy to hard."""
        return [f"q{number:02}" for number in range(1, self.size + 1)]

    @property
    def difficulty(self) -> Any:
        """b of each item, as it is on file."""
        return np.linspace(-1.8, 1.8, self.size)

    @property
    def languages(self) -> list[str]:
        """The group of each person."""
        return ["ar" if number % 3 == 0 else "en" for number in range(self.people)]

    def answers(self) -> Scores:
        """Scores of everybody, -1 where an item was not asked."""
        rng = default_rng(self.seed)
        is_ar = np.array(self.languages) == "ar"
        theta = rng.standard_normal(self.people) - self.impact * is_ar
        b = np.tile(self.difficulty, (self.people, 1))
        for item, by in self.harder.items():
            b[:, self.items.index(item)] += by
        for item, by in self.unfair.items():
            b[is_ar, self.items.index(item)] += by
        chance = 1 / (1 + np.exp(-1.2 * (theta[:, np.newaxis] - b)))
        chance *= [self.upper.get(item, 1.0) for item in self.items]
        scores: Scores = (rng.random(chance.shape) < chance).astype(np.int64)
        for item, other in self.copies.items():
            same = rng.random(self.people) < 0.7
            scores[same, self.items.index(item)] = scores[same, self.items.index(other)]
        for item in self.wrong_key:
            scores[:, self.items.index(item)] = 1 - scores[:, self.items.index(item)]
        scores[rng.random(scores.shape) >= self.asked] = -1
        return scores

    def wide(self, path: Path, language: str = "language") -> Path:
        """Write the answers with one row a person."""
        cells = [["" if score < 0 else score for score in row] for row in self.answers().tolist()]
        rows = zip(self.languages, cells, strict=True)
        numbered = ([f"person-{number}", group, *own] for number, (group, own) in enumerate(rows))
        return write(path, ["person", language, *self.items], numbered)

    def long(self, path: Path) -> Path:
        """Write the answers with one row each."""
        scores = self.answers()
        asked = zip(*np.nonzero(scores >= 0), strict=True)
        rows = ([f"person-{of}", self.languages[of], self.items[what], scores[of, what]] for of, what in asked)
        return write(path, ["person", "language", "item", "score"], rows)

    def parameters(self, path: Path, b: Mapping[str, float] | None = None, **columns: str) -> Path:
        """Write the parameters on file; `b` adds to the difficulty of some, `columns` are the same for all items."""
        rows = (
            [item, "2pl", 1.2, f"{own + (b or {}).get(item, 0):.6f}", 0.08, 0.08, *columns.values()]
            for item, own in zip(self.items, self.difficulty, strict=True)
        )
        return write(path, ["item", "model", "a", "b", "se_a", "se_b", *columns], rows)


def write(path: Path, header: Sequence[str], rows: Any) -> Path:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
