"""What is on file of each item of a bank: a table of parameters, read with its origin and the item's state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assessor.calibration.csv_tables import open_csv
from assessor.calibration.unusable import FileNotUsable, listed, shown
from assessor.items.parameter_files import EXPERT_PRIOR
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.care.lifecycle import State
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.simulation import ParametersNotReadable, pool_from_rows

_PARAMETERS_OF = {
    Model.RASCH: ("b",),
    Model.ONE_PL: ("b",),
    Model.TWO_PL: ("a", "b"),
    Model.THREE_PL: ("a", "b", "c"),
    Model.FOUR_PL: ("a", "b", "c", "d"),
    Model.PCM: ("b",),
    Model.GPCM: ("a", "b"),
    Model.GRM: ("a", "b"),
}


@dataclass(frozen=True)
class BankItem:
    """What is on file of an item.

    competence  "all" where the table has no such column
    estimated   what was estimated from answers, of "a", "b" (with all thresholds), "c", "d"; () = experts named it
    answers     how many it was estimated from; None = the table does not say
    state       None = the table does not say
    """

    parameters: ItemParameters
    competence: str = "all"
    estimated: tuple[str, ...] = ("a", "b")
    answers: int | None = None
    state: State | None = None

    def free(self, answers: int) -> tuple[str, ...]:
        """Return what was estimated from these very answers, told by their number."""
        return self.estimated if answers == self.answers else ()


def read_bank(path: Path) -> dict[str, BankItem]:
    """Read a table of parameters: the columns of `pool_from_rows`, and these, which may all be left out.

    answers  how many the parameters were estimated from, as `assessor calibrate` writes it
    source   `expert prior` = nobody's answers yet
    state    draft, seeded, provisional, operational, watched or retired

    Raises `FileNotUsable`.
    """
    rows = list(_rows(path))
    try:
        pool = pool_from_rows((cells for _, cells in rows), first=2)
    except ParametersNotReadable as error:
        raise FileNotUsable(path, str(error)) from error
    return {
        item.id: BankItem(item.parameters, item.competence, *_origin(path, row, cells, item.parameters))
        for item, (row, cells) in zip(pool.items, rows, strict=True)
    }


def parameters_of(bank: Mapping[str, BankItem]) -> dict[str, ItemParameters]:
    """Return the parameters alone."""
    return {name: item.parameters for name, item in bank.items()}


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    table = open_csv(path)
    columns = [name.lower() for name in table.header]
    for row, cells in table.rows():
        yield row, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}


def _origin(
    path: Path, row: int, cells: Mapping[str, str], item: ItemParameters
) -> tuple[tuple[str, ...], int | None, State | None]:
    """Return the fields of `BankItem` after the competence."""
    answers = _answers(path, row, cells.get("answers", ""))
    state = _state(path, row, cells.get("state", ""))
    if cells.get("source", "").lower() == EXPERT_PRIOR or answers == 0:
        return (), answers, state
    if cells.get("model"):
        return _PARAMETERS_OF[Model(cells["model"].lower())], answers, state
    return ("a", "b", *(("c",) if item.c > 0 else ()), *(("d",) if item.d < 1 else ())), answers, state


def _answers(path: Path, row: int, cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) < 10):
        why = f"{shown(cell)!r} is not a number of answers. Write a whole number, or leave the cell empty."
        raise FileNotUsable(path, why, row=row, column="answers")
    return int(cell)


def _state(path: Path, row: int, cell: str) -> State | None:
    try:
        return State(cell.lower()) if cell else None
    except ValueError as error:
        why = f"{shown(cell)!r} is not a state of an item. Write one of {listed([*State])}, or leave the cell empty."
        raise FileNotUsable(path, why, row=row, column="state") from error
