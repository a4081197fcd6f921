"""DuckDB, allowed one file and one folder: no network, no extensions, a fixed share of the memory.

It sorts and counts what does not fit into memory, and spills to the folder. It is imported when first needed, because
it belongs to the extra `scale`.
"""

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from assessor.errors import Invalid

MEMORY = "1GB"
"""What DuckDB may hold at once; the rest waits in the folder."""

_THREADS = 4
_LINK = "answers"


class DuckDbMissing(Invalid):
    """The extra that reads files larger than memory is not installed."""


class Connection(Protocol):
    """What is used of a DuckDB connection."""

    def execute(self, query: str, parameters: Sequence[Any] = ..., /) -> "Connection": ...

    def fetchone(self) -> tuple[Any, ...] | None: ...

    def fetchall(self) -> list[tuple[Any, ...]]: ...

    def fetchmany(self, size: int, /) -> list[tuple[Any, ...]]: ...

    def fetchnumpy(self) -> dict[str, Any]: ...

    def close(self) -> None: ...


def failure() -> type[Exception]:
    """Return the class of everything that DuckDB raises."""
    error: type[Exception] = _duckdb().Error
    return error


def connect(folder: Path, file: Path, database: str = ":memory:") -> tuple[Connection, str]:
    """Return a connection that may read `file`, and the SQL literal of the name by which it reads it.

    folder    where it may write
    database  a file in the folder, for what does not fit into memory

    The name is a link, since DuckDB takes brackets and asterisks in a name for a pattern. Raises `DuckDbMissing`.
    """
    link = folder / _LINK
    if not link.is_symlink():
        link.symlink_to(file.resolve())
    config = {
        "memory_limit": MEMORY,
        "threads": min(_THREADS, os.cpu_count() or 1),
        "temp_directory": str(folder / "spilled"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    connection: Connection = _duckdb().connect(database, config=config)
    connection.execute("SET allowed_directories = ?", [[str(folder)]])
    connection.execute("SET allowed_paths = ?", [[str(file.resolve())]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection, text(str(link))


def text(value: str) -> str:
    """Return a value as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """Return a value as an SQL identifier."""
    return '"' + value.replace('"', '""') + '"'


def _duckdb() -> Any:
    try:
        return importlib.import_module("duckdb")
    except ImportError as error:
        raise DuckDbMissing(
            "Reading this file outside of memory needs DuckDB. Install it with: pip install 'assessor[scale]'"
        ) from error
