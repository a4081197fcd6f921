"""The certificate for a wallet and for a phone."""

from io import BytesIO

import pytest
from PIL import Image

from assessor.certificates.certificate import CertificateUnprintable
from assessor.certificates.pdf import certificate_pdf
from assessor.certificates.picture import WIDTH, page_picture
from assessor.certificates.wallet import MAX_CARDS, wallet_cards_pdf
from tests.codes import qr_codes
from tests.unit.certificates import samples
from tests.unit.certificates.samples import NUMBER, QR_TEXT, certificate, page_text


def test_a_wallet_card_says_what_is_signed_and_a_phone_reads_it() -> None:
    pdf = wallet_cards_pdf([certificate()])

    text = " ".join(page_text(pdf).split())

    for words in ("Ada Haddad", "سميرة حداد", "Digital skills: first steps", "Intermediate, level 3", NUMBER):
        assert words in text
    found = qr_codes(samples.page_picture(pdf, dpi=200))
    assert [one.text for one in found] == [QR_TEXT]


def test_ten_wallet_cards_fill_a_page_each_in_its_language() -> None:
    pdf = wallet_cards_pdf([certificate("en"), certificate("ar"), certificate("es"), *[certificate()] * 8])

    assert "Competencias digitales" in page_text(pdf)
    assert "Page 2 of 2" in page_text(pdf, 1)
    assert len(qr_codes(samples.page_picture(pdf, dpi=200))) == 10


@pytest.mark.parametrize(
    "name", ["X" * 96, "محمد " * 9, "Maria Guadalupe Hernández de la Santísima Trinidad y Rodríguez"]
)
def test_any_name_finds_its_place_on_a_wallet_card(name: str) -> None:
    pdf = wallet_cards_pdf([certificate(holder=name, second_spelling=name[:30], demonstration=True)])

    assert "not a real certificate" in " ".join(page_text(pdf).split())


def test_the_same_cards_give_the_same_bytes() -> None:
    assert wallet_cards_pdf([certificate("ar")]) == wallet_cards_pdf([certificate("ar")])


@pytest.mark.parametrize("count", [0, MAX_CARDS + 1])
def test_no_wallet_cards_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(CertificateUnprintable, match="500"):
        wallet_cards_pdf([certificate()] * count)


@pytest.mark.parametrize("width", [WIDTH, 1081])
def test_the_picture_for_a_phone_is_page_one_and_scans(width: int) -> None:
    pdf = certificate_pdf(certificate())

    drawn = page_picture(pdf, width)

    picture = Image.open(BytesIO(drawn))
    assert picture.size[0] == width
    assert [one.text for one in qr_codes(picture)] == [QR_TEXT]
    assert page_picture(pdf, width) == drawn
