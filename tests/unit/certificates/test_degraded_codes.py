"""The printed code survives what happens to paper and what phones do to pictures, one frame each."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from assessor.certificates import qr
from assessor.certificates.layout import SHIPPED, shipped
from assessor.certificates.pdf import certificate_pdf
from assessor.certificates.picture import page_picture
from assessor.certificates.wallet import wallet_cards_pdf
from tests.degradations.cases import DEGRADATIONS, frame
from tests.degradations.decoders import zxing
from tests.degradations.scene import NAME, RESOLUTIONS, clean, paper, printed_text
from tests.unit.certificates import samples
from tests.unit.certificates.samples import certificate

RATE = 0.95  # of frames that zxing-cpp reads
DPI = 150


@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_a_phone_reads_nearly_every_spoilt_certificate_in_one_frame(dpi: int) -> None:
    frames = {case.name: frame(case, dpi, seed=0) for case in DEGRADATIONS}

    read = {name: zxing(picture) for name, picture in frames.items()}

    assert len(frames) == len(DEGRADATIONS) >= 30
    assert all(np.abs(picture / 255.0 - clean(dpi)).max() > 0.1 for picture in frames.values())
    assert {text for texts in read.values() for text in texts} == {printed_text().encode()}
    unread = [name for name, texts in read.items() if not texts]
    assert len(unread) <= (1 - RATE) * len(read), unread


def test_the_same_seed_spoils_the_same_way_and_another_seed_otherwise() -> None:
    (blots,) = [case for case in DEGRADATIONS if case.name == "blots of ink"]

    again, other = frame(blots, DPI, seed=0), frame(blots, DPI, seed=1)

    assert np.array_equal(frame(blots, DPI, seed=0), again)
    assert not np.array_equal(again, other)


def test_the_spoilt_code_is_one_of_the_sizes_of_the_specification() -> None:
    assert len(NAME.encode()) == 65
    assert len(qr.symbol(printed_text())) == 65  # version 12: 0.69 mm a module


@pytest.mark.parametrize("layout", SHIPPED)
def test_the_code_of_every_layout_is_read_at_150_dpi(layout: str) -> None:
    content = certificate("ar", holder=NAME, symbol=qr.symbol(printed_text()), layout=shipped(layout))

    assert zxing(_gray(samples.page_picture(certificate_pdf(content), dpi=DPI))) == [printed_text().encode()]


def test_the_code_of_a_wallet_card_is_read_at_150_dpi() -> None:
    cards = wallet_cards_pdf([certificate("ar", holder=NAME, symbol=qr.symbol(printed_text()))] * 10)

    assert zxing(_gray(samples.page_picture(cards, dpi=DPI))) == [printed_text().encode()] * 10


def test_the_code_of_the_picture_for_a_phone_is_read() -> None:
    picture = Image.open(BytesIO(page_picture(paper())))

    assert zxing(_gray(picture)) == [printed_text().encode()]


def _gray(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(picture.convert("L"))
