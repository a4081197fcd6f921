"""Which items have moved since an earlier calibration: link by the anchors that stayed, then compare."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assessor.calibration.bank_items import BankItem, parameters_of
from assessor.psychometrics.calibration.linking import Link
from assessor.psychometrics.care.drift import (
    DriftRules,
    Shift,
    StableLink,
    TooFewStableAnchors,
    shift,
    stable_link,
)

RULES = DriftRules()


class NothingToCompare(ValueError):
    """Two tables of parameters that no drift can be seen between; the message says why."""


@dataclass(frozen=True)
class Drift:
    """The change since an earlier calibration.

    link           from the scale of the parameters to the earlier one; None = too many anchors have moved
    kept           anchors that carry the link
    left_out       anchors that stand out and do not
    displacements  by item, on the earlier scale; items held as anchors by the new calibration have none
    held           those items: their parameters are those of the earlier calibration, and cannot show drift
    why_not        "" = compared; otherwise why not
    """

    link: Link | None
    kept: tuple[str, ...]
    left_out: tuple[str, ...]
    displacements: Mapping[str, Shift] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    why_not: str = ""


def compare(bank: Mapping[str, BankItem], earlier: Mapping[str, BankItem]) -> Drift:
    """Compare two calibrations.

    Raises `NothingToCompare` when they share too few items that were estimated from answers, and the library's
    `LinkNotPossible` or `DriftNotMeasurable` for items under two models and errors of 0.
    """
    common = [name for name, item in bank.items() if item.estimated and name in earlier and earlier[name].estimated]
    if len(common) < RULES.fewest_anchors:
        raise NothingToCompare(
            f"it shares {len(common)} calibrated items with the parameters, and {RULES.fewest_anchors} are needed. "
            "Levels that experts named do not count."
        )
    new, old = ({name: table[name] for name in common} for table in (bank, earlier))
    held = tuple(name for name in common if new[name].parameters == old[name].parameters)
    try:
        line = stable_link(parameters_of(new), parameters_of(old), rules=RULES)
    except TooFewStableAnchors as error:
        return Drift(None, (), (), held=held, why_not=str(error))
    moved = {name: _displacement(line, new[name], old[name]) for name in common if name not in held}
    left_out = tuple(check.item for check in line.drifted)
    return Drift(line.link, line.kept, left_out, moved, held)


def _displacement(line: StableLink, new: BankItem, old: BankItem) -> Shift:
    return shift(old.parameters, line.link.apply(new.parameters))
