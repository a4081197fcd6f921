"""YAML is words with line numbers, and nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.items.yaml_tree import Scalar, Sequence, Table, UnreadableYaml, read_tree


def test_words_stay_words_and_know_their_line() -> None:
    tree = read_tree("answer: No\ntime: 8:10\nlist:\n  - 1_000\n  - '2'\n")

    assert tree["answer"] == Scalar(1, "No", plain=True)
    assert tree["time"] == Scalar(2, "8:10", plain=True)
    assert tree["list"] == Sequence(4, (Scalar(4, "1_000", plain=True), Scalar(5, "2", plain=False)))
    assert tree.lines == {"answer": 1, "time": 2, "list": 3}


def test_long_texts_may_be_folded() -> None:
    assert read_tree("body: >\n  Hello\n  you.\n")["body"] == Scalar(1, "Hello you.", plain=False)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\nb: [", 3, "This is not YAML"),
        ("a: 1\n\tb: 2", 2, "This is not YAML"),
        ("a: \x07", 1, "This is not YAML"),
        ("a: 1\na: 2", 2, "'a' stands twice; it was first given in line 1."),
        ("? [a]\n: 1", 1, "A name must be a plain word."),
        ("a: &x 1\nb: *x", 1, "Anchors"),
        ("a: {<<: *x}", 1, "Anchors"),
        ("a: !!int 1", 1, "Tags"),
        ("a: 1\n--- \nb: 1", 2, "A second document begins"),
        ("just words", 1, "The file must be a table"),
        ("", 1, "The file must be a table"),
    ],
)
def test_what_an_item_never_needs_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(UnreadableYaml) as refused:
        read_tree(text)

    assert abs(refused.value.line - line) <= (1 if "YAML" in reason else 0)
    assert reason in refused.value.reason


@given(st.text("ab:-?[]{},&*!|>'\"%@#\n \t\\é\u2028\x00", max_size=60))
def test_whatever_the_text_is_there_is_a_tree_or_a_refusal(text: str) -> None:
    with suppress(UnreadableYaml):
        assert isinstance(read_tree(text), Table)
