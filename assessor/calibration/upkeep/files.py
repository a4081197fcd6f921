"""From files to an inspection: reads them, and refuses those that do not belong together or are too large."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assessor.calibration.answers import Answers
from assessor.calibration.bank_items import BankItem, read_bank
from assessor.calibration.csv_tables import OnBytes
from assessor.calibration.opening import read_answers
from assessor.calibration.unusable import FileNotUsable, listed, shown
from assessor.calibration.upkeep.drift import NothingToCompare
from assessor.calibration.upkeep.inspecting import Inspection, Tell, inspect
from assessor.psychometrics.calibration.linking import LinkNotPossible
from assessor.psychometrics.care.drift import DriftNotMeasurable
from assessor.psychometrics.measuring.responses import Indices, Responses, Scores, Sparse

MOST_ITEMS = 1_000
"""Every pair of items is looked at."""

MOST_ROWS = 200_000
"""People whose posteriors are held at once; of a short test, different rows of answers."""

MOST_CELLS = 50_000_000
"""Answers held at once; in a table with one row a person its empty cells count as well."""


@dataclass(frozen=True)
class Files:
    """What is inspected; `earlier` None = nothing to compare with."""

    responses: Path
    parameters: Path
    earlier: Path | None = None


def inspect_files(
    files: Files,
    folder: Path,
    *,
    group: str | None = None,
    reference: str | None = None,
    without: Collection[str] = (),
    on_bytes: OnBytes | None = None,
    tell: Tell = lambda _: None,
) -> tuple[Inspection, int]:
    """Return what was found, and how many people answered nothing.

    folder     where pieces of a large file may be written
    group      column that says which group a person is in; None = nobody is compared
    reference  group that others are compared with; None = the largest
    without    items to leave out
    on_bytes   called now and then with the bytes of the answers read so far
    tell       called with what comes next

    Raises `FileNotUsable`.
    """
    bank = read_bank(files.parameters)
    earlier = None if files.earlier is None else read_bank(files.earlier)
    answers = read_answers(files.responses, folder, group=group, without=without, on_bytes=on_bytes)
    _check_items(files, answers.items, bank)
    _check_groups(files.responses, answers.groups, group, reference)
    responses = _loaded(files.responses, answers)
    _check_scores(files, responses, bank)
    try:
        return inspect(responses, bank, reference=reference, earlier=earlier, tell=tell), answers.silent
    except (NothingToCompare, LinkNotPossible, DriftNotMeasurable) as error:
        raise FileNotUsable(files.earlier or files.parameters, str(error)) from error


def _check_items(files: Files, items: tuple[str, ...], bank: Mapping[str, BankItem]) -> None:
    unknown = [item for item in items if item not in bank]
    if len(unknown) == len(items):
        why = f"it has none of the items in {files.responses.name}, such as {shown(items[0])}. Give the bank's file."
        raise FileNotUsable(files.parameters, why)
    if unknown:
        why = f"it has no row for {listed(unknown)}. Calibrate these items, or leave them out with --without."
        raise FileNotUsable(files.parameters, why)
    if len(items) > MOST_ITEMS:
        why = f"there are {len(items):,} items; {MOST_ITEMS:,} are the most at once. Inspect one competence at a time."
        raise FileNotUsable(files.responses, why)


def _check_groups(path: Path, groups: tuple[str, ...], column: str | None, reference: str | None) -> None:
    if column is not None and len(groups) < 2:
        why = f"everybody is in group {shown(groups[0])}, so there is nothing to compare. Leave out --group."
        raise FileNotUsable(path, why, column=column)
    if reference is not None and reference not in groups:
        raise FileNotUsable(path, f"there is no group {shown(reference)}. There are: {listed(groups)}.", column=column)


def _check_scores(files: Files, responses: Responses, bank: Mapping[str, BankItem]) -> None:
    for item, seen in zip(responses.items, responses.highest_score, strict=True):
        if seen > (highest := bank[item].parameters.highest_score):
            why = (
                f"somebody has a score of {seen} on item {shown(item)}, and its parameters in {files.parameters.name} "
                f"end at {highest}. Correct the score, or calibrate the item again."
            )
            raise FileNotUsable(files.responses, why)


def _loaded(path: Path, answers: Answers) -> Responses:
    """Return all answers in one piece. Raises `FileNotUsable` as soon as they are too many."""
    pieces: list[Responses] = []
    rows = cells = 0
    for shard in answers.shards:
        pieces.append(shard.load())
        scores = pieces[-1].scores
        rows += pieces[-1].persons
        cells += len(scores.score) if isinstance(scores, Sparse) else scores.size
        if rows > MOST_ROWS or cells > MOST_CELLS:
            why = "there are more answers than can be looked at at once. Give a random part: 20,000 people are enough."
            raise FileNotUsable(path, why)
    weight, group = (np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("weight", "group"))
    return Responses(answers.items, _joined(pieces), weight, answers.groups, np.asarray(group, dtype=np.intp))


def _joined(pieces: list[Responses]) -> Scores | Sparse:
    dense = [piece.scores for piece in pieces if not isinstance(piece.scores, Sparse)]
    if dense:
        return np.concatenate(dense)
    sparse = [piece.scores for piece in pieces if isinstance(piece.scores, Sparse)]
    return Sparse(
        _starts(sparse),
        np.concatenate([piece.item for piece in sparse]),
        np.concatenate([piece.score for piece in sparse]),
    )


def _starts(pieces: list[Sparse]) -> Indices:
    counts = np.concatenate([np.diff(piece.start) for piece in pieces])
    return np.concatenate(([0], np.cumsum(counts))).astype(np.intp)
