"""A Parquet file as rows of cells, read through DuckDB a few thousand rows at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assessor.calibration import guarded_duckdb
from assessor.calibration.csv_tables import MOST_COLUMNS
from assessor.calibration.unusable import FileNotUsable, shown

MARK = b"PAR1"
"""The first four bytes of every Parquet file."""

_ROWS = 2_000


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file whose columns are known; `folder` is where DuckDB may write."""

    path: Path
    folder: Path
    header: tuple[str, ...]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (number of the row from 1, its cells as text). Raises `FileNotUsable`."""
        connection, link = guarded_duckdb.connect(self.folder, self.path)
        row = 0
        try:
            columns = ", ".join(f"CAST({guarded_duckdb.name(column)} AS VARCHAR)" for column in self.header)
            found = connection.execute(f"SELECT {columns} FROM read_parquet({link})")
            while some := found.fetchmany(_ROWS):
                for cells in some:
                    row += 1
                    yield row, [cell or "" for cell in cells]
        except guarded_duckdb.failure() as error:
            raise FileNotUsable(self.path, _unreadable(error), row=row + 1) from error
        finally:
            connection.close()


def is_parquet(path: Path) -> bool:
    """Tell whether a file is Parquet, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(MARK)) == MARK


def open_parquet(path: Path, folder: Path) -> ParquetTable:
    """Read the names of the columns. Raises `FileNotUsable`, `DuckDbMissing`."""
    connection, link = guarded_duckdb.connect(folder, path)
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({link})").fetchall()
    except guarded_duckdb.failure() as error:
        raise FileNotUsable(path, _unreadable(error)) from error
    finally:
        connection.close()
    if len(described) > MOST_COLUMNS:
        raise FileNotUsable(path, f"there are {len(described)} columns; {MOST_COLUMNS} are the most.")
    return ParquetTable(path, folder, tuple(str(row[0]) for row in described))


def _unreadable(error: Exception) -> str:
    return f"this Parquet file cannot be read ({shown(str(error).splitlines()[0], 200)}). Write it again, or as CSV."
