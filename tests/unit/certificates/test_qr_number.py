"""The certificate number that people type, and the text that is printed."""

import secrets
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.certificates.number import (
    ALPHABET,
    STITCH_FORMS,
    NumberNotRead,
    RandomSourceStuck,
    Stitch,
    draw,
    read,
    stitches,
    written,
)
from assessor.certificates.printable import printable

VECTOR = bytes.fromhex("0a0b0c0d0e0f100f")


def test_the_published_number_is_written_and_read() -> None:
    assert written(VECTOR) == "0M2RC-1M70Y-40FZ"
    assert read("0M2RC-1M70Y-40FZ") == VECTOR


@pytest.mark.parametrize(
    "typed", ["om2rc 1m7oy 4ofz", "0M2RCIM70Y40FZ", " 0m2rc–lm70y–40fz ", "٠M2RC-١M7٠Y-٤٠FZ", "\u200e0M2RC-1M70Y-40FZ"]
)
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    assert read(typed) == VECTOR


@given(st.binary(min_size=8, max_size=8))
def test_every_usable_number_survives_being_typed(number: bytes) -> None:
    if int.from_bytes(number, "big") % 37 < 32:
        assert read(written(number)) == number


@given(st.integers(0, 13), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_noticed(place: int, sign: str) -> None:
    signs = list(written(VECTOR).replace("-", ""))
    if signs[place] == sign:
        return
    signs[place] = sign

    with pytest.raises(NumberNotRead, match="slip"):
        read("".join(signs))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "14 signs"),
        ("0M2RC", "here are 5"),
        ("0M2RC-1M70Y-40F!", "sign !"),
        ("ZZZZZ-ZZZZZ-ZZZZ", "slip"),
        ("0" * 99, "long"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(typed: str, why: str) -> None:
    with pytest.raises(NumberNotRead, match=why):
        read(typed)


def test_a_number_with_an_unusable_check_is_drawn_again() -> None:
    draws = iter([(36).to_bytes(8, "big"), (32).to_bytes(8, "big"), VECTOR])

    assert draw(lambda _: next(draws)) == VECTOR
    assert all(sign in ALPHABET + "-" for sign in written(draw(secrets.token_bytes)))


def test_a_stuck_random_source_is_reported() -> None:
    with pytest.raises(RandomSourceStuck):
        draw(lambda size: (36).to_bytes(size, "big"))


def test_a_foreign_number_with_an_unusable_check_is_still_shown() -> None:
    assert written(bytes.fromhex("0a0b0c0d0e0f1011")).endswith("~")


def test_the_band_has_a_stitch_for_each_sign_before_the_check() -> None:
    band = stitches(bytes.fromhex("3a7c19e4b05d62f1"))  # 3MZ0S-WJR5T-RQHN

    assert len(band) == 13
    assert band[:4] == (Stitch(3, 0), Stitch(4, 2), Stitch(7, 3), Stitch(0, 0))
    assert len(STITCH_FORMS) == 8
    assert all(len(row) == 7 for form in STITCH_FORMS for row in form.split())


def test_a_printed_name_is_one_line_in_one_form_without_controls() -> None:
    assert printable("  Leila\t Nae\u0308mi\u202e\u0007 \n", 96) == "Leila Naëmi"
    assert printable("می\u200cخواهم", 96) == "می\u200cخواهم"  # the joiner is spelling, not control


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("नमस्ते", 9, "नम"),
        ("नमस्ते", 18, "नमस्ते"),
        ("é" * 5, 7, "ééé"),
        ("n\u0303o", 4, "ño"),
        ("x\u0323\u0307yz", 5, "x\u0323\u0307"),
        ("👩\u200d🔧ab", 5, ""),
        ("🇲🇹🇱🇻", 12, "🇲🇹"),
        ("각\u1100\u1161", 4, "각"),
        ("Ada Lovelace", 4, "Ada"),
    ],
)
def test_a_name_is_cut_where_a_reader_would_cut(text: str, limit: int, kept: str) -> None:
    assert printable(text, limit) == unicodedata.normalize("NFC", kept)


@given(st.text(max_size=60), st.integers(1, 60))
def test_a_printed_name_fits_and_is_stable(text: str, limit: int) -> None:
    once = printable(text, limit)

    assert len(once.encode()) <= limit
    assert printable(once, limit) == once
