"""The page about a simulation: one file that says the same to those who see it and those who do not."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from assessor.assessments import plots
from assessor.assessments.simulation_life import life_section
from assessor.assessments.simulation_page import Study, render
from assessor.assessments.simulation_verdict import verdict
from assessor.psychometrics.adaptive import Design
from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.simulation import SimulationReport, simulate
from assessor.psychometrics.simulation.banks import competence_codes, realistic_bank
from assessor.psychometrics.simulation.life_report import Life, LifeStage
from assessor.psychometrics.simulation.measures import Award
from tests.journeys.browsing import launch

COMPETENCES = competence_codes((2, 2))
DESIGN = Design(
    realistic_bank(120, np.random.default_rng(4), competences=COMPETENCES).pool,
    hierarchy=Hierarchy({code: code[0] for code in COMPETENCES}),
)
STUDY = Study(
    "Kitchen <work> & more", 7, DESIGN.bands.cuts, DESIGN.rules_to_json(), draws_items=False, people="All <of> them."
)
STAGE = LifeStage(0, 12.3, 0.80, (0.79, 0.81), 0.9, 0.04, 0.7, 0.66, 0.04, 0.6, 0.4, 0.4, 1.0, 0.5, 0.3)
LIFE = Life(
    draws=3,
    judged_by=150,
    stages=(
        STAGE,
        replace(STAGE, learners=10, exact=0.815, overconfidence=0.0),
        replace(STAGE, learners=500, exact=0.85, overconfidence=0.01),
    ),
    known_exactly=replace(STAGE, learners=None, exact=0.88, far=None, se_ratio=None, rmse_b=0.0, rmse_a=0.0),
)


@pytest.fixture(scope="module")
def report() -> SimulationReport:
    return simulate(DESIGN, 150, seed=7)


@pytest.fixture(scope="module")
def page(report: SimulationReport) -> str:
    return render(report, STUDY, LIFE)


def test_a_page_is_one_file_without_scripts_and_without_anything_from_elsewhere(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r"""(src|href|url\()\s*=?\s*["']?(https?:)?//""", page)
    assert "default-src 'none'" in page
    assert len(page.encode()) < 60_000


def test_the_name_of_a_bank_is_text_and_never_markup(page: str) -> None:
    assert "Kitchen &lt;work&gt; &amp; more" in page
    assert "<work>" not in page
    assert "Who came: All &lt;of&gt; them." in page


def test_a_page_does_not_tell_how_long_the_simulation_took(report: SimulationReport, page: str) -> None:
    assert render(replace(report, seconds=report.seconds + 100), STUDY, LIFE) == page


def test_every_plot_has_words_axes_with_units_and_a_table(page: str) -> None:
    sections = re.findall(r"<section>.*?</section>", page, re.DOTALL)
    plotted = [section for section in sections if "<svg" in section]

    assert len(plotted) == 7
    for section in plotted:
        drawing = ElementTree.fromstring(re.findall(r"<svg.*?</svg>", section, re.DOTALL)[0])
        assert drawing.get("role") == "img"
        assert len(drawing.get("aria-label", "")) > 40
        assert len([text for text in drawing.iter("text") if text.get("class") == "title"]) == 2
        assert section.index("<figure>") < section.index("<table>")
        assert "<caption>" in section


def test_each_competence_of_a_hierarchy_has_its_row(page: str) -> None:
    for code in COMPETENCES:
        assert f'<th scope="row">{code}</th>' in page


def test_rules_in_force_are_listed_and_no_others(page: str) -> None:
    rules = page.partition("Rules of the test")[2]

    assert re.search(r"stopping: maximum items</th><td>20</td>", rules)
    assert "hierarchy: areas: 1.1" in rules
    assert "curtailment" not in rules


def test_too_few_people_give_no_figure() -> None:
    page = render(simulate(DESIGN, 12, seed=7), STUDY)

    assert '<span class="few">too few</span>' in page
    assert "too few learners to draw" in page


def test_one_learner_is_enough_for_a_page() -> None:
    page = render(simulate(DESIGN, 0, seed=7, thetas=[0.3]), STUDY)

    assert "What 1 virtual learner met" in page
    assert "nan" not in page
    assert "inf" not in page.replace("information", "").replace("Information", "")


def test_the_first_figure_is_whether_a_certificate_keeps_its_promise(page: str) -> None:
    first = re.findall(r"<dt>(.*?)</dt>", page)[0]

    assert first == "Of those who get a band, have it"
    assert page.index("Promised: 90") < page.index("Questions in a test")


def told(report: SimulationReport) -> str:
    return verdict(report).replace("\N{NO-BREAK SPACE}", " ")


def kept(report: SimulationReport, awarded: int, true_share: float) -> SimulationReport:
    honest = replace(report.honesty, overconfidence=0.0)
    rows = tuple(replace(row, too_high=0.0) for row in report.by_band)
    awards = {"basic": Award(awarded, true_share)}
    return replace(report, too_high=0.0, awarded_true=true_share, awards=awards, honesty=honest, by_band=rows)


def test_a_promise_that_is_kept_is_a_reason_to_use_the_test(report: SimulationReport) -> None:
    assert told(kept(report, 400, 0.93)).startswith("Use this test: of those who get a band, 93 % have it")


def test_a_promise_that_is_broken_by_more_than_chance_is_a_reason_against_the_test(report: SimulationReport) -> None:
    broken = kept(report, 400, 0.84)

    assert told(broken) == ("Do not use this test: of those who get a band, only 84 % have it, and 90 % are promised.")
    assert re.search(r'<td><strong class="marked">84.%.!</strong></td>', render(broken, STUDY))


def test_a_promise_that_chance_may_have_broken_is_a_reason_to_look(report: SimulationReport) -> None:
    assert told(kept(report, 60, 0.87)).startswith("Look before you use this test: of those who get Basic, 87 % have")
    assert told(kept(report, 5, 1.0)).startswith("Look before you use this test: too few (5)")


def test_a_group_at_risk_is_named_though_few_of_all_get_a_higher_band(report: SimulationReport) -> None:
    kind = kept(report, 400, 0.95)
    group = replace(kind, by_band=(*kind.by_band[:-1], replace(kind.by_band[-1], learners=50, too_high=0.23)))

    assert "too many people get a higher band" in told(group)
    assert re.search(r'<td><strong class="marked">23.%.!</strong></td>', render(group, STUDY))


def test_too_many_with_a_higher_band_are_a_reason_against_the_test(report: SimulationReport) -> None:
    assert told(replace(kept(report, 400, 0.95), too_high=0.08)).startswith("Do not use this test: 8 % get a higher")


def test_a_report_without_competences_has_no_section_about_them() -> None:
    design = Design(DESIGN.pool)

    page = render(simulate(design, 30, seed=7), replace(STUDY, rules=design.rules_to_json()))

    assert "each competence?" not in page


def test_a_life_tells_in_one_sentence_what_learners_add(page: str) -> None:
    sentence = re.findall(r'finding">(After 500 learners.*?)</p>', page)[0].replace("\N{NO-BREAK SPACE}", " ")

    assert sentence == (
        "After 500 learners 85 % get exactly their band, 80 % on the word of experts alone; if every question were "
        "known exactly, it would be 88 %. It promises too much on the word of experts alone: 4.0 points."
    )


def test_learners_who_change_nothing_are_said_to_change_nothing() -> None:
    alike = replace(LIFE, stages=(STAGE, replace(STAGE, learners=1, exact=0.804)))

    finding = life_section(alike).finding

    assert finding.startswith("After 1 learner 80")
    assert "as many as on the word of experts alone, give or take a point" in finding


def test_a_life_without_learners_compares_experts_with_what_could_be_known() -> None:
    finding = life_section(replace(LIFE, stages=(STAGE,))).finding.replace("\N{NO-BREAK SPACE}", " ")

    assert finding.startswith("On the word of experts alone 80 % get exactly their band; if every question")


def test_milestones_too_close_to_be_labelled_keep_their_points() -> None:
    drawing = ElementTree.fromstring(life_section(LIFE).plot or "")

    labels = [text.text for text in drawing.iter("text") if text.get("class") == "tick"]

    assert labels[-2:] == ["0", "500"]
    assert len(list(drawing.iter("circle"))) == 3


def test_a_page_without_a_life_has_no_section_about_it(report: SimulationReport) -> None:
    assert "when people have come" not in render(report, STUDY)


@pytest.mark.parametrize(
    ("lowest", "highest", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (8, 20, [8, 10, 12, 14, 16, 18, 20]),
        (0, 37, [0, 10, 20, 30]),
        (-0.004, 0.004, [-0.004, -0.002, 0, 0.002, 0.004]),
    ],
)
def test_axes_are_labelled_at_round_values(lowest: float, highest: float, expected: list[float]) -> None:
    assert plots.ticks(lowest, highest) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(-0.5, None, "−0.5"), (-0.001, 1, "0.0"), (1234.5, 1, "1,234.5"), (3.0, None, "3")]
)
def test_numbers_are_written_for_people(value: float, digits: int | None, text: str) -> None:
    assert plots.written(value, digits) == text


def test_a_line_of_many_points_is_thinned_and_keeps_its_ends() -> None:
    axis = plots.Axis("n", 0, 50_000, ())

    drawn = plots.line([(float(at), float(at)) for at in range(50_001)])(plots.Frame(axis, axis))

    assert len(drawn) < 6_000
    assert drawn.count("L") == 299
    assert "M44.0 184.0" in drawn
    assert "290.0 30.0" in drawn


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1200])
def test_a_page_fits_and_has_no_barriers(browser: Browser, page: str, width: int, mode: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if mode == "dark" else "light", bypass_csp=True
    )
    shown = context.new_page()
    shown.set_content(page)

    found = Axe().run(shown).response["violations"]

    assert json.dumps([one["id"] for one in found]) == "[]"
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
