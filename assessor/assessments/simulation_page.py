"""One page that shows what a simulation found: for the people who decide whether a test may be used.

The page is one HTML file: no script, nothing from another place, the same bytes for the same report. It does not say
how long the simulation took, which is the one thing that differs from run to run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from assessor.assessments import simulation_sections as sections
from assessor.assessments.simulation_life import life_section
from assessor.assessments.simulation_sections import Table
from assessor.assessments.simulation_verdict import FEW, TOO_FEW, Marked, verdict
from assessor.psychometrics.simulation import SimulationReport
from assessor.psychometrics.simulation.life_report import Life

_NONE = "none"


@dataclass(frozen=True)
class Study:
    """What was simulated: for the head and the end of the page.

    bank         its name
    cuts         lower cut of each band, in theta
    rules        of the design, as `Design.rules_to_json` gives them
    draws_items  whether the true item parameters were drawn within their stated uncertainty
    people       who came, in words
    """

    bank: str
    seed: int
    cuts: Sequence[float]
    rules: Mapping[str, Any]
    draws_items: bool
    people: str


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("assessor.assessments"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("assessments/simulation.html")


def render(report: SimulationReport, study: Study, life: Life | None = None) -> str:
    """Return the whole page as HTML; a life has a section of its own."""
    more = () if life is None else (life_section(life),)
    return _template().render(
        study=study,
        report=report,
        facts=sections.facts(report),
        sections=sections.all_of(report, study.cuts, *more),
        rules=_rules(study.rules),
        few=FEW,
        too_few=TOO_FEW,
        is_marked=_is_marked,
        verdict=verdict(report),
    )


def _is_marked(text: str) -> bool:
    return isinstance(text, Marked)


def _rules(rules: Mapping[str, Any]) -> Table:
    in_force = tuple((name, value) for name, value in _flat(rules) if value != _NONE)
    return Table("Rules of the test (those not named are switched off)", ("Rule", "Value"), in_force)


def _flat(rules: Mapping[str, Any], before: str = "") -> Sequence[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in rules.items():
        label = f"{before}{name.replace('_', ' ')}"
        if isinstance(value, Mapping) and value:
            rows += _flat(value, f"{label}: ")
        else:
            rows.append((label, _rule(value)))
    return rows


def _rule(value: Any) -> str:
    if value is None or value in ({}, [], ()):
        return _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(_rule, value)) if isinstance(value, list | tuple) else str(value)
