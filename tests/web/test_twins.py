"""What stands in the scripts of the checking page and in the library as well says the same in both."""

import re
from typing import Any

import pytest

from assessor.certificates import merkle, signed_data, standing, status
from assessor.verification import many as lists
from assessor.verification import spreadsheet
from assessor.verification.views import badges, many
from assessor.verification.views.context import FOLDER

MB = 1 << 20


def constant(script: str, name: str) -> Any:
    """What a constant of a script is: a number, a list or an object of numbers."""
    text = (FOLDER / f"{script}.js").read_text(encoding="utf-8")
    found = re.search(rf"(?:const|,) {name} = (\[[^\]]*\]|{{[^}}]*}}|[^,;]*)[,;]", text)
    assert found, f"{script}.js has no {name}"
    return eval(re.sub(r"(\w+):", r"'\1':", found[1]), {"__builtins__": {}})


@pytest.mark.parametrize(
    ("script", "name", "twin"),
    [
        ("many", "LARGEST", many.LARGEST),
        ("many", "MOST", lists.MOST),
        ("pile", "TROUBLE", list(lists.TROUBLE)),
        ("pile", "COUNTED", list(many.COUNTED)),
        ("pile", "LONGEST_SHOWN", many.LONGEST_SHOWN),
        ("judge", "SKEW", standing.CLOCK_SKEW.total_seconds()),
        ("trust", "MOST_ISSUED", merkle.MAX_LEAVES),
        (
            *("trust", "MOST"),
            {
                "bundle": signed_data.MAX_BUNDLE,
                "catalogue": signed_data.MAX_CATALOGUE,
                "withdrawals": signed_data.MAX_WITHDRAWALS,
                "token": status.MAX_TOKEN,
            },
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_script_and_library_have_the_same_bounds_and_order(script: str, name: str, twin: Any) -> None:
    assert constant(script, name) == twin


def test_files_are_refused_before_they_are_sent_where_the_server_would_refuse_them() -> None:
    most = constant("start", "MOST")

    assert most["server"] == badges.LARGEST_MB
    assert most["picture"] * MB == constant("scanner", "LARGEST_FILE")


def test_cells_that_a_spreadsheet_would_run_begin_with_the_same_signs() -> None:
    script = (FOLDER / "pile.js").read_text(encoding="utf-8")
    found = re.search(r"FORMULA = /\^\[(.*?)\]/", script)

    assert found
    # Rows of the page have no line breaks and no tabs: `plain` makes spaces of them.
    assert set(found[1].replace("\\", "")) == {sign for sign in spreadsheet._FORMULA if not sign.isspace()}
