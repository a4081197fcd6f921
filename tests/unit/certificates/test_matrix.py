"""The matrix of a QR symbol, beside the one that `qrcode` finds by trying every mask."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode import QRCode, util
from qrcode.constants import ERROR_CORRECT_M

from assessor.certificates import qr
from assessor.certificates.matrix import matrix, penalties
from tests.codes import qr_codes

PREFIX = "https://v.badges.example/c#1."
DIGITS = st.text("0123456789", max_size=800)


def segments(prefix: str, digits: str) -> list[util.QRData]:
    one = [util.QRData(prefix.encode(), mode=util.MODE_8BIT_BYTE)]
    return [*one, util.QRData(digits.encode(), mode=util.MODE_NUMBER)] if digits else one


def searched(prefix: str, digits: str) -> Any:
    """The symbol with its smallest version and best mask, as `qrcode` finds them by itself."""
    code: Any = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    for segment in segments(prefix, digits):
        code.add_data(segment)
    code.make(fit=True)
    return code


@settings(deadline=None, max_examples=25)
@given(DIGITS)
def test_the_symbol_is_the_one_that_qrcode_finds(digits: str) -> None:
    code = searched(PREFIX, digits)

    assert matrix(segments(PREFIX, digits)) == tuple(map(tuple, code.modules))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.sampled_from([21, 25, 41, 57, 69]), st.floats(0.05, 0.95))
def test_the_penalty_of_any_picture_is_that_of_qrcode(seed: int, side: int, share: float) -> None:
    picture = np.random.default_rng(seed).random((side, side)) < share

    assert penalties(picture[None]).tolist() == [util.lost_point(picture.tolist())]


@pytest.mark.parametrize("dark", [True, False])
def test_one_colour_alone_costs_what_it_costs_in_qrcode(dark: bool) -> None:
    picture = np.full((21, 21), dark)

    assert penalties(picture[None]).tolist() == [util.lost_point(picture.tolist())]


def test_a_phone_reads_it() -> None:
    text = PREFIX + "12345678901234567" * 40
    picture = Image.fromarray(np.where(np.pad(np.array(qr.symbol(text)), 4), 0, 255).astype(np.uint8))

    assert [one.text for one in qr_codes(picture.resize((600, 600), 0))] == [text]


def test_a_text_that_no_symbol_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        matrix(segments(PREFIX, "1" * 6000))
