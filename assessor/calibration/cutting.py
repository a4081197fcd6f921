"""From a panel's judgements to the cuts of each competence, as the rule `bands` of a design takes them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from assessor.calibration.bank_items import BankItem, read_bank
from assessor.calibration.judgements import Judgements, Panel, name_of, read_angoff, read_bookmarks
from assessor.calibration.unusable import FileNotUsable, listed, shown
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.rules import RuleNotUnderstood
from assessor.psychometrics.standards.bands import Band, Bands
from assessor.psychometrics.standards.standard_setting import (
    AngoffSheet,
    JudgementsNotUsable,
    PanelCut,
    PanelCuts,
    angoff_cut,
    booklet,
    bookmark_cut,
    rising_cuts,
)

_MOST_DISPUTED = 3
_DISPUTED = 0.2
"""Standard deviation of probabilities from which an item is worth a talk: judges mostly agree to .1 to .15."""

_INCONSISTENT = 0.25
"""Mean distance of judged from modelled probability that a judge hardly reaches who knows the items."""


class SheetMethod(StrEnum):
    """How the panel judged."""

    ANGOFF = "angoff"
    BOOKMARK = "bookmark"


@dataclass(frozen=True)
class CompetenceCuts:
    """The cuts of one competence.

    panel     each cut as the panel sees it, lowest first
    rising    the same, rising strictly
    bands     the rule of a design: cuts, and how far the experts differ on each (SD)
    disputed  level → items on which experts are furthest apart, with the SD of their probabilities
    """

    competence: str
    panel: tuple[PanelCut, ...]
    rising: PanelCuts
    bands: Bands
    disputed: Mapping[str, Mapping[str, float]]

    @property
    def is_moved(self) -> bool:
        """Whether the panel's cuts did not rise."""
        return any(self.rising.moved)


def set_cuts(sheet: Path, method: SheetMethod, parameters: Path) -> tuple[CompetenceCuts, ...]:
    """Return the cuts of every competence of a sheet. Raises `FileNotUsable`."""
    bank = read_bank(parameters)
    panel = read_angoff(sheet, bank) if method is SheetMethod.ANGOFF else read_bookmarks(sheet)
    return tuple(_of_competence(sheet, name, panel, bank, method) for name in panel)


def document(cuts: tuple[CompetenceCuts, ...]) -> dict[str, Any]:
    """Return everything as JSON values: by competence the rule, and the panel behind it."""
    return {"competences": {one.competence: _document(one) for one in cuts}}


def lines(cuts: tuple[CompetenceCuts, ...]) -> Iterator[str]:
    """Yield what the panel reads: each competence's cuts, its agreement, and the rule to copy."""
    for number, one in enumerate(cuts):
        if number:
            yield ""
        if len(cuts) > 1 or one.competence != "all":
            yield f"Competence {shown(one.competence)}"
        yield f"{'level':16}{'cut':>8}{'error':>8}{'SD':>8}  experts"
        for at, cut in enumerate(one.panel):
            numbers = (one.rising.cuts[at], one.rising.standard_errors[at], one.rising.sds[at])
            lowest, highest = min(cut.experts.values()), max(cut.experts.values())
            cells = "".join(f"{number:8.2f}" for number in numbers)
            yield f"{cut.level:16}{cells}  {len(cut.experts)}, from {lowest:.2f} to {highest:.2f}"
        yield from _to_talk_about(one)
        yield json.dumps(_rule(one.bands))


def _of_competence(
    sheet: Path, name: str, panel: Panel, bank: Mapping[str, BankItem], method: SheetMethod
) -> CompetenceCuts:
    judged = panel[name]
    where = "" if name == "all" else f"competence {shown(name)}: "
    if missing := [name_of(band) for band in Band if band not in judged]:
        why = f"{where}nobody judged {listed(missing)}. A design needs a cut for each of its {len(Band)} bands."
        raise FileNotUsable(sheet, why)
    items = _items(sheet, name, bank, len(panel))
    try:
        cuts = tuple(_cut(name_of(band), judged[band], items, method) for band in Band)
        rising = rising_cuts(name, cuts)
        bands = Bands(cuts=_rounded(rising.cuts), cut_sds=_rounded(rising.sds))
    except (JudgementsNotUsable, RuleNotUnderstood) as error:
        raise FileNotUsable(sheet, f"{where}{error}") from error
    disputed = {name_of(band): _disputed(judged[band], name_of(band)) for band in Band}
    return CompetenceCuts(name, cuts, rising, bands, disputed)


def _items(sheet: Path, competence: str, bank: Mapping[str, BankItem], competences: int) -> dict[str, ItemParameters]:
    """Return the parameters of the competence's items; of all where neither file tells competences apart."""
    own = {name: item.parameters for name, item in bank.items() if item.competence == competence}
    if own:
        return own
    if competences > 1 and len({item.competence for item in bank.values()}) > 1:
        why = f"no item of the parameters belongs to competence {shown(competence)}. Check its name in both files."
        raise FileNotUsable(sheet, why)
    return {name: item.parameters for name, item in bank.items()}


def _cut(level: str, judged: Judgements, items: Mapping[str, ItemParameters], method: SheetMethod) -> PanelCut:
    if method is SheetMethod.ANGOFF:
        return angoff_cut(_sheet(level, judged), items)
    return bookmark_cut(level, booklet(items), judged.bookmarks)


def _sheet(level: str, judged: Judgements) -> AngoffSheet:
    items = tuple(dict.fromkeys(item for row in judged.probabilities.values() for item in row))
    rows = {expert: tuple(row.get(item) for item in items) for expert, row in judged.probabilities.items()}
    return AngoffSheet(level, items, rows)


def _disputed(judged: Judgements, level: str) -> dict[str, float]:
    if not judged.probabilities:
        return {}
    spread = _sheet(level, judged).spread_of_items
    far = sorted((item for item, sd in spread.items() if sd >= _DISPUTED), key=lambda item: (-spread[item], item))
    return {item: spread[item] for item in far[:_MOST_DISPUTED]}


def _to_talk_about(one: CompetenceCuts) -> Iterator[str]:
    for cut, moved in zip(one.panel, one.rising.moved, strict=True):
        if moved:
            yield f"  {cut.level}: moved by {moved:+.2f}, since the panel's cuts do not rise. Let it judge again."
        if cut.outliers:
            yield f"  {cut.level}: {listed(cut.outliers)} is far from the rest. Hear why before leaving anybody out."
        unsure = [name for name, distance in cut.inconsistency.items() if distance > _INCONSISTENT]
        if unsure:
            yield f"  {cut.level}: {listed(unsure)} judged items in another order of difficulty than learners show."
        if items := one.disputed[cut.level]:
            named = ", ".join(f"{shown(item)} (SD {sd:.2f})" for item, sd in items.items())
            yield f"  {cut.level}: experts are furthest apart on {named}."


def _document(one: CompetenceCuts) -> dict[str, Any]:
    levels = []
    for at, cut in enumerate(one.panel):
        levels.append(
            {
                "level": cut.level,
                "cut": one.rising.cuts[at],
                "standard_error": one.rising.standard_errors[at],
                "sd": one.rising.sds[at],
                "moved": one.rising.moved[at],
                "experts": dict(cut.experts),
                "outliers": list(cut.outliers),
                "inconsistency": dict(cut.inconsistency),
                "disputed": dict(one.disputed[cut.level]),
            }
        )
    return {"bands": _rule(one.bands), "levels": levels}


def _rule(bands: Bands) -> dict[str, list[float]]:
    return {"cuts": list(bands.cuts), "cut_sds": list(bands.cut_sds)}


def _rounded(values: tuple[float, ...]) -> tuple[float, ...]:
    """Return numbers as a design file should hold them; cuts are at least .1 apart, so they still rise."""
    return tuple(round(value, 4) for value in values)
