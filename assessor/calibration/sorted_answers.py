"""DuckDB sorts and counts what does not fit into memory.

DuckDB only ever says that something is wrong. Where and what, the reader says, by walking through the file: so both
ways of reading refuse in the same words.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import numpy as np

from assessor.calibration import guarded_duckdb
from assessor.calibration.answers import SHORT_TEST, Answers, StoredShard, store
from assessor.calibration.csv_tables import LONGEST_LINE, CsvTable
from assessor.calibration.guarded_duckdb import Connection, text
from assessor.calibration.layout import LONGEST_NAME, Layout, Long, Wide
from assessor.calibration.parquet_tables import ParquetTable
from assessor.calibration.reading import (
    MOST_GROUPS,
    MOST_ITEMS,
    answered_twice,
    check_cells,
    long_rows,
    nobody_answered,
    too_many_groups,
    two_groups,
)
from assessor.calibration.score_cells import HIGHEST, NOT_ASKED, SCORE
from assessor.calibration.unusable import FileNotUsable, shown
from assessor.psychometrics.measuring.responses import MISSING, SHARD, Responses, Scores, Sparse

_BLANKS = "' ' || chr(9) || chr(10) || chr(12) || chr(13)"

_NEITHER = MISSING - 1
"""Code of a cell that is neither a score nor empty."""


def count_rows(table: CsvTable | ParquetTable, layout: Wide, folder: Path) -> Answers:
    """Return the different rows of a short wide table, each with its number of people."""
    with _opened(table, layout, folder) as (connection, source):
        scores = [f"{_code(f'c{at}')} AS s{number}" for number, at in enumerate(layout.columns)]
        connection.execute(
            f"CREATE TABLE patterns AS SELECT *, count(*) AS people "
            f"FROM (SELECT {', '.join(scores)}, {_name(layout.group)} AS g FROM {source}) GROUP BY ALL"
        )
        columns = _columns(len(layout.items))
        _walk_unless(
            connection, table, layout, f"SELECT count(*) FROM patterns WHERE least({columns}, 99) = {_NEITHER}"
        )
        nobody = f"greatest({columns}, {MISSING}) = {MISSING}"
        silent = _number(connection, f"SELECT coalesce(sum(people), 0) FROM patterns WHERE {nobody}")
        connection.execute(f"DELETE FROM patterns WHERE {nobody}")
        return _stored_patterns(connection, table, layout, layout.items, silent, folder)


def sort_answers(table: CsvTable | ParquetTable, layout: Long, folder: Path) -> Answers:
    """Return the answers of a long table, sorted by person and item in the order of their first appearance."""
    with _opened(table, layout, folder) as (connection, source):
        _load_long(connection, table, layout, source)
        items = tuple(row[0] for row in connection.execute("SELECT i FROM items ORDER BY item").fetchall())
        everybody = _number(connection, "SELECT count(DISTINCT p) FROM given")
        silent = everybody - _number(connection, "SELECT count(*) FROM persons")
        if len(items) > SHORT_TEST:
            return _stored_people(connection, table, layout, items, silent, folder)
        scores = [f"coalesce(max(s) FILTER (item = {at}), {MISSING})::TINYINT AS s{at}" for at in range(len(items))]
        connection.execute(
            "CREATE TABLE patterns AS SELECT * EXCLUDE (person), count(*) AS people FROM "
            f"(SELECT person, {', '.join(scores)}, g FROM answers JOIN persons USING (person) GROUP BY person, g) "
            "GROUP BY ALL"
        )
        return _stored_patterns(connection, table, layout, items, silent, folder)


@contextmanager
def _opened(table: CsvTable | ParquetTable, layout: Layout, folder: Path) -> Iterator[tuple[Connection, str]]:
    """Open a database for a table, and let the reader say what is wrong where DuckDB only says that something is."""
    connection, link = guarded_duckdb.connect(folder, table.path, str(folder / "answers.duckdb"))
    try:
        yield connection, _source(table, link)
    except guarded_duckdb.failure() as error:
        _walk(table, layout, shown(str(error).splitlines()[0], 200))
    finally:
        connection.close()


def _source(table: CsvTable | ParquetTable, link: str) -> str:
    """Return a subquery that gives the columns as text c0, c1 …; rows it cannot read are counted in reject_errors."""
    if isinstance(table, ParquetTable):
        columns = (f"CAST({guarded_duckdb.name(one)} AS VARCHAR) AS c{at}" for at, one in enumerate(table.header))
        return f"(SELECT {', '.join(columns)} FROM read_parquet({link}))"
    columns = (f"'c{at}': 'VARCHAR'" for at in range(len(table.header)))
    return (
        f"read_csv({link}, auto_detect = false, header = true, delim = {text(table.separator)}, quote = '\"', "
        f"escape = '\"', columns = {{{', '.join(columns)}}}, max_line_size = {LONGEST_LINE}, strict_mode = true, "
        "null_padding = false, ignore_errors = true, store_rejects = true, rejects_limit = 1)"
    )


def _code(cell: str) -> str:
    """Return the SQL of what `read_score` does."""
    digits = f"TRY_CAST(regexp_extract({cell}, {text(SCORE)}, 1) AS TINYINT)"
    return (
        f"CAST(CASE WHEN {cell} = '1' THEN 1 WHEN {cell} = '0' THEN 0 "
        f"WHEN {cell} IS NULL OR regexp_full_match({cell}, {text(NOT_ASKED)}) THEN {MISSING} "
        f"WHEN regexp_full_match({cell}, {text(SCORE)}) AND {digits} <= {HIGHEST} THEN {digits} "
        f"ELSE {_NEITHER} END AS TINYINT)"
    )


def _name(column: int | None) -> str:
    """Return the SQL of a name without the blanks around it; '' where there is no such column."""
    return "''" if column is None else f"trim(coalesce(c{column}, ''), {_BLANKS})"


def _load_long(connection: Connection, table: CsvTable | ParquetTable, layout: Long, source: str) -> None:
    """Make the tables given (as the file has it), persons, items, and answers (numbered and sorted)."""
    connection.execute(
        f"CREATE TABLE given AS SELECT row_number() OVER () AS line, {_name(layout.person)} AS p, "
        f"{_name(layout.item)} AS i, {_code(f'c{layout.score}')} AS s, {_name(layout.group)} AS g FROM {source}"
    )
    if layout.without:
        connection.execute("DELETE FROM given WHERE i IN (SELECT unnest(?))", [sorted(layout.without)])
    _walk_unless(connection, table, layout, f"SELECT count(*) FROM given WHERE s = {_NEITHER} OR p = '' OR i = ''")
    names = connection.execute(f"SELECT DISTINCT i FROM given LIMIT {MOST_ITEMS + 1}").fetchall()
    if len(names) > MOST_ITEMS or any(len(name) > LONGEST_NAME or not name.isprintable() for (name,) in names):
        _walk(table, layout, "an item's name")
    connection.execute(
        "CREATE TABLE persons AS SELECT row_number() OVER (ORDER BY min(line)) - 1 AS person, p, min(g) AS g, "
        f"min(g) <> max(g) AS moves FROM given WHERE s > {MISSING} GROUP BY p"
    )
    connection.execute(
        "CREATE TABLE items AS SELECT CAST(row_number() OVER (ORDER BY min(line)) - 1 AS INTEGER) AS item, i "
        f"FROM given WHERE s > {MISSING} GROUP BY i"
    )
    if not _number(connection, "SELECT count(*) FROM persons"):
        raise FileNotUsable(table.path, nobody_answered())
    if _number(connection, "SELECT count(*) FROM persons WHERE moves"):
        _refuse_two_groups(table, layout)
    connection.execute(
        "CREATE TABLE answers AS SELECT person, item, s FROM given JOIN persons USING (p) JOIN items USING (i) "
        f"WHERE s > {MISSING} ORDER BY person, item"
    )
    twice = "SELECT count(*) FROM (SELECT person FROM answers GROUP BY person, item HAVING count(*) > 1 LIMIT 1)"
    if _number(connection, twice):
        _refuse_twice(connection, table, layout)


def _stored_patterns(
    connection: Connection,
    table: CsvTable | ParquetTable,
    layout: Layout,
    items: tuple[str, ...],
    silent: int,
    folder: Path,
) -> Answers:
    """Store the rows of the table patterns in ascending order of their scores and groups."""
    people = _number(connection, "SELECT coalesce(sum(people), 0) FROM patterns")
    if not people:
        raise FileNotUsable(table.path, nobody_answered())
    groups = _groups(connection, table, layout, "patterns")
    columns = _columns(len(items))
    connection.execute(
        f"CREATE TABLE counted AS SELECT row_number() OVER (ORDER BY {columns}, g) - 1 AS place, "
        f"dense_rank() OVER (ORDER BY g) - 1 AS number, {columns}, people FROM patterns ORDER BY place"
    )
    paths: list[Path] = []
    for first in range(0, _number(connection, "SELECT count(*) FROM counted"), SHARD):
        rows = connection.execute(
            "SELECT * FROM counted WHERE place >= ? AND place < ? ORDER BY place", [first, first + SHARD]
        )
        found = rows.fetchnumpy()
        matrix: Scores = np.stack([found[f"s{at}"] for at in range(len(items))], axis=1)
        weight, group = found["people"].astype(np.float64), found["number"].astype(np.intp)
        path = folder / f"{len(paths)}.npz"
        paths.append(store(Responses(items, matrix, weight, (), group if groups else group[:0]), path))
    return _answers(items, groups, paths, people, silent)


def _stored_people(
    connection: Connection,
    table: CsvTable | ParquetTable,
    layout: Long,
    items: tuple[str, ...],
    silent: int,
    folder: Path,
) -> Answers:
    """Store the people of the table persons, 20,000 at a time, with the answers that each has."""
    groups = _groups(connection, table, layout, "persons")
    people = _number(connection, "SELECT count(*) FROM persons")
    connection.execute(
        "CREATE TABLE members AS SELECT person, dense_rank() OVER (ORDER BY g) - 1 AS number "
        "FROM persons ORDER BY person"
    )
    within = "WHERE person >= ? AND person < ? ORDER BY person"
    paths: list[Path] = []
    for first in range(0, people, SHARD):
        bounds = [first, min(first + SHARD, people)]
        found = connection.execute(f"SELECT person, item, s FROM answers {within}, item", bounds).fetchnumpy()
        member = connection.execute(f"SELECT number FROM members {within}", bounds).fetchnumpy()["number"]
        answered = np.bincount(found["person"] - first, minlength=len(member))
        start = np.concatenate(([0], np.cumsum(answered)))
        sparse = Sparse(start, found["item"].astype(np.int32), found["s"].astype(np.int8))
        group = member.astype(np.intp) if groups else np.empty(0, dtype=np.intp)
        responses = Responses(items, sparse, np.ones(len(member)), (), group)
        paths.append(store(responses, folder / f"{len(paths)}.npz"))
    return _answers(items, groups, paths, people, silent)


def _answers(
    items: tuple[str, ...], groups: tuple[str, ...], paths: Sequence[Path], people: int, silent: int
) -> Answers:
    order = tuple(range(len(groups)))
    return Answers(items, groups, tuple(StoredShard(path, items, groups, order) for path in paths), people, silent)


def _groups(connection: Connection, table: CsvTable | ParquetTable, layout: Layout, of: str) -> tuple[str, ...]:
    """Return the names of the groups in order; () = the table has no column for them."""
    if layout.group is None:
        return ()
    found = connection.execute(f"SELECT DISTINCT g FROM {of} ORDER BY g LIMIT {MOST_GROUPS + 1}").fetchall()
    groups = tuple(row[0] for row in found)
    if "" in groups:
        _walk(table, layout, "an empty group")
    if len(groups) > MOST_GROUPS:
        raise FileNotUsable(table.path, too_many_groups(table.header[layout.group]))
    return groups


def _walk_unless(connection: Connection, table: CsvTable | ParquetTable, layout: Layout, mistakes: str) -> None:
    """Walk through the file unless DuckDB could read every row, and counts no mistakes."""
    unread = 0 if isinstance(table, ParquetTable) else _number(connection, "SELECT count(*) FROM reject_errors")
    if unread or _number(connection, mistakes):
        _walk(table, layout, "a row")


def _walk(table: CsvTable | ParquetTable, layout: Layout, why: str) -> NoReturn:
    """Let the reader find the mistake and say where it is."""
    check_cells(table, layout)
    raise FileNotUsable(table.path, f"DuckDB cannot read it ({why}), and the reader can. Try again with --in-memory.")


def _refuse_two_groups(table: CsvTable | ParquetTable, layout: Long) -> NoReturn:
    groups: dict[str, str] = {}
    for answer in long_rows(table, layout):
        if answer.score > MISSING and (first := groups.setdefault(answer.person, answer.group)) != answer.group:
            raise FileNotUsable(table.path, two_groups(answer.person, first, answer.group), row=answer.row)
    _walk(table, layout, "a person's group")


def _refuse_twice(connection: Connection, table: CsvTable | ParquetTable, layout: Long) -> NoReturn:
    found = connection.execute(
        "SELECT p, i FROM (SELECT line, p, i, row_number() OVER (PARTITION BY p, i ORDER BY line) AS time FROM given "
        f"WHERE s > {MISSING}) WHERE time = 2 ORDER BY line LIMIT 1"
    ).fetchall()
    person, item = found[0]
    is_second = False
    for answer in long_rows(table, layout):
        if (answer.person, answer.item) == (person, item) and answer.score > MISSING:
            if is_second:
                raise FileNotUsable(table.path, answered_twice(person, item), row=answer.row)
            is_second = True
    _walk(table, layout, "a second answer")


def _columns(items: int) -> str:
    return ", ".join(f"s{at}" for at in range(items))


def _number(connection: Connection, query: str) -> int:
    """Return the one number that a query gives."""
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
