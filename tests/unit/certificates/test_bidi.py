"""UAX #9: the consortium's own cases, and what a certificate needs from them."""

import lzma
from pathlib import Path

import pytest

from assessor.certificates import bidi

CASES = Path(__file__).parents[2] / "vectors" / "bidi-character-test-15.0.0.txt.xz"


def wrong_cases() -> tuple[int, list[str]]:
    total, wrong = 0, []
    with lzma.open(CASES, "rt", encoding="utf-8") as lines:
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            codes, direction, paragraph, expected, order = line.split(";")
            text = "".join(chr(int(code, 16)) for code in codes.split())
            base = {"0": 0, "1": 1, "2": None}[direction]
            found = bidi.levels(text, base)
            visible = [i for i, level in enumerate(expected.split()) if level != "x"]
            shown = [visible[i] for i in bidi.visual_order([found[i] for i in visible])]
            right = (
                all(level in ("x", str(found[i])) for i, level in enumerate(expected.split()))
                and shown == [int(place) for place in order.split()]
                and (base is not None or bidi.first_strong_level(text) == int(paragraph))
            )
            total += 1
            if not right:
                wrong.append(line)
    return total, wrong


def test_every_case_of_the_unicode_character_test_is_ordered_right() -> None:
    total, wrong = wrong_cases()

    assert total == 91_707
    assert wrong == []


def test_an_isolated_date_in_arabic_keeps_its_order() -> None:
    text = "صدرت في \u2068" + "2026-11-21" + "\u2069"

    found = bidi.levels(text, base=1)

    date = found[text.index("2026") : text.index("2026") + 10]
    assert date == [2] * 10


def test_a_bare_date_after_arabic_would_be_turned_round() -> None:
    text = "صدرت في 2026-11-21"

    order = [text[i] for i in bidi.visual_order(bidi.levels(text, base=1))]

    assert "".join(order).startswith("21-11-2026")


def test_trailing_space_of_a_line_takes_the_direction_of_the_paragraph() -> None:
    text = "ab "

    assert bidi.reset_line_end(text, [2, 2, 2], 1) == [2, 2, 1]


@pytest.mark.parametrize("text", ["", "Ada", "3MZ0S-WJR5T-RQHN"])
def test_plain_latin_text_has_level_zero(text: str) -> None:
    assert bidi.levels(text, base=0) == [0] * len(text)


def test_very_deep_nesting_stays_bounded() -> None:
    text = "\u2067" * 5000 + "א" + "\u2069" * 5000

    assert max(bidi.levels(text, base=0)) <= bidi.MAX_DEPTH + 1
