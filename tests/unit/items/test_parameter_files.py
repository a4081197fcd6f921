"""Parameters before the first answer."""

from dataclasses import replace

from assessor.items.bank import Parameters
from assessor.items.findings import Findings
from assessor.items.item import Item
from assessor.items.parameter_files import parameters_csv, read_parameters


def test_expert_priors_are_written_for_scored_items_only(items: dict[str, Item]) -> None:
    written = parameters_csv([items["fs-41-update"], items["practice-cup"], items["fs-42-profile"]])

    assert written == (
        "item,model,a,b,se_a,se_b,source\n"
        "fs-41-update,2pl,1.2,-1.75,0.3,0.35,expert prior\n"
        "fs-42-profile,2pl,1.2,-0.55,0.3,0.5,expert prior\n"
    )


def test_what_is_written_is_read(items: dict[str, Item]) -> None:
    findings = Findings()

    found = read_parameters(parameters_csv(items.values()), items, (), findings)

    assert findings == Findings()
    assert found["fs-41-note"] == Parameters("2pl", 1.2, -1.45, 0.3, 0.35, "expert prior")
    assert set(found) == {name for name, item in items.items() if not item.practice}


def test_the_range_of_b_is_refused_at_both_ends(items: dict[str, Item]) -> None:
    item = replace(items["fs-41-note"], id="x")
    findings = Findings()

    for b in ("-6.01", "6.01", "inf", "", "1e3"):
        text = f"item,model,a,b,se_a,se_b,source\nx,2pl,1.2,{b},0.3,0.5,somebody\n"
        read_parameters(text, {"x": item}, (), findings)

    problems = [problem for problem in findings.errors if problem.line == 2]
    assert [problem.reason[:4] for problem in problems] == ["b is"] * 5


def test_a_quoted_line_break_does_not_shift_the_lines(items: dict[str, Item]) -> None:
    findings = Findings()
    text = 'item,model,a,b,se_a,se_b,source\nfs-41-note,2pl,1.2,0,.3,.5,"two\nlines"\nnobody,2pl,1,1,1,1,x\n'

    read_parameters(text.replace(",.", ",0."), {"fs-41-note": items["fs-41-note"]}, (), findings)

    assert [(problem.line, problem.reason) for problem in findings.errors] == [(4, "There is no item 'nobody'.")]
