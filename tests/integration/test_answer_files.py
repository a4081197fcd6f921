"""Files of answers: what is understood, what is refused and where, and that both ways of reading agree."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from assessor.calibration import guarded_duckdb
from assessor.calibration.answers import SHORT_TEST, Answers, StoredShard
from assessor.calibration.csv_tables import LONGEST_LINE, MOST_COLUMNS
from assessor.calibration.guarded_duckdb import DuckDbMissing
from assessor.calibration.opening import read_answers
from assessor.calibration.unusable import FileNotUsable
from assessor.psychometrics.measuring.responses import MISSING, SHARD, Sparse

Write = Callable[[str | bytes], Path]

#: Both ways of reading must understand, and refuse, the same.
BOTH = pytest.mark.parametrize("out_of_core", [False, True], ids=["in memory", "out of core"])

LONG = "person,item,score\n"
MANY = [f"q{number}" for number in range(SHORT_TEST + 1)]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of answers."""

    def write_file(content: str | bytes) -> Path:
        path = tmp_path / "answers.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def read(path: Path, **options: Any) -> Answers:
    """Read a file; pieces go to a folder beside it."""
    folder = path.parent / f"pieces {len(list(path.parent.iterdir()))}"
    folder.mkdir()
    return read_answers(path, folder, **options)


def rows(answers: Answers) -> list[tuple[list[int], float, str]]:
    """The scores, number of people and group of every row."""
    found = []
    for shard in answers.shards:
        piece = shard.load()
        groups = [piece.groups[number] for number in piece.group] if piece.groups else [""] * piece.persons
        found += list(zip(piece.dense().tolist(), piece.weight.tolist(), groups, strict=True))
    return found


def refusal(path: Path, **options: Any) -> str:
    """What is said when a file is refused."""
    with pytest.raises(FileNotUsable) as refused:
        read(path, **options)
    message = str(refused.value)
    assert message.startswith(str(path))
    assert message.isprintable()
    return message.removeprefix(str(path))


@BOTH
def test_one_row_a_person_is_read_with_empty_cells_as_not_asked(write: Write, out_of_core: bool) -> None:
    answers = read(write("person,phone,mail\nada,1,0\ngrace,,2\nolu,1,0\n"), out_of_core=out_of_core)

    assert answers.items == ("phone", "mail")
    assert (answers.people, answers.silent) == (3, 0)
    assert rows(answers) == [([-1, 2], 1.0, ""), ([1, 0], 2.0, "")]


@BOTH
def test_one_row_an_answer_gives_the_same_as_one_row_a_person(write: Write, out_of_core: bool) -> None:
    wide = rows(read(write("phone,mail\n1,0\n,2\n1,0\n"), out_of_core=out_of_core))

    long = read(
        write(LONG + "ada,phone,1\ngrace,mail,2\nolu,mail,0\nada,mail,0\nolu,phone,1\n"), out_of_core=out_of_core
    )

    assert long.items == ("phone", "mail")
    assert rows(long) == wide


@BOTH
@pytest.mark.parametrize(
    "content",
    [
        "\ufeffperson;phone;mail\r\nada;1;0\r\ngrace;;2\r\n",
        "person\tphone\tmail\nada\t1\t0\n\n  grace\t\t2",
        'person,phone,mail\n"ada",1.0,"0"\n"grace, the second",NA, 2\n',
        ",phone,mail\n1,1,0\n2,NA,2\n",
        "ID,phone,mail\n1,1,0\n3,,\n2,,2\n",
    ],
    ids=["European spreadsheet", "tabs", "statistics programme", "row names", "silent person"],
)
def test_what_other_programmes_write_is_understood(content: str, write: Write, out_of_core: bool) -> None:
    answers = read(write(content), out_of_core=out_of_core)

    assert answers.items == ("phone", "mail")
    assert rows(answers) == [([-1, 2], 1.0, ""), ([1, 0], 1.0, "")]


@BOTH
def test_groups_are_numbered_by_alphabet_and_items_can_be_left_out(write: Write, out_of_core: bool) -> None:
    path = write("phone,mail,language\n1,0,sv\n0,1, fi \n1,1,sv\n")

    answers = read(path, group="language", without=["mail"], out_of_core=out_of_core)

    assert answers.items == ("phone",)
    assert answers.groups == ("fi", "sv")
    assert rows(answers) == [([0], 1.0, "fi"), ([1], 2.0, "sv")]


@BOTH
def test_a_long_table_has_groups_and_items_left_out_too(write: Write, out_of_core: bool) -> None:
    content = "language,score,item,person\nsv,1,phone,ada\nfi,0,phone,olu\nfi,1,mail,olu\nfi,,photo,eve\n"

    answers = read(write(content), group="language", without=["mail"], out_of_core=out_of_core)

    assert answers.items == ("phone",)
    assert answers.silent == 1
    assert rows(answers) == [([0], 1.0, "fi"), ([1], 1.0, "sv")]


@BOTH
@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("", "", "the file is empty"),
        ("\n\n", "", "the file is empty"),
        ("phone,mail\n", "", "there are no answers"),
        ("phone,mail\n,\n", "", "there are no answers"),
        ("phone,mail\n1,0\n1\n", ", row 3", "cells in this row: 1, in the header: 2"),
        ("phone,mail\n1,0,1\n", ", row 2", "cells in this row: 3, in the header: 2"),
        ("phone,mail\n\n1,0\n1,x\n", ", row 4, column mail", "'x' is not a score. Write 0, 1, 2"),
        ("phone,mail\n1,1.5\n", ", row 2, column mail", "'1.5' is not a score"),
        ("phone,mail\n-3,0\n", ", row 2, column phone", "'-3' is not a score"),
        ("phone,mail\n31,0\n", ", row 2, column phone", "'31' is not a score"),
        ("phone,mail\n1,0\n\x1b[2J,0\n", ", row 3, column phone", "'�[2J' is not a score"),
        ("phone,phone\n1,0\n", ", row 1", "names phone more than once"),
        ("phone,,mail\n1,0,1\n", ", row 1", "column 2 has no name"),
        ("person\nada\n", ", row 1", "there are no items"),
        ("1,0,1\n0,0,1\n", ", row 1", "the first row holds scores"),
        ('phone,mail\n1,"0\n', ", row 2", "this is not CSV"),
        (b"phone,mail\n1,0\n\xff\xfe,1\n", ", row 3", "not in UTF-8"),
        ("phone,mail\n1,0\n".encode("utf-16"), ", row 1", "not in UTF-8"),
        (LONG + "ada,phone,1\nada,mail,x\n", ", row 3, column score", "'x' is not a score"),
        (LONG + "ada,phone,1\nolu,phone,1\n\nada,phone,0\n", ", row 5", "ada has another answer to item phone"),
        (LONG + "ada,phone,1\n,phone,1\n", ", row 3, column person", "the person has no name"),
        (LONG + "ada,,1\n", ", row 2", "the item has no name"),
        (LONG + "ada,pho\x07ne,1\n", ", row 2", "cannot be an item's name"),
        (LONG + "ada,phone,\n", "", "there are no answers"),
        (LONG + "ada,phone\n", ", row 2", "cells in this row: 2, in the header: 3"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    content: str | bytes, place: str, words: str, write: Write, out_of_core: bool
) -> None:
    message = refusal(write(content), out_of_core=out_of_core)

    assert message.startswith(f"{place}: ")
    assert words in message


@BOTH
@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("phone,language\n1,sv\n1,\n", ", row 3, column language", "the group is empty"),
        (LONG.strip() + ",language\nada,phone,1,sv\nada,mail,1,fi\n", ", row 3", "in group sv and in group fi"),
        ("phone,mail\n1,0\n", ", row 1", "there is no column language for --group. There are: phone, mail"),
        ("phone,language\n" + "".join(f"1,l{n}\n" for n in range(201)), "", "tells more than 200 groups apart"),
    ],
)
def test_a_mistake_in_the_groups_is_named(
    content: str, place: str, words: str, write: Write, out_of_core: bool
) -> None:
    message = refusal(write(content), group="language", out_of_core=out_of_core)

    assert message.startswith(f"{place}: ")
    assert words in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("phone,mail\n" + "1" * (LONGEST_LINE + 2), "longer than"),
        ("1" * (LONGEST_LINE * 3), "longer than"),
        (",".join(f"q{number}" for number in range(MOST_COLUMNS + 1)) + "\n", "names 10001 columns"),
        ("phone,mail\n" + '"' + "1\n" * 200_000, "this is not CSV: field larger than"),
        ("phone\n" + "".join(f"{' ' * width}x\n" for width in range(5)), "is not a score"),
    ],
    ids=["endless row", "endless header", "endless columns", "endless cell", "spaces"],
)
def test_an_endless_file_is_given_up_early(content: str, words: str, write: Write) -> None:
    assert words in refusal(write(content))


def test_spaces_written_in_endless_ways_are_read_all_the_same(write: Write) -> None:
    spelled = "".join(f"{' ' * (number % 200)}1{' ' * (number // 200)}\n" for number in range(20_000))

    answers = read(write("phone\n" + spelled))

    assert rows(answers) == [([1], 20_000.0, "")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 40),
    st.sampled_from([1, 3, SHORT_TEST, SHORT_TEST + 1]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 1_000),
)
def test_both_ways_of_reading_give_the_same_pieces(
    tmp_path: Path, people: int, items: int, is_long: bool, grouped: bool, seed: int
) -> None:
    rng = default_rng(seed)
    scores = rng.integers(-1, 3, (people, items))
    path = tmp_path / f"[{seed}] * '{people}.csv"
    languages = [["sv", "Fi", "å"][number] for number in rng.integers(0, 3, people)]
    if is_long:
        given = [(p, i) for p in range(people) for i in range(items) if scores[p, i] >= 0 or rng.random() < 0.3]
        order = rng.permutation(len(given))
        lines = [
            f"p{p},q{i},{scores[p, i] if scores[p, i] >= 0 else ''},{languages[p]}"
            for p, i in (given[at] for at in order)
        ]
        header = "person,item,score,language"
    else:
        lines = [
            ",".join([*(str(score) if score >= 0 else "" for score in row), language])
            for row, language in zip(scores, languages, strict=True)
        ]
        header = ",".join([*(f"q{number}" for number in range(items)), "language"])
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    options = {"group": "language"} if grouped else {"without": ["language"]} if not is_long else {}

    if (scores == MISSING).all():
        assert refusal(path, out_of_core=False, **options) == refusal(path, out_of_core=True, **options)
    else:
        assert_same(read(path, out_of_core=False, **options), read(path, out_of_core=True, **options))


def assert_same(first: Answers, second: Answers) -> None:
    """Two sets of answers hold the same values of the same types in the same order."""
    assert (first.items, first.groups, first.people, first.silent) == (
        second.items,
        second.groups,
        second.people,
        second.silent,
    )
    for one, other in zip(first.shards, second.shards, strict=True):
        here, there = one.load(), other.load()
        for left, right in [
            (here.weight, there.weight),
            (here.group, there.group),
            *scores_of(here.scores, there.scores),
        ]:
            assert left.dtype == right.dtype
            assert np.array_equal(left, right)


def scores_of(first: Any, second: Any) -> list[tuple[Any, Any]]:
    """The arrays that hold the scores, side by side."""
    assert type(first) is type(second)
    if isinstance(first, Sparse):
        return [(getattr(first, name), getattr(second, name)) for name in ("start", "item", "score")]
    return [(first, second)]


@pytest.mark.parametrize("is_long", [False, True])
def test_many_people_are_cut_at_the_same_places(is_long: bool, write: Write) -> None:
    people = SHARD + 7
    scores = default_rng(4).integers(-1, 2, (people, len(MANY)))
    if is_long:
        person, item = np.nonzero(scores >= 0)
        lines = [f"{p},{MANY[i]},{s}" for p, i, s in zip(person, item, scores[person, item], strict=True)]
        path = write("\n".join(["person,item,score", *reversed(lines)]))
    else:
        lines = [",".join(str(score) if score >= 0 else "" for score in row) for row in scores.tolist()]
        path = write("\n".join([",".join(MANY), *lines]))

    answers = read(path, out_of_core=True)

    assert [shard.load().persons for shard in answers.shards] == [SHARD, 7]
    assert all(isinstance(shard, StoredShard) for shard in answers.shards)
    assert_same(read(path), answers)


def test_a_parquet_file_is_read_as_well(write: Write, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    csv = write("person,phone,mail\nada,1,0\ngrace,,2\nolu,1,0\n")
    path = tmp_path / "answers.parquet"
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{csv}')) TO '{path}' (FORMAT parquet)")

    assert rows(read(path)) == rows(read(csv))


def test_a_mistake_in_a_parquet_file_is_named(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "answers.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS phone, 0.5 AS mail) TO '{path}' (FORMAT parquet)")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(path.read_bytes()[:-20])

    assert refusal(path).startswith(", row 1, column mail: '0.5' is not a score")
    assert "cannot be read" in refusal(broken)


def test_without_duckdb_the_message_says_how_to_install_it(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(DuckDbMissing, match=r"pip install 'assessor\[scale\]'"):
        read(write("phone,mail\n1,0\n"), out_of_core=True)


def test_duckdb_may_open_the_file_and_its_folder_alone(write: Write, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    folder = tmp_path / "pieces"
    folder.mkdir()
    path, secret = write("phone\n1\n"), tmp_path / "secret.csv"
    secret.write_text("password\nx\n", encoding="utf-8")

    connection, link = guarded_duckdb.connect(folder, path)

    assert connection.execute(f"SELECT count(*) FROM read_csv({link})").fetchone() == (1,)
    for query in (
        f"SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_csv('https://127.0.0.1/answers.csv')",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(query)
    connection.close()
