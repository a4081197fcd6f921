"""Answers that do not fit into memory: cut into pieces on disk, the same pieces that reading into memory gives.

wide, more than 20 items   rows stand in the file as they are kept: they are cut while they are read
wide, up to 20 items       DuckDB counts the different rows (`sorted_answers`)
long                       DuckDB sorts the answers by person and item, or counts the different rows
"""

from array import array
from pathlib import Path

import numpy as np

from assessor.calibration.answers import SHORT_TEST, Answers, StoredShard, store
from assessor.calibration.csv_tables import CsvTable, Table
from assessor.calibration.layout import Layout, Wide
from assessor.calibration.parquet_tables import ParquetTable
from assessor.calibration.reading import MOST_GROUPS, matrix_of, nobody_answered, too_many_groups, wide_rows
from assessor.calibration.sorted_answers import count_rows, sort_answers
from assessor.calibration.unusable import FileNotUsable
from assessor.psychometrics.measuring.responses import SHARD, Responses


def read_out_of_core(table: CsvTable | ParquetTable, layout: Layout, folder: Path) -> Answers:
    """Read a table of any size; the pieces are written to `folder`.

    Raises `FileNotUsable`, and `DuckDbMissing` where DuckDB is needed and not there.
    """
    if not isinstance(layout, Wide):
        return sort_answers(table, layout, folder)
    return count_rows(table, layout, folder) if len(layout.items) <= SHORT_TEST else _cut(table, layout, folder)


def _cut(table: Table, layout: Wide, folder: Path) -> Answers:
    """Store 20,000 people at a time while the file is read; the names of groups are put in order at the end."""
    numbers: dict[str, int] = {}
    paths: list[Path] = []
    coded, group = bytearray(), array("q")
    people = silent = 0

    def store_these() -> None:
        numbered = np.array(group, dtype=np.intp)
        matrix = matrix_of(coded, layout)
        responses = Responses(layout.items, matrix, np.ones(len(matrix)), (), numbered)
        paths.append(store(responses, folder / f"{len(paths)}.npz"))
        coded.clear()
        del group[:]

    for scores, name in wide_rows(table, layout):
        if not any(scores):
            silent += 1
            continue
        people += 1
        coded += scores
        if layout.group is not None:
            group.append(numbers.setdefault(name, len(numbers)))
            if len(numbers) > MOST_GROUPS:
                raise FileNotUsable(table.path, too_many_groups(table.header[layout.group]))
        if people % SHARD == 0:
            store_these()
    if coded:
        store_these()
    if not people:
        raise FileNotUsable(table.path, nobody_answered())
    groups = tuple(sorted(numbers))
    order = tuple(groups.index(name) for name in numbers)
    shards = tuple(StoredShard(path, layout.items, groups, order) for path in paths)
    return Answers(layout.items, groups, shards, people, silent)
