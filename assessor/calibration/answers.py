"""The answers of a file in pieces: in memory, or stored in a folder and loaded one at a time.

The pieces hold the same people in the same order however they were read, because the order of a sum decides its last
bit. A short test is kept as its different rows with their number, a longer one person by person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assessor.psychometrics.measuring.responses import Responses, Shard, Sparse

SHORT_TEST = 20
"""Items up to which equal rows are kept once: a million people fill few of the 2^20 rows there can be."""


@dataclass(frozen=True)
class Answers:
    """The answers of a file.

    items    item ids, in the order of the header or of their first appearance
    groups   names of the groups in alphabetical order; () = one population
    shards   the people, in pieces
    people   who answered at least one item
    silent   who were in the file and answered nothing; they are left out
    """

    items: tuple[str, ...]
    groups: tuple[str, ...]
    shards: Sequence[Shard]
    people: int
    silent: int = 0


@dataclass(frozen=True)
class StoredShard:
    """Answers in a file of this machine, loaded where they are worked on.

    path         what `store` wrote
    group_order  position in `groups` of each group as it was numbered when stored
    """

    path: Path
    items: tuple[str, ...]
    groups: tuple[str, ...]
    group_order: tuple[int, ...]

    def load(self) -> Responses:
        """Return the answers as they were stored."""
        with np.load(self.path, allow_pickle=False) as stored:
            weight, group = stored["weight"], stored["group"]
            if self.groups:
                group = np.array(self.group_order, dtype=np.intp)[group]
            if "scores" in stored:
                return Responses(self.items, stored["scores"], weight, self.groups, group)
            sparse = Sparse(stored["start"], stored["item"], stored["score"])
            return Responses(self.items, sparse, weight, self.groups, group)


def store(responses: Responses, path: Path) -> Path:
    """Write scores, weights and group numbers to a new file (.npz)."""
    scores, weight, group = responses.scores, responses.weight, responses.group
    if isinstance(scores, Sparse):
        np.savez(path, start=scores.start, item=scores.item, score=scores.score, weight=weight, group=group)
    else:
        np.savez(path, scores=scores, weight=weight, group=group)
    return path


def stored(answers: Answers, folder: Path) -> Answers:
    """Return the same answers with their pieces in files, so that workers are sent a name and not the scores."""
    if all(isinstance(shard, StoredShard) for shard in answers.shards):
        return answers
    order = tuple(range(len(answers.groups)))
    paths = [store(shard.load(), folder / f"{number}.npz") for number, shard in enumerate(answers.shards)]
    shards = tuple(StoredShard(path, answers.items, answers.groups, order) for path in paths)
    return replace(answers, shards=shards)


def in_memory(responses: Responses, silent: int) -> Answers:
    """Return answers that are in memory, cut as everything is cut."""
    people = responses.persons
    if len(responses.items) <= SHORT_TEST:
        responses = responses.patterns()
    return Answers(responses.items, responses.groups, tuple(responses.shards()), people, silent)
