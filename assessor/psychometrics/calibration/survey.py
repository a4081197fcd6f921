"""One pass over the answers before they are calibrated: who answered what, and what hangs together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from assessor.psychometrics.calibration.expected_counts import Map
from assessor.psychometrics.calibration.rows import CELLS
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import MISSING, Indices, ResponsesNotUsable, Scores, Shard, Sparse


@dataclass(frozen=True, eq=False)
class Survey:
    """What the answers of some shards are, added up.

    items, groups  as in `Responses`
    people         people with at least one answer, by group: (groups,), one group where there are none
    scores         people by group, item and score: (groups, items, highest score + 1)
    part           the same number for items that are linked: by a person who answered both, or over other items
    """

    items: tuple[str, ...]
    groups: tuple[str, ...]
    people: Array
    scores: Array
    part: Indices

    def __add__(self, other: "Survey") -> "Survey":
        if (self.items, self.groups) != (other.items, other.groups):
            raise ResponsesNotUsable("All shards must have the same items and groups in the same order.")
        width = max(self.scores.shape[2], other.scores.shape[2])
        scores = _widened(self.scores, width) + _widened(other.scores, width)
        _, representative, of_item = np.unique(other.part, return_index=True, return_inverse=True)
        part = _joined(self.part, np.arange(len(self.items)), representative[of_item])
        return Survey(self.items, self.groups, self.people + other.people, scores, part)

    @property
    def by_score(self) -> Array:
        """People by item and score, all groups together: (items, categories)."""
        return np.asarray(self.scores.sum(axis=0), dtype=np.float64)

    @property
    def answers(self) -> Array:
        """People who answered each item, (items,)."""
        return np.asarray(self.scores.sum(axis=(0, 2)), dtype=np.float64)

    @property
    def highest_score(self) -> Indices:
        """Highest score that anybody has on each item, 0 for one that nobody answered: (items,)."""
        scores = np.arange(self.scores.shape[2])
        return np.asarray(np.where(self.by_score > 0, scores, 0).max(axis=1), dtype=np.intp)


def survey(shards: Sequence[Shard], map: Map) -> Survey:
    """Return the survey of all shards.

    Raises
    ------
    ResponsesNotUsable
        The shards do not have the same items and groups.
    """
    found: Iterable[Survey] = map(_survey_of, shards)
    return reduce(Survey.__add__, found)


def _survey_of(shard: Shard) -> Survey:
    responses = shard.load()
    groups, items = max(len(responses.groups), 1), len(responses.items)
    scores = np.zeros((groups, items, max(int(responses.highest_score.max()), 0) + 1))
    people, part = np.zeros(groups), np.arange(items, dtype=np.intp)
    size = max(CELLS // items, 1)
    for first in range(0, responses.persons, size):
        block = responses.rows(first, min(first + size, responses.persons))
        group = block.group if block.groups else np.zeros(block.persons, dtype=np.intp)
        if isinstance(block.scores, Sparse):
            answered = np.diff(block.scores.start) > 0
            _add_answers(scores, block.scores, block.weight, group)
            part = _joined(part, *_neighbours(block.scores.start, block.scores.item.astype(np.intp)))
        else:
            was_asked = block.scores != MISSING
            answered = was_asked.any(axis=1)
            _add_cells(scores, block.scores, block.weight, group)
            part = np.zeros_like(part) if was_asked.all() else _joined(part, *_links(was_asked))
        people += np.bincount(group, block.weight * answered, minlength=groups)
    return Survey(responses.items, responses.groups, people, scores, part)


def _add_answers(total: Array, answers: Sparse, weight: Array, group: Indices) -> None:
    """Add people by group, item and score."""
    _, items, categories = total.shape
    row = np.repeat(np.arange(len(weight)), np.diff(answers.start))
    place = (group[row] * items + answers.item) * categories + answers.score
    total += np.bincount(place, weight[row], minlength=total.size).reshape(total.shape)


def _add_cells(total: Array, cells: Scores, weight: Array, group: Indices) -> None:
    """Add people by group, item and score."""
    for number in np.unique(group).tolist():
        rows = slice(None) if len(total) == 1 else group == number
        own, each_is_one = weight[rows], bool((weight[rows] == 1).all())
        for score in range(total.shape[2]):
            has_score = cells[rows] == score
            total[number, :, score] += np.count_nonzero(has_score, axis=0) if each_is_one else own @ has_score


def _links(was_asked: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """Return pairs of items that link all those a person was asked, for each person."""
    row, item = np.nonzero(was_asked)
    start = np.searchsorted(row, np.arange(len(was_asked) + 1))
    return _neighbours(start.astype(np.intp), item)


def _neighbours(start: Indices, item: Indices) -> tuple[Indices, Indices]:
    """Return each answer's item and the next one of the same person."""
    is_last = np.zeros(len(item) + 1, dtype=bool)
    is_last[start[1:] - 1] = True
    follows = np.flatnonzero(~is_last[: len(item)])
    return item[follows], item[np.minimum(follows + 1, len(item) - 1)]


def _joined(part: Indices, first: Indices, second: Indices) -> Indices:
    """Return the parts after linking pairs of items."""
    links = sparse.coo_array((np.ones(len(first)), (part[first], part[second])), shape=(len(part), len(part)))
    _, label = connected_components(links, directed=False)
    return np.asarray(label[part], dtype=np.intp)


def _widened(scores: Array, width: int) -> Array:
    return np.pad(scores, ((0, 0), (0, 0), (0, width - scores.shape[2])))
