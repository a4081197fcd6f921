"""Item parameters as rows of a table: for simulating, and for scoring, without a question bank.

>>> pool = pool_from_rows([{"item": "mail", "model": "gpcm", "a": "1.1", "b1": "-1", "b2": "0.5"}])
>>> pool.items[0].parameters.thresholds
(-1.0, 0.5)
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from assessor.psychometrics.adaptive.pool import Pool, PoolItem
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters, probability
from assessor.psychometrics.simulation.banks import band_of
from assessor.psychometrics.standards.bands import Band

_STEPWISE = {"pcm": Curve.PARTIAL_CREDIT, "gpcm": Curve.PARTIAL_CREDIT, "grm": Curve.GRADED}
_FIXED = {
    "": (),
    "rasch": ("a", "c", "d"),
    "1pl": ("c", "d"),
    "2pl": ("c", "d"),
    "3pl": ("d",),
    "4pl": (),
    "pcm": ("a", "c", "d"),
    "gpcm": ("c", "d"),
    "grm": ("c", "d"),
}
"""Model → the columns it has no room for, beside their neutral value; no model = whatever is filled."""

_NEUTRAL = {"a": 1.0, "c": 0.0, "d": 1.0}
_THRESHOLD = re.compile(r"b([1-9][0-9]?)")

# Over the range of people who are tested, an item must move by this much to tell anybody from anybody.
_LEAST_RISE, _LOWEST, _HIGHEST = 0.01, -4.0, 4.0

# A stated mean of the thresholds may have been rounded to two digits.
_ROUNDING = 0.0051


class ParametersNotReadable(ValueError):
    """A row of item parameters that does not make an item; the message names row, item and column."""


def pool_from_rows(rows: Iterable[Mapping[Any, Any]], first: int = 1) -> Pool:
    """Build a pool from the rows of a table of item parameters, such as `csv.DictReader` gives.

    Columns: item, b. Optional: model (rasch, 1pl, 2pl, 3pl, 4pl, pcm, gpcm, grm; without it a logistic item with
    the parameters that are filled), a, c, d, b1 b2 … (thresholds of pcm, gpcm and grm, which then need no b), se_a,
    se_b, competence (without it all items are of one), band (a name such as `basic`, or 1 to 4; without it the band
    in which b lies), family, enemies (item ids with spaces between), reading_load. Other columns are left alone.
    `first` is the number by which messages call the first row: 2 for a file whose header is its row 1.

    Raises `ParametersNotReadable` for no rows, a row with more or fewer cells than the header, an item named twice,
    and parameters that no model can use, such as a negative slope.
    """
    items: dict[str, PoolItem] = {}
    first_row: dict[str, int] = {}
    for number, row in enumerate(rows, start=first):
        item = _item_from_row(number, row)
        if item.id in items:
            raise ParametersNotReadable(
                f"Row {number} of the item parameters: item {item.id} is in row {first_row[item.id]} already. "
                "Remove one of the two, or give it an id of its own."
            )
        items[item.id], first_row[item.id] = item, number
    if not items:
        raise ParametersNotReadable(
            "There are no rows of item parameters. Write a header such as item,a,b and one row for each item."
        )
    return Pool(items.values())


def _item_from_row(number: int, row: Mapping[Any, Any]) -> PoolItem:
    where = f"Row {number} of the item parameters"
    try:
        text = _cells(row)
        name = _needed(text, "item")
        where += f" (item {name[:60]})"
        parameters = _parameters(text)
        return PoolItem(
            id=name,
            parameters=parameters,
            competence=text.get("competence") or "all",
            band=_band(text["band"]) if text.get("band") else band_of(parameters.b),
            family=text.get("family") or None,
            enemies=frozenset(text.get("enemies", "").split()),
            reading_load=_whole_number(text, "reading_load", 1),
        )
    except ValueError as error:
        raise ParametersNotReadable(f"{where}: {str(error).removesuffix('.')}.") from error


def _cells(row: Mapping[Any, Any]) -> dict[str, str]:
    """Return the cells as text. `csv.DictReader` puts surplus cells under None, and None where cells are missing."""
    if None in row:
        raise ValueError("the row has more cells than the header. Put a text that has a comma into quotation marks")
    if missing := [str(column) for column, value in row.items() if value is None]:
        raise ValueError(f"the row has fewer cells than the header. It ends before column {missing[0]}")
    return {str(column).strip().lower(): str(value).strip() for column, value in row.items()}


def _parameters(text: Mapping[str, str]) -> ItemParameters:
    model = text.get("model", "").lower()
    if model not in _FIXED:
        raise ValueError(f"model {text['model'][:20]} is not one of {', '.join(filter(None, _FIXED))}")
    for column in _FIXED[model]:
        if text.get(column) and _number(text, column) != _NEUTRAL[column]:
            raise ValueError(
                f"model {model} has no {column} of its own. Leave {column} empty, or name the model that has it"
            )
    a, se_a, se_b = _number(text, "a", 1.0), _number(text, "se_a", 0.0), _number(text, "se_b", 0.0)
    if a <= 0:
        raise ValueError(
            f"the slope a is {a:g}: able people would be right less often than others. "
            "Check the scoring key and the order of the answers, or leave the item out"
        )
    thresholds = _thresholds(text)
    if model in _STEPWISE:
        return _stepwise(model, text, thresholds, ItemParameters(a, 0.0, se_a, se_b))
    if thresholds:
        raise ValueError(f"only pcm, gpcm and grm have thresholds b1, b2, …, not model {model or 'unnamed'}")
    _needed(text, "b")
    item = ItemParameters(a, _number(text, "b"), se_a, se_b, _number(text, "c", 0.0), _number(text, "d", 1.0))
    _check_rise(item)
    return item


def _stepwise(
    model: str, text: Mapping[str, str], thresholds: tuple[float, ...], known: ItemParameters
) -> ItemParameters:
    if not thresholds:
        raise ValueError(f"model {model} needs a threshold for each step, in columns b1, b2, …")
    item = ItemParameters.stepwise(_STEPWISE[model], known.a, thresholds, known.se_a, known.se_b)
    if text.get("b") and abs(_number(text, "b") - item.b) > _ROUNDING:
        raise ValueError(f"b is {text['b']}, but the mean of the thresholds is {item.b:.3f}. Leave b empty")
    return item


def _thresholds(text: Mapping[str, str]) -> tuple[float, ...]:
    filled = sorted(int(found[1]) for column in text if (found := _THRESHOLD.fullmatch(column)) and text[column])
    if filled != list(range(1, len(filled) + 1)):
        raise ValueError(f"thresholds must be filled from b1 on without a gap, not b{', b'.join(map(str, filled))}")
    return tuple(_number(text, f"b{number}") for number in filled)


def _check_rise(item: ItemParameters) -> None:
    lowest, highest = probability([_LOWEST, _HIGHEST], item.a, item.b, item.c, item.d).tolist()
    if highest - lowest < _LEAST_RISE:
        raise ValueError(
            f"everybody is right with the same chance ({lowest:.2f} at theta {_LOWEST:g}, {highest:.2f} at "
            f"{_HIGHEST:g}), so the item tells nothing. Check a, b and c, or leave the item out"
        )


def _number(text: Mapping[str, str], column: str, empty: float | None = None) -> float:
    value = text.get(column)
    if not value and empty is not None:
        return empty
    try:
        number = float(value or "")
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{column} is {(value or '')[:20]!r}, not a number such as -0.75")
    return number


def _whole_number(text: Mapping[str, str], column: str, empty: int) -> int:
    value = text.get(column)
    if value and not re.fullmatch("[0-9]{1,3}", value):
        raise ValueError(f"{column} is {value[:20]!r}, not a whole number such as 2")
    return int(value) if value else empty


def _needed(text: Mapping[str, str], column: str) -> str:
    if not text.get(column):
        raise ValueError(f"column {column} is missing or empty")
    return text[column]


def _band(text: str) -> Band:
    name = text.upper().replace("-", "_").replace(" ", "_")
    if name in Band.__members__:
        return Band[name]
    if text in {"1", "2", "3", "4"}:
        return Band(int(text))
    raise ValueError(f"band {text[:20]} is not one of {', '.join(band.name.lower() for band in Band)}, 1 to 4")
