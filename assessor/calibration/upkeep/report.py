"""An inspection as one JSON document, as a table of items, and as the few lines that a person needs."""

import csv
import math
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from textwrap import TextWrapper
from typing import Any

from assessor.calibration.unusable import listed, shown
from assessor.calibration.upkeep.groups import Comparison
from assessor.calibration.upkeep.inspecting import Inspection
from assessor.calibration.upkeep.people_fit import BY_CHANCE
from assessor.calibration.upkeep.remarks import LIFECYCLE, GroupFinding, ItemFinding
from assessor.psychometrics.care.lifecycle import State

_WIDTH = 120

_COLUMNS = (
    *("item", "state", "was", "answers", "mean", "difficulty", "correlation", "alpha_without"),
    *("fit", "fit_statistic", "fit_df", "fit_p", "fit_size"),
    *("dif_group", "dif_class", "dif_delta", "displacement", "displacement_in_sd", "remarks"),
)


def document(found: Inspection) -> dict[str, Any]:
    """Return everything that was found as JSON values."""
    return {
        "in_order": found.is_in_order,
        "notes": list(found.notes),
        "people": found.people,
        "everybody_answered_everything": found.is_fixed_form,
        "population": {"mean": found.population.mean, "sd": math.sqrt(found.population.variance)},
        "reliability": _reliability(found),
        "person_fit": {str(agreement): people for agreement, people in found.person_fit.people.items()},
        "groups": [_comparison(one) for one in found.groups],
        "drift": _drift(found),
        "unanswered": list(found.unanswered),
        "items": {finding.item: _item(finding) for finding in found.items},
    }


def table(found: Inspection) -> str:
    """Return one row an item as CSV; of several groups the one with the largest delta."""
    out = StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for finding in found.items:
        writer.writerow({name: _cell(value) for name, value in _row(finding).items()})
    return out.getvalue()


def lines(found: Inspection) -> Iterator[str]:
    """Yield what a person reads: the bank in a few lines, then the items with remarks, the worst first."""
    form = "everybody answered everything" if found.is_fixed_form else "not everybody answered everything"
    yield f"{found.people:,.0f} people, {len(found.items):,} items, {form}"
    yield f"Reliability   {_reliability_in_words(found)}"
    yield f"Person fit    {_person_fit_in_words(found)}"
    for one in found.groups:
        yield f"Group         {shown(one.focal)} against {shown(one.reference)}: {_comparison_in_words(one)}"
    if found.drift:
        yield f"Drift         {_drift_in_words(found)}"
    yield f"States        {_states_in_words(found)}"
    if experts := sum(not finding.on_file.estimated for finding in found.items):
        yield f"Experts only  {experts:,} items have the level that experts named: calibrate them before judging them"
    if too_few := sum(finding.answers < LIFECYCLE.operational_from for finding in found.items):
        yield f"Too few       {too_few:,} items have fewer than {LIFECYCLE.operational_from} answers: fit not judged"
    for note in found.notes:
        yield from ("", *_wrapped(note, "! ", "  "))
    for finding in found.remarkable:
        yield ""
        yield f"{shown(finding.item)}  ({_move_in_words(finding)})"
        for remark in finding.remarks:
            yield from _wrapped(f"{remark.text} {remark.advice}", "  - ", "    ")
    if found.is_in_order:
        yield "Nothing to look at."


def _reliability(found: Inspection) -> dict[str, Any]:
    precision, whole = found.precision, found.precision.sum_score
    names = ("alpha", "kuder_richardson_20", "lambda_2", "split_half", "omega", "sd", "standard_error_of_measurement")
    return {
        "sum_score": None if whole is None else {name: _number(getattr(whole, name)) for name in names},
        "why_not": precision.why_not,
        "from_pairs_of_items": precision.is_pairwise,
        "abilities": precision.abilities,
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    matched = one.purified
    return {
        "group": one.focal,
        "reference": one.reference,
        "people": one.people,
        "reference_people": one.reference_people,
        "why_not": one.why_not,
        "items_matched_by": 0 if matched is None else int(matched.anchors.sum()),
        "rounds": 0 if matched is None else matched.rounds,
        "settled": matched is not None and matched.converged,
    }


def _drift(found: Inspection) -> dict[str, Any] | None:
    drift = found.drift
    if drift is None:
        return None
    return {
        "link": None if drift.link is None else {"A": drift.link.A, "B": drift.link.B},
        "anchors": list(drift.kept),
        "left_out": list(drift.left_out),
        "held": list(drift.held),
        "why_not": drift.why_not,
    }


def _item(finding: ItemFinding) -> dict[str, Any]:
    numbers, fit, moved, step = finding.statistics, finding.fit, finding.displacement, finding.transition
    return {
        "answers": finding.answers,
        "mean": _number(numbers.mean),
        "difficulty": _number(numbers.difficulty),
        "sd": _number(numbers.sd),
        "correlation": _number(numbers.rest_correlation),
        "alpha_without": _number(numbers.alpha_without),
        "fit": {"method": fit.method, "statistic": fit.statistic, "df": fit.df, "p": fit.p}
        | {"q": _number(finding.fit_q), "size": fit.size},
        "dif": [_group(one) for one in finding.groups],
        "pairs": [
            {"first": pair.first, "second": pair.second, "q3": pair.q3, "excess": pair.excess, "people": pair.persons}
            for pair in finding.pairs
        ],
        "drift": moved and {"displacement": moved.displacement, "sd": moved.sd, "in_sd": moved.in_sd},
        "was": finding.on_file.state,
        "state": str(step.state),
        "reasons": list(step.reasons),
        "remarks": [
            {"about": str(remark.kind), "text": remark.text, "advice": remark.advice} for remark in finding.remarks
        ],
    }


def _group(one: GroupFinding) -> dict[str, Any]:
    dif, counts, regression, steadied = one.dif, one.dif.mantel_haenszel, one.dif.logistic, one.dif.shrunken
    return {
        "group": one.focal,
        "reference": one.reference,
        "people": counts.n_focal,
        "reference_people": counts.n_reference,
        "class": dif.dif_class,
        "delta": _number(dif.delta),
        "sd": _number(dif.sd),
        "q": _number(dif.q),
        "mantel_haenszel": {"chi2": _number(counts.chi2)}
        | ({"delta": counts.delta, "se_delta": counts.se_delta, "p": counts.p} if counts.is_estimated else {}),
        "shrunken": {"delta": _number(steadied.delta), "probability_large": _number(steadied.probability_large)},
        "logistic": {"uniform": _number(regression.uniform), "nonuniform": _number(regression.nonuniform)}
        | {"q": _number(dif.q_any), "r2_change": _number(regression.r2_change)},
    }


def _row(finding: ItemFinding) -> dict[str, Any]:
    numbers, fit, moved = finding.statistics, finding.fit, finding.displacement
    known = [one for one in finding.groups if one.dif.dif_class is not None]
    worst = max(known, key=lambda one: abs(one.dif.delta), default=None)
    values = (
        *(finding.item, str(finding.transition.state), finding.on_file.state or "", finding.answers),
        *(numbers.mean, numbers.difficulty, numbers.rest_correlation, numbers.alpha_without),
        *(fit.method, fit.statistic, fit.df, fit.p, fit.size),
        *((worst.focal, worst.dif.dif_class, worst.dif.delta) if worst else ("", "", "")),
        *((moved.displacement, moved.in_sd) if moved else ("", "")),
        " ".join(f"{remark.text} {remark.advice}" for remark in finding.remarks),
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _cell(value: Any) -> str:
    """Return a number with up to six decimals, and nothing for what is not known."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _number(value: float | None) -> float | None:
    """Return None for a number that is not known, since JSON has no nan."""
    return None if value is None or not math.isfinite(value) else value


def _reliability_in_words(found: Inspection) -> str:
    precision, whole = found.precision, found.precision.sum_score
    said = []
    if whole is not None and found.is_fixed_form:
        omega = "" if whole.omega is None else f", omega {whole.omega:.2f}"
        error = f"standard error {whole.standard_error_of_measurement:.1f} points"
        said.append(f"of the sum score: alpha {whole.alpha:.2f}, lambda-2 {whole.lambda_2:.2f}{omega}, {error}")
    if precision.abilities is not None:
        said.append(f"of the abilities: {precision.abilities:.2f}")
    if not found.is_fixed_form:
        said.append("a sum score says nothing, since people answered different items")
    elif whole is None:
        said.append(precision.why_not if found.people > 1 else "one person shows none")
    return "; ".join(said)


def _person_fit_in_words(found: Inspection) -> str:
    fit = found.person_fit
    if not fit.judged:
        return "nobody has enough answers to tell"
    return (
        f"{fit.surprising:,.0f} of {fit.judged:,.0f} people ({fit.surprising / fit.judged:.1%}) have more surprising "
        f"answers than the model expects; about {BY_CHANCE:.1%} would by chance"
    )


def _comparison_in_words(one: Comparison) -> str:
    if one.purified is None:
        return "see below" if one.is_problem else one.why_not
    return (
        f"{one.people:,.0f} and {one.reference_people:,.0f} people, "
        f"matched by {int(one.purified.anchors.sum())} of {len(one.purified.anchors)} items"
    )


def _drift_in_words(found: Inspection) -> str:
    drift = found.drift
    if drift is None or drift.link is None:
        return "see below"
    held = f"; {len(drift.held)} held at their earlier values" if drift.held else ""
    left_out = f", without {listed(drift.left_out)}" if drift.left_out else ""
    return f"linked by {len(drift.kept)} anchors{left_out}{held}"


def _states_in_words(found: Inspection) -> str:
    counts = Counter(finding.transition.state for finding in found.items)
    return ", ".join(f"{counts[state]:,} {state}" for state in State if counts[state])


def _move_in_words(finding: ItemFinding) -> str:
    was, state = finding.on_file.state, finding.transition.state
    return str(state) if was is None or was is state else f"{was} → {state}"


def _wrapped(text: str, first: str, then: str) -> list[str]:
    return TextWrapper(_WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False).wrap(text)
