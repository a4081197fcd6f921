"""Item parameters as rows of a table: what makes a pool, and what is refused with its row."""

import csv
from contextlib import suppress
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.adaptive.pool import Pool
from assessor.psychometrics.measuring.response_models import Curve
from assessor.psychometrics.simulation import ParametersNotReadable, pool_from_rows
from assessor.psychometrics.standards.bands import Band

ROW = {
    "item": "phone",
    "model": "2pl",
    "a": "1.2",
    "b": "-0.75",
    "competence": "4.1",
    "band": "highly-advanced",
}


def test_a_pool_is_read_from_rows_of_parameters() -> None:
    full = ROW | {
        "item": "bank",
        "se_a": ".3",
        "se_b": ".5",
        "band": "1",
        "family": "f",
        "enemies": "phone x",
    }

    bank, phone = pool_from_rows([ROW, full]).items

    assert (phone.parameters.se_b, phone.band, phone.family) == (0.0, Band.HIGHLY_ADVANCED, None)
    assert (bank.parameters.se_b, bank.band, bank.family) == (0.5, Band.BASIC, "f")
    assert bank.enemies == {"phone", "x"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"a": "steep"}, "steep"),
        ({"a": "-1"}, "slope"),
        ({"b": ""}, "column b"),
        ({"band": "expert"}, "band expert"),
        ({"model": "grm"}, "model grm"),
    ],
)
def test_a_row_that_makes_no_item_is_refused_with_its_number(change: dict[str, object], told: str) -> None:
    with pytest.raises(ParametersNotReadable, match=rf"Row 2 .*{told}"):
        pool_from_rows([ROW, ROW | {"item": "second"} | change])


def test_rows_of_a_file_are_numbered_as_its_reader_says() -> None:
    with pytest.raises(ParametersNotReadable, match=r"Row 3 .*item phone is in row 2 already"):
        pool_from_rows([ROW, ROW], first=2)


def test_rows_without_competence_and_band_are_of_one_competence_and_of_the_band_of_their_difficulty() -> None:
    pool = pool_from_rows([{"item": "easy", "a": 1, "b": -1.5}, {"item": "hard", "a": 1, "b": 0.5}])

    assert pool.competences == ("all",)
    assert [item.band for item in pool.items] == [Band.BASIC, Band.ADVANCED]


def pool_of(table: str) -> Pool:
    return pool_from_rows(csv.DictReader(StringIO(table)))


@pytest.mark.parametrize(
    ("row", "a", "b", "c", "d"),
    [
        ("rasch,,0.5,,", 1.0, 0.5, 0.0, 1.0),
        ("1pl,0.9,0.5,,", 0.9, 0.5, 0.0, 1.0),
        ("2pl,1.4,0.5,0,1", 1.4, 0.5, 0.0, 1.0),
        ("3pl,1.4,0.5,0.2,", 1.4, 0.5, 0.2, 1.0),
        ("4pl,1.4,0.5,0.2,0.95", 1.4, 0.5, 0.2, 0.95),
        (",1.4,0.5,0.2,", 1.4, 0.5, 0.2, 1.0),
    ],
)
def test_logistic_models_are_read(row: str, a: float, b: float, c: float, d: float) -> None:
    (item,) = pool_of(f"item,model,a,b,c,d\nmail,{row}").items

    assert (item.parameters.a, item.parameters.b, item.parameters.c, item.parameters.d) == (a, b, c, d)
    assert item.parameters.curve is Curve.LOGISTIC


def test_models_with_steps_are_read_beside_others() -> None:
    pool = pool_of(
        "item,model,a,b,b1,b2,b3,se_b\n"
        "g1,grm,1.2,,-1,0,1.3,.2\n"
        "g2,gpcm,0.8,,0.5,-0.5,,\n"
        "g3,pcm,,0.25,0,0.5,,\n"
        "g4,2pl,1.1,-1,,,,\n"
    )

    grm, gpcm, pcm, logistic = (item.parameters for item in pool.items)
    assert (grm.curve, grm.thresholds, grm.se_b) == (Curve.GRADED, (-1.0, 0.0, 1.3), 0.2)
    assert (gpcm.curve, gpcm.thresholds, gpcm.b) == (Curve.PARTIAL_CREDIT, (0.5, -0.5), 0.0)
    assert (pcm.a, pcm.b) == (1.0, 0.25)
    assert logistic.thresholds == ()


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("item,a,b\nx,1,0\ny,1", "Row 2 .*fewer cells than the header.* column b"),
        ("item,a,b\nx,1,0\ny,1,0,3", "Row 2 .*more cells than the header"),
        ("item,a,b\nx,1,0\nx,1,1", "Row 2 .*item x is in row 1 already"),
        ("item,a,b\nx,-0.4,0", r"Row 1 .*item x.*slope a is -0.4.*scoring key"),
        ("item,a,b\nx,0,0", "slope a is 0"),
        ("item,a,b\nx,1,nan", "b is 'nan', not a number"),
        ("item,a,b\nx,1,40", "same chance .*tells nothing"),
        ("item,a,b\n", "no rows"),
        ("item,model,a,b\nx,5pl,1,0", "model 5pl is not one of rasch"),
        ("item,model,a,b\nx,rasch,1.2,0", "model rasch has no a"),
        ("item,model,a,b,c\nx,2pl,1.2,0,.2", "model 2pl has no c"),
        ("item,model,a,b,b1\nx,2pl,1.2,0,1", "only pcm, gpcm and grm have thresholds"),
        ("item,model,a\nx,grm,1.2", "model grm needs a threshold for each step"),
        ("item,model,a,b1,b2\nx,grm,1.2,1,0", "must rise"),
        ("item,model,a,b1,b2,b3\nx,gpcm,1,0,,1", "without a gap, not b1, b3"),
        ("item,model,a,b,b1,b2\nx,gpcm,1,2,0,1", "b is 2, but the mean of the thresholds is 0.500"),
        ("item,a,b,reading_load\nx,1,0,heavy", "reading_load is 'heavy'"),
    ],
)
def test_a_refusal_names_row_item_and_what_to_do(table: str, told: str) -> None:
    with pytest.raises(ParametersNotReadable, match=told):
        pool_of(table)


def test_columns_may_be_written_in_capitals_and_unknown_ones_are_left_alone() -> None:
    (item,) = pool_of("Item,A,B,Comment\nmail,1.5,0,written by Grace").items

    assert item.parameters.a == 1.5


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=5))
def test_any_table_is_a_pool_or_a_refusal(cells: list[list[str]]) -> None:
    columns = ["item", "model", "a", "b", "b1", "b2"]
    rows = [dict(zip(columns, row, strict=False)) for row in cells]

    with suppress(ParametersNotReadable):
        assert len(pool_from_rows(rows)) == len(rows)
