"""Canonical JSON: the samples of RFC 8785, and the fast way equal to the general one."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from assessor.openbadges.errors import UnsafeDocument
from assessor.openbadges.jcs import canonical_json
from tests.unit.openbadges.badges import credential


def test_numbers_texts_and_literals_are_written_as_in_the_standard() -> None:
    # RFC 8785, section 3.2.2.
    sample = r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""

    assert canonical_json(json.loads(sample)).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_members_are_ordered_by_the_units_of_utf_16() -> None:
    # RFC 8785, section 3.2.3: the emoji comes before the Hebrew letter, its code point would come after.
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    ordered = list(json.loads(canonical_json(dict.fromkeys(names, ""))))

    assert ordered == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(["1,5", ":1.5", "[-3e5", "\u2028\x7f\x00\b\f", "\U0001f600"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=5))
@example({"a": 10**15, "b": -0.0, "c": 1e16, "d": 5e-324, "e": 0.1})
@example({"\U0001f600": 1, "\ufb33": 2})
def test_both_ways_write_the_same_bytes(document: dict[str, Any]) -> None:
    assert canonical_json(document) == rfc8785.dumps(document)


def test_a_badge_takes_the_fast_way() -> None:
    document = credential().document()

    assert canonical_json(document) == rfc8785.dumps(document)


@pytest.mark.parametrize("value", ["\ud800", float("nan"), float("inf"), 2**53 + 2, -(10**20), b"bytes", {1}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(UnsafeDocument):
        canonical_json({"a": value})
