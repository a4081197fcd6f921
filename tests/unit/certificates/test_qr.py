"""The signed summary in the QR code, byte for byte as spec/qr.md says."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from assessor.certificates import cbor, cose, qr
from assessor.certificates import summary as fields
from assessor.certificates.summary import Conditions, Device, Summary
from tests.codes import qr_codes
from tests.unit.certificates.trusted import (
    CERTIFICATE,
    PREFIX,
    SPEC_KEY,
    Checker,
    MemorySigner,
    bundle,
    issuer,
    key,
    summary,
    text,
)

PROTECTED = bytes.fromhex("a201320448be5de2f4bcdc383a")
EIGHT_FIELDS = bytes.fromhex(
    "a4041a6edd5900061a68e7780007480a0b0c0d0e0f10113a0001000088654c69204e61f667444332312d5334781d446967697461"
    "6c20436f6d706574656e636520e28093205361666574790445484158365b031a00019919"
)
EIGHT_SIGNATURE = (
    "674e70c204a7b876bcdd2673d96261a24a9ec5076f267780612ca0a2ff83909fc23b97b73b404f71ee6ed907c7b79bb208e26d32e6"
    "894cbe09d31140f1f5640d"
)
TEN_FIELDS = bytes.fromhex(
    "a4041a6edd5900061a68e7780007480a0b0c0d0e0f100f3a000100008a654c69204e61f667444332312d5334781d446967697461"
    "6c20436f6d706574656e636520e28093205361666574790445484158365b031a000199194309000e65656e2b6172"
)
TEN_SIGNATURE = (
    "f1622640bdf34e51be72bdcc9642c0366a7d53db25787270161438647bfa13589024c3417954ddf9a575ea51be4752558a1e6b59b1"
    "f14facd91a756f93719e06"
)
LI_NA = Summary(
    number=bytes.fromhex("0a0b0c0d0e0f100f"),
    issued=datetime.fromtimestamp(1760000000, UTC),
    expires=datetime.fromtimestamp(1860000000, UTC),
    name="Li Na",
    achievement="DC21-S4",
    title="Digital Competence – Safety",
    level=4,
    area_scores=(72, 65, 88, 54, 91),
    status_list=3,
    status_index=104729,
    conditions=Conditions(14, Device.PHONE, supervised=True, home_language_help=True),
    languages="en+ar",
)


def test_the_published_vector_of_ten_fields_is_written_byte_for_byte() -> None:
    signed = qr.sign_summary(LI_NA, SPEC_KEY)
    digits = qr.symbol_text(PREFIX, signed).removeprefix(f"{PREFIX}#1.")

    assert SPEC_KEY.public_key.hex() == "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
    assert cose.key_id(SPEC_KEY.public_key).hex() == "be5de2f4bcdc383a"
    assert qr.write_payload(LI_NA) == TEN_FIELDS
    assert signed.hex() == f"844d{PROTECTED.hex()}a05862{TEN_FIELDS.hex()}5840{TEN_SIGNATURE}"
    assert (len(signed), len(digits)) == (182, 442)
    assert digits.startswith("37240055125902408535834749250345521650185012170037")
    assert digits.endswith("993478")


def test_the_published_vector_of_eight_fields_is_signed_and_read_byte_for_byte() -> None:
    signed = cose.sign1(EIGHT_FIELDS, context=qr.CONTEXT, signer=SPEC_KEY)
    digits = qr.symbol_text(PREFIX, signed).removeprefix(f"{PREFIX}#1.")
    read = qr.read_payload(cose.read_sign1(signed).payload)

    assert signed.hex() == f"844d{PROTECTED.hex()}a05858{EIGHT_FIELDS.hex()}5840{EIGHT_SIGNATURE}"
    assert (len(signed), len(digits)) == (172, 418)
    assert digits.startswith("37240055125902408535834749250345521650184995392821")
    assert digits.endswith("390989")
    assert (read.name, read.level, read.conditions, read.languages) == ("Li Na", 4, None, None)


@pytest.mark.parametrize("write", [qr.symbol_text, qr.copy_text])
def test_both_forms_give_the_same_bytes_back(write: Any) -> None:
    signed = qr.sign_summary(LI_NA, SPEC_KEY)

    scanned = qr.read_text(write(PREFIX, signed))

    assert (scanned.prefix, scanned.cose) == (PREFIX, signed)
    assert qr.read_payload(cose.read_sign1(scanned.cose).payload) == LI_NA


@given(st.binary(min_size=1, max_size=200))
def test_bytes_of_any_length_survive_both_forms(data: bytes) -> None:
    assert qr.read_text(qr.symbol_text(PREFIX, data)).cose == data
    assert qr.read_text(qr.copy_text(PREFIX, data)).cose == data


def test_the_older_name_of_the_algorithm_is_read() -> None:
    protected = cbor.encode({1: cose.EDDSA, 4: cose.key_id(SPEC_KEY.public_key)})
    signature = SPEC_KEY.sign(cbor.encode(["Signature1", protected, qr.CONTEXT, TEN_FIELDS]))
    signed = cbor.encode([protected, {}, TEN_FIELDS, signature])
    trusted = bundle(issuer(key(SPEC_KEY, "certificate", valid_from=LI_NA.issued)))

    checked = Checker(trusted).check(qr.symbol_text(PREFIX, signed))

    assert protected != PROTECTED
    assert checked.summary == LI_NA


@pytest.mark.parametrize("algorithm", [-7, -35, -257, 5, -18])
def test_no_other_algorithm_is_read(algorithm: int) -> None:
    protected = cbor.encode({1: algorithm, 4: bytes(8)})

    with pytest.raises(cose.NotASignedEnvelope, match="algorithm"):
        cose.read_sign1(cbor.encode([protected, {}, TEN_FIELDS, bytes(64)]))


def test_a_signature_of_another_context_does_not_hold() -> None:
    envelope = cose.read_sign1(cose.sign1(TEN_FIELDS, context=b"obt1", signer=SPEC_KEY))

    with pytest.raises(cose.SignatureDoesNotHold):
        envelope.check(SPEC_KEY.public_key, context=qr.CONTEXT)


def test_fields_after_the_tenth_are_ignored_and_fewer_than_eight_refused() -> None:
    claims = cbor.decode(TEN_FIELDS)
    assert isinstance(claims, dict)
    more = cbor.encode({**claims, qr.CLAIM_FIELDS: [*claims[qr.CLAIM_FIELDS], "eleventh", 12]})
    fewer = cbor.encode({**claims, qr.CLAIM_FIELDS: claims[qr.CLAIM_FIELDS][:7]})

    assert qr.read_payload(more) == LI_NA
    with pytest.raises(fields.PayloadNotASummary):
        qr.read_payload(fewer)


def test_controls_in_a_name_of_another_issuer_are_not_passed_on() -> None:
    claims = cbor.decode(TEN_FIELDS)
    assert isinstance(claims, dict)
    tricky = ["Li\u202e aN\u0007", *claims[qr.CLAIM_FIELDS][1:]]

    assert qr.read_payload(cbor.encode({**claims, qr.CLAIM_FIELDS: tricky})).name == "Li aN"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": ""}, fields.TextNotPrintable),
        ({"name": "ن" * 49}, fields.TextNotPrintable),
        ({"name": "Nae\u0308mi"}, fields.TextNotPrintable),
        ({"name": "Li\u202e Na"}, fields.TextNotPrintable),
        ({"name": "Li\nNa"}, fields.TextNotPrintable),
        ({"second_spelling": "x" * 65}, fields.TextNotPrintable),
        ({"title": "x" * 49}, fields.TextNotPrintable),
        ({"achievement": "dc21"}, fields.AchievementCodeNotValid),
        ({"achievement": "X" * 25}, fields.AchievementCodeNotValid),
        ({"level": 0}, fields.LevelNotValid),
        ({"level": 9}, fields.LevelNotValid),
        ({"area_scores": (101,)}, fields.AreaScoresNotValid),
        ({"area_scores": (1,) * 17}, fields.AreaScoresNotValid),
        ({"status_list": None}, fields.StatusPlaceNotValid),
        ({"status_index": 1 << 20}, fields.StatusPlaceNotValid),
        ({"languages": "en+ar+es"}, fields.LanguagesNotValid),
        ({"languages": "en-Latn-GB+ar-EG1"}, fields.LanguagesNotValid),
        ({"number": bytes(7)}, fields.NumberNotValid),
        ({"issued": datetime(2026, 1, 1)}, fields.TimesNotValid),
        ({"expires": datetime(2020, 1, 1, tzinfo=UTC)}, fields.TimesNotValid),
    ],
)
def test_every_limit_is_refused_by_name_and_sentence(change: Any, refusal: type[Exception]) -> None:
    with pytest.raises(refusal) as refused:
        summary(**change)

    assert str(refused.value).endswith(".")


def test_too_many_items_cannot_be_written() -> None:
    with pytest.raises(fields.ConditionsNotValid, match="255"):
        Conditions(256)


@given(st.binary(min_size=3, max_size=3))
def test_any_three_bytes_of_conditions_are_read(packed: bytes) -> None:
    read = Conditions.unpacked(packed)

    assert read.items == packed[2]
    assert read.packed()[0] == packed[0] & 31


def test_a_small_summary_is_not_cut() -> None:
    assert qr.fit(LI_NA, PREFIX) == (LI_NA, ())


def test_on_overflow_the_second_spelling_goes_first_then_the_title_and_never_the_name() -> None:
    long = summary(name="ن" * 48, second_spelling="x" * 64, title="y" * 48)
    shorter_host = "https://v.bad/c"

    wide, wide_dropped = qr.fit(long, shorter_host)
    narrow, narrow_dropped = qr.fit(long, "https://" + "v" * 26 + ".badge")

    assert wide_dropped == ("second_spelling",)
    assert (wide.second_spelling, wide.title, wide.name) == (None, "y" * 48, "ن" * 48)
    assert narrow_dropped == ("second_spelling", "title")
    assert (narrow.title, narrow.name) == (None, "ن" * 48)
    assert len(qr.sign_summary(wide, CERTIFICATE)) <= qr.BUDGET


def test_what_does_not_fit_is_not_signed() -> None:
    with pytest.raises(qr.SummaryTooLarge, match="Make it fit"):
        qr.sign_summary(summary(name="ن" * 48, second_spelling="x" * 64, title="y" * 48), CERTIFICATE)


def test_what_cannot_be_made_to_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # The longest of all fields fit the real budget once spelling and title are gone.
    longest = summary(name="ن" * 48, achievement="X" * 24, area_scores=(1,) * 16, languages="en-Latn-GB+ar-EG")
    assert qr.fit(longest, "https://" + "v" * 32)[0].name == longest.name
    monkeypatch.setattr(qr, "BUDGET", 200)

    with pytest.raises(qr.SummaryTooLarge, match="Shorten the name"):
        qr.fit(longest, PREFIX)


@given(st.integers(1, 96), st.integers(0, 64), st.integers(0, 48), st.integers(15, 40))
def test_what_fits_has_at_most_version_13(name: int, second: int, title: int, prefix: int) -> None:
    address = "https://" + "v" * (prefix - 8)
    long = summary(name="x" * name, second_spelling="x" * second or None, title="x" * title or None)

    fitting, _ = qr.fit(long, address)
    signed = qr.sign_summary(fitting, CERTIFICATE)
    bits = 4 + 16 + 8 * (len(address) + 3) + 4 + 12 + (10 * len(qr.symbol_text(address, signed)[prefix + 3 :]) + 2) // 3

    assert bits <= 8 * 334  # data codewords of version 13, level M


@pytest.mark.parametrize(
    "prefix",
    [
        "http://v.badges.example/c",
        "https://v.badges.example/c?x=1",
        "https://v.badges.example/c#",
        "https://V.badges.example/c",
        "https://user@v.badges.example/c",
        "https://v.bädges.example/c",
        "https://a-very-long-host-name.badges.example/c",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_that_must_not_be_printed_is_refused(prefix: str) -> None:
    with pytest.raises(qr.PrefixNotValid):
        qr.symbol_text(prefix, b"x")


def test_plain_http_is_for_demonstrations_on_this_machine_only() -> None:
    assert qr.symbol_text("http://localhost:8000/c", b"x").startswith("http://localhost:8000/c#1.")


def test_the_symbol_is_the_smallest_and_is_read_back() -> None:
    written = text()
    rows = qr.symbol(written)
    small = qr.symbol(qr.symbol_text(PREFIX, qr.sign_summary(LI_NA, SPEC_KEY)))

    picture = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, black in enumerate(row):
            picture.putpixel((x + 4, y + 4), 0 if black else 255)
    (found,) = qr_codes(picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST))

    assert found.text == written
    assert found.ec_level == "M"
    assert len(small) == 61  # version 11


def test_texts_are_sorted_into_other_incomplete_and_altered() -> None:
    written = text()

    for other in ("", "https://example.com/menu", "WIFI:S:x;;", "#3.123", f"ftp://x#1.{written[-17:]}", "x" * 5000):
        with pytest.raises(qr.NotACertificateText):
            qr.read_text(other)
    for cut in (written[:-1], f"{PREFIX}#1.", f"{PREFIX}#2.", f"{PREFIX}#2.AAAAA"):
        with pytest.raises(qr.TextIncomplete):
            qr.read_text(cut)
    for odd in (f"{PREFIX}#1.{'9' * 17}", f"{PREFIX}#1.25x", f"{PREFIX}#1.٣٣٣", f"{PREFIX}#2.AB", f"{PREFIX}#2.A+=="):
        with pytest.raises(qr.TextAltered):
            qr.read_text(odd)


def test_a_link_broken_in_an_email_is_still_read() -> None:
    written = text()
    broken = f"  {written[:70]}\r\n{written[70:140]}\r\n{written[140:]}.\n"

    assert qr.read_text(broken) == qr.read_text(written)


def test_no_change_of_one_bit_is_accepted() -> None:
    signed = qr.sign_summary(summary(), CERTIFICATE)
    checker = Checker()

    results = {
        checker.check(signed[:at] + bytes([signed[at] ^ 1 << bit]) + signed[at + 1 :]).result
        for at in range(len(signed))
        for bit in range(8)
    }

    assert results == {6, 7}  # 6 where the bit was in the key's name


def test_no_other_digit_is_accepted() -> None:
    written, checker = text(), Checker()
    start = written.index("#1.") + 3

    results = {
        checker.check(f"{written[:at]}{(int(written[at]) + 1) % 10}{written[at + 1 :]}").result
        for at in range(start, len(written))
    }

    assert results == {6, 7}


@given(st.binary(max_size=600))
def test_hostile_bytes_are_answered_not_raised(data: bytes) -> None:
    assert Checker().check(data).result in (6, 7)


@given(st.text(max_size=400), st.sampled_from(["", f"{PREFIX}#1.", f"{PREFIX}#2.", "#1."]))
def test_hostile_texts_are_answered_not_raised(tail: str, start: str) -> None:
    assert Checker().check(start + tail).result in (6, 7, 9, 10)


def test_two_keys_with_one_name_are_both_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    # A real collision of 64 bits cannot be made here, so every key gets the same name.
    monkeypatch.setattr(cose, "key_id", lambda _: bytes(8))
    twin = MemorySigner(bytes([9]) * 32)

    both = issuer(keys=(key(twin, "certificate"), key(CERTIFICATE, "certificate")), status_lists=())

    assert Checker(bundle(both)).check(text()).result == 2
