"""The credential inside the PDF, and PDFs that want to hurt."""

import zlib
from io import BytesIO

import pikepdf
import pytest

from assessor.certificates.attachment import (
    MAX_CREDENTIAL,
    MAX_PDF,
    PdfAltered,
    PdfUnreadable,
    attached_credential,
)
from assessor.certificates.pdf import certificate_pdf
from tests.unit.certificates.samples import certificate

CREDENTIAL = '{"name": "Ñ سميرة",  "proof": {}}\n'.encode()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return certificate_pdf(certificate(), CREDENTIAL)


def test_the_exact_bytes_come_back(pdf: bytes) -> None:
    assert attached_credential(pdf) == CREDENTIAL


def test_the_attachment_is_an_associated_file_of_its_media_type(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        specification = document.Root.AF[0]

        assert str(specification.AFRelationship) == "/Data"
        assert str(specification.EF.F.Subtype) == "/application/vc+ld+json"
        assert str(specification.EF.F.Params.CreationDate) == "D:20261112103000Z"


def test_a_pdf_without_credential_has_none() -> None:
    assert attached_credential(certificate_pdf(certificate())) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7", b"not a pdf", b"x" * (MAX_PDF + 1), b"%PDF-1.5\n/Filter /L#5aWDecode\n%%EOF"],
    ids=["empty", "only a head", "text", "too large", "LZW"],
)
def test_what_is_not_a_sound_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(PdfUnreadable):
        attached_credential(data)


def test_a_cut_pdf_is_refused_or_read_but_never_crashes(pdf: bytes) -> None:
    for end in range(0, len(pdf), 997):
        with pytest.raises((PdfUnreadable, PdfAltered)):
            attached_credential(pdf[:end])


def test_a_changed_byte_anywhere_is_seen(pdf: bytes) -> None:
    for place in range(0, len(pdf), 11):
        damaged = pdf[:place] + bytes([pdf[place] ^ 0x55]) + pdf[place + 1 :]
        with pytest.raises(PdfAltered):
            attached_credential(damaged)


def test_a_changed_byte_of_a_file_without_our_checksum_never_crashes(pdf: bytes) -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(output)
    whole = output.getvalue()

    for place in range(0, len(whole), 211):
        damaged = whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]
        try:
            found = attached_credential(damaged)
        except PdfUnreadable:
            continue
        assert found is None or isinstance(found, bytes)


def test_a_credential_that_is_too_large_is_refused() -> None:
    huge = certificate_pdf(certificate(), b" " * (MAX_CREDENTIAL + 1))

    with pytest.raises(PdfUnreadable, match="1 MB"):
        attached_credential(huge)


def test_an_attachment_that_inflates_without_end_is_refused(pdf: bytes) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(b"\0" * 2**20) for _ in range(200)) + packer.flush()
    with pikepdf.open(BytesIO(pdf)) as document:
        file = document.attachments["credential.json"].obj.EF.F
        file.write(bomb, filter=pikepdf.Name.FlateDecode)
        del file.Params.Size
        output = BytesIO()
        document.save(output, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)

    with pytest.raises(PdfUnreadable):
        attached_credential(output.getvalue())


def test_a_locked_pdf_is_refused_in_words(pdf: bytes) -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(output, encryption=pikepdf.Encryption(owner="o", user="u"))

    with pytest.raises(PdfUnreadable, match="password"):
        attached_credential(output.getvalue())
