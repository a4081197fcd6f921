"""What a calibration found, as a value to keep, print and compare."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.measuring.response_models import Array, ItemParameters


@dataclass(frozen=True, eq=False)
class Calibration:
    """Item parameters on one scale, and the populations that the people came from.

    model               the response model of the items that were calibrated
    items               ids, in the order of the answers; anchors among them
    parameters          of each item, with standard errors; anchors as they were given
    covariance          of what EM works with, (items, values, values): log a and d = -ab for right-or-wrong items,
                        d alone for the Rasch model; zeros for anchors
    answers             people who answered each item
    groups              name → mean and standard deviation of theta; "" where there is one population
    log_likelihood      natural logarithm of the probability of all answers, without priors
    e_steps             passes over the answers
    converged           the last step changed nothing by more than the tolerance
    warnings            sentences for whoever decides whether to use this
    """

    model: Model
    items: tuple[str, ...]
    parameters: tuple[ItemParameters, ...]
    covariance: Array
    answers: tuple[int, ...]
    groups: Mapping[str, tuple[float, float]]
    log_likelihood: float
    e_steps: int
    converged: bool
    warnings: tuple[str, ...] = ()

    def by_item(self) -> dict[str, ItemParameters]:
        """Return the parameters by item id: what the next calibration takes as anchors or as its start."""
        return dict(zip(self.items, self.parameters, strict=True))

    def to_rows(self) -> list[dict[str, str | int | float]]:
        """Return one row an item for a CSV file; thresholds b1, b2, … only where some item has them."""
        steps = max(len(item.thresholds) for item in self.parameters)
        rows: list[dict[str, str | int | float]] = []
        for name, item, answers in zip(self.items, self.parameters, self.answers, strict=True):
            row: dict[str, str | int | float] = {"item": name, "model": str(self.model)}
            row |= {"a": item.a, "b": item.b, "se_a": item.se_a, "se_b": item.se_b, "c": item.c, "d": item.d}
            for step in range(steps):
                row[f"b{step + 1}"] = item.thresholds[step] if step < len(item.thresholds) else ""
            rows.append(row | {"answers": answers})
        return rows
