"""Opens a file of answers: CSV or Parquet, into memory or in pieces on disk."""

from collections.abc import Collection
from pathlib import Path

from assessor.calibration.answers import Answers
from assessor.calibration.csv_tables import OnBytes, open_csv
from assessor.calibration.large_files import read_out_of_core
from assessor.calibration.layout import recognise
from assessor.calibration.parquet_tables import is_parquet, open_parquet
from assessor.calibration.reading import read

LARGE = 50_000_000
"""Bytes of a CSV file from which it is not read into memory."""


def read_answers(
    path: Path,
    folder: Path,
    *,
    group: str | None = None,
    without: Collection[str] = (),
    out_of_core: bool | None = None,
    on_bytes: OnBytes | None = None,
) -> Answers:
    """Read a file of answers.

    folder       where pieces may be written; it must outlive the answers
    group        name of the column that tells the group; None = one population
    without      items to leave out
    out_of_core  None = if the file is large
    on_bytes     called now and then with the bytes of a CSV file read so far

    Raises `FileNotUsable`, and `DuckDbMissing` where DuckDB is needed and not there.
    """
    if is_parquet(path):
        parquet = open_parquet(path, folder)
        return read_out_of_core(parquet, recognise(path, parquet.header, group, without), folder)
    table = open_csv(path, on_bytes)
    layout = recognise(path, table.header, group, without)
    if path.stat().st_size > LARGE if out_of_core is None else out_of_core:
        return read_out_of_core(table, layout, folder)
    return read(table, layout)
