"""Item parameters as a CSV file, and what experts believe of items as another.

item,model,a,b,se_a,se_b,c,d,answers      what a calibration writes; anchors are read from it, and simulations
item,level    or    item,b,se_b           what experts believe
"""

import csv
import math
from collections.abc import Collection, Iterator
from io import StringIO
from pathlib import Path

from assessor.calibration.csv_tables import open_csv
from assessor.calibration.layout import check_item_name
from assessor.calibration.unusable import FileNotUsable, listed, shown
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import EXPERT_DEVIATION, Normal, Priors
from assessor.psychometrics.calibration.result import Calibration
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.simulation import ParametersNotReadable, pool_from_rows
from assessor.psychometrics.standards.bands import CUTS, Band

LEVELS = range(1, 9)

_ADVICE = "Write a number such as 1.25, with a point."


def parameters_csv(calibration: Calibration, anchors: Collection[str]) -> str:
    """Return the CSV text of a calibration."""
    rows = calibration.to_rows()
    out = StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row, item, parameters in zip(rows, calibration.items, calibration.parameters, strict=True):
        model = _model_of(parameters, None if item in anchors else calibration.model)
        writer.writerow({column: _written(value) for column, value in (row | {"model": model}).items()})
    return out.getvalue()


def read_anchors(path: Path) -> dict[str, ItemParameters]:
    """Read item parameters; the columns are those of `pool_from_rows`. Raises `FileNotUsable`."""
    table = open_csv(path)
    try:
        pool = pool_from_rows((dict(zip(table.header, cells, strict=True)) for _, cells in table.rows()), first=2)
    except ParametersNotReadable as error:
        raise FileNotUsable(path, str(error)) from error
    return {item.id: item.parameters for item in pool.items}


def read_priors(path: Path) -> Priors:
    """Read where experts place items: columns item and either level or b, and se_b where it is not 0.5.

    level  1 to 8, or a band: basic, intermediate, advanced, highly advanced

    Raises `FileNotUsable`.
    """
    experts: dict[str, Normal] = {}
    for row, item, cells in _rows_by_item(path):
        if cells.get("level"):
            centre = _centre(path, row, cells["level"])
        elif cells.get("b"):
            centre = _number(path, row, "b", cells["b"])
        else:
            why = f"nobody says where item {shown(item)} lies. Give it a level from 1 to 8, a band, or b."
            raise FileNotUsable(path, why, row=row)
        deviation = _number(path, row, "se_b", cells["se_b"]) if cells.get("se_b") else EXPERT_DEVIATION
        if deviation <= 0:
            why = "a belief without any doubt would not be changed by answers. Write se_b above 0."
            raise FileNotUsable(path, why, row=row, column="se_b")
        experts[item] = Normal(centre, deviation)
    return Priors(experts=experts)


def _rows_by_item(path: Path) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Yield row, item id and the other cells by the column's name in small letters; an item has one row."""
    table = open_csv(path)
    columns = [name.lower() for name in table.header]
    if "item" not in columns:
        raise FileNotUsable(path, f"there is no column item. There are: {listed(table.header)}.", row=1)
    known: set[str] = set()
    for row, values in table.rows():
        cells = {name: value.strip() for name, value in zip(columns, values, strict=True)}
        item = cells.pop("item")
        check_item_name(path, item, row)
        if item in known:
            raise FileNotUsable(path, f"item {shown(item)} has a row above already. Keep one.", row=row)
        known.add(item)
        yield row, item, cells
    if not known:
        raise FileNotUsable(path, "there are no items below the header.")


def _number(path: Path, row: int, column: str, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FileNotUsable(path, f"{shown(cell)!r} is not a number. {_ADVICE}", row=row, column=column)
    return number


def _centre(path: Path, row: int, cell: str) -> float:
    """Return the middle of a level or band, in theta. A band is 1 wide and holds two levels."""
    name = cell.upper().replace(" ", "_").replace("-", "_")
    if name in Band.__members__:
        return CUTS[Band[name] - 1] + 0.5
    if cell in map(str, LEVELS):
        return CUTS[0] + 0.25 + 0.5 * (int(cell) - 1)
    bands = listed([band.name.lower().replace("_", " ") for band in Band])
    raise FileNotUsable(
        path, f"{shown(cell)!r} is neither a level from 1 to 8 nor one of {bands}.", row=row, column="level"
    )


def _model_of(item: ItemParameters, calibrated: Model | None) -> str:
    """Return the model by whose name the item is read again; `calibrated` is None for an anchor.

    An item of a polytomous model with two scores is a logistic item, and an anchor has a model of its own.
    """
    if item.thresholds:
        partial_credit = Model.PCM if calibrated is Model.PCM else Model.GPCM
        return str(Model.GRM if item.curve is Curve.GRADED else partial_credit)
    if calibrated is not None and calibrated.is_dichotomous:
        return str(calibrated)
    return str(Model.FOUR_PL if item.d < 1 else Model.THREE_PL if item.c > 0 else Model.TWO_PL)


def _written(value: str | int | float) -> str:
    """Return a number with up to six decimals and no exponent, which every spreadsheet reads."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
