"""Reads and writes `parameters.csv`: one row an item, what its parameters are and where they come from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping

from .bank import Parameters
from .findings import Findings
from .item import Item, expert_prior

FILE = "parameters.csv"
COLUMNS = ("item", "model", "a", "b", "se_a", "se_b", "source")
EXPERT_PRIOR = "expert prior"
_RANGES = {"a": (0.2, 4.0), "b": (-6.0, 6.0), "se_a": (0.001, 4.0), "se_b": (0.001, 6.0)}
_NUMBER = re.compile(r"[+-]?\d{1,4}(?:\.\d{1,12})?")


def parameters_csv(items: Iterable[Item]) -> str:
    """Write the expert priors of the scored items, for a bank that nobody has answered yet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in items:
        if not item.practice:
            numbers = (f"{number:g}" for number in expert_prior(item))
            writer.writerow([item.id, "2pl", *numbers, EXPERT_PRIOR])
    return out.getvalue()


def read_parameters(
    text: str, items: Mapping[str, Item], unreadable: Collection[str], findings: Findings
) -> dict[str, Parameters]:
    """Read the parameters of every scored item, in the file's order; problems are noted with their line.

    `unreadable` are items whose own file is broken; their rows are neither used nor a problem.
    """
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, Parameters] = {}
    try:
        if tuple(next(rows, ())) != COLUMNS:
            findings.error(FILE, 1, f"The first line must be {','.join(COLUMNS)}.")
            return found
        for row in rows:
            if row and row[0].strip() not in unreadable:
                _read_row(row, rows.line_num, items, found, findings)
    except csv.Error as error:
        findings.error(FILE, rows.line_num, f"This is not CSV: {error}.")
        return found
    for item in items.values():
        if item.id not in found and not item.practice:
            findings.error(FILE, 1, f"The item {item.id!r} has no parameters; add its row.")
    return found


def _read_row(
    row: list[str], line: int, items: Mapping[str, Item], found: dict[str, Parameters], findings: Findings
) -> None:
    if len(row) != len(COLUMNS):
        findings.error(FILE, line, f"The row has {len(row)} values; {len(COLUMNS)} are needed.")
        return
    name, model, *written, source = (value.strip() for value in row)
    if name in found:
        findings.error(FILE, line, f"The item {name[:48]!r} has a row already.")
    elif name not in items:
        findings.error(FILE, line, f"There is no item {name[:48]!r}.")
    elif items[name].practice:
        findings.error(FILE, line, f"{name!r} is a practice item and never scored; remove its row.")
    elif model != "2pl":
        findings.error(FILE, line, f"The model is {model[:20]!r}; only 2pl is known.")
    elif not source:
        findings.error(FILE, line, "The source is empty; say where the numbers come from.")
    else:
        numbers = [_number(column, value, line, findings) for column, value in zip(_RANGES, written, strict=True)]
        a, b, se_a, se_b = numbers
        if a is not None and b is not None and se_a is not None and se_b is not None:
            found[name] = Parameters(model, a, b, se_a, se_b, source[:200])


def _number(column: str, value: str, line: int, findings: Findings) -> float | None:
    low, high = _RANGES[column]
    if not _NUMBER.fullmatch(value) or not low <= float(value) <= high:
        findings.error(FILE, line, f"{column} is {value[:20]!r}; it must be a number from {low:g} to {high:g}.")
        return None
    return float(value)
