"""JSON that two readers could understand in two ways is not read at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.openbadges.errors import Unreadable
from assessor.openbadges.strict_json import MAX_BYTES, read_json, write_json


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"b": {"a": 1, "\\u0061": 2}}', "twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": 9007199254740993}', "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too large"),
        (b'{"a": "\\ud800"}', "half of a character"),
        (b'{"\\udfff": 1}', "half of a character"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a": 1} x', "not JSON"),
        (b'{"a": 1', "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"a": ' + b"[" * 30 + b"]" * 30 + b"}", "too deeply"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too deeply"),
        (b'{"a": [' + b"1," * 20_000 + b"1]}", "too many"),
        (b'{"a": "' + b"x" * MAX_BYTES + b'"}', "larger"),
    ],
)
def test_ambiguous_or_boundless_json_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_json(data)


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.one_of(st.text(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.lists(st.text(), max_size=3)),
        max_size=6,
    )
)
def test_what_is_written_is_read_back(document: dict[str, object]) -> None:
    assert read_json(write_json(document)) == document
