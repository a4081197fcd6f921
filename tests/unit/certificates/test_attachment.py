"""The credential inside the PDF, and PDFs that want to hurt."""

import base64
import zlib
from collections.abc import Callable
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any

import pikepdf
import pytest

from assessor.certificates import attachment, attachment_reader
from assessor.certificates.attachment import MAX_PDF, PdfAltered, PdfUnreadable, attached_credential
from assessor.certificates.attachment_reader import MAX_CREDENTIAL
from assessor.certificates.pdf import certificate_pdf
from tests.unit.certificates import hostile_pdfs
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
    ("data", "why"),
    [
        (b"", "The end of this PDF is missing"),
        (b"%PDF-1.7", "The end of this PDF is missing"),
        (b"not a pdf", "The end of this PDF is missing"),
        (b"%PDF-1.7\n%%EOF", "not a readable PDF"),
        (b"%PDF-1.7\nstartxref\n99999999999999999999\n%%EOF", "not a readable PDF"),
    ],
    ids=["empty", "only a head", "text", "nothing between head and end", "a place beyond all numbers"],
)
def test_what_is_not_a_sound_pdf_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(PdfUnreadable, match=why):
        attached_credential(data)


def test_a_pdf_that_is_too_large_is_refused_for_its_size_alone(pdf: bytes) -> None:
    scan = hostile_pdfs.stream(b"", bytes(MAX_PDF))
    sound = hostile_pdfs.written(hostile_pdfs.OPEN | {7: hostile_pdfs.stream(b"", CREDENTIAL), 8: scan})
    changed = pdf[:-10] + bytes(MAX_PDF)

    for large in (sound, changed):
        with pytest.raises(PdfUnreadable, match="larger than 10 MB"):
            attached_credential(large)


def test_a_pdf_with_a_large_picture_is_read() -> None:
    scan = hostile_pdfs.stream(b"", bytes(MAX_PDF - 2000))
    sound = hostile_pdfs.written(hostile_pdfs.OPEN | {7: hostile_pdfs.stream(b"", CREDENTIAL), 8: scan})

    assert attached_credential(sound) == CREDENTIAL


@pytest.mark.parametrize(
    ("entries", "data"),
    [
        (b"", CREDENTIAL),
        (b"/Filter/FlateDecode", zlib.compress(CREDENTIAL)),
        (b"/Filter[/ASCII85Decode/FlateDecode]", base64.a85encode(zlib.compress(CREDENTIAL)) + b"~>"),
        (b"/Filter/A#53CIIHexDecode", CREDENTIAL.hex().encode() + b">"),
        (b"/Filter/LZWDecode", hostile_pdfs.lzw(CREDENTIAL)),
        (
            b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns %d>>" % len(CREDENTIAL),
            zlib.compress(b"\0" + CREDENTIAL),
        ),
    ],
    ids=["as it is", "Flate", "ASCII85 and Flate", "a name with a sign", "LZW", "predictor"],
)
def test_a_credential_packed_as_other_programs_do_is_read(entries: bytes, data: bytes) -> None:
    assert attached_credential(hostile_pdfs.attached(entries, data)) == CREDENTIAL


@pytest.mark.parametrize(
    "how",
    [
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"object_stream_mode": pikepdf.ObjectStreamMode.disable},
        {"linearize": True},
        {"encryption": pikepdf.Encryption(owner="o", user="")},
    ],
    ids=["object streams", "in clear", "linearized", "only against changes"],
)
def test_a_pdf_of_many_pages_is_read_however_it_was_saved(how: dict[str, Any]) -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(hostile_pdfs.attached(b"", CREDENTIAL))) as document:
        for number in range(2000):
            document.add_blank_page().obj.Contents = document.make_stream(b"%d g" % number)
        document.save(output, **how)

    assert attached_credential(output.getvalue()) == CREDENTIAL


@pytest.mark.parametrize("made", hostile_pdfs.GREEDY, ids=lambda made: str(made.__name__))
def test_a_small_pdf_that_takes_much_is_given_up(made: Callable[[], bytes]) -> None:
    greedy = made()

    assert len(greedy) < 100_000
    with pytest.raises(PdfUnreadable, match="more memory or time"):
        attached_credential(greedy)


def test_only_some_pdfs_are_read_at_once_and_every_place_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    sound, damaged = hostile_pdfs.attached(b"", CREDENTIAL), b"%PDF-1.7\n%%EOF"
    places = BoundedSemaphore(1)
    monkeypatch.setattr(attachment, "_places", places)
    monkeypatch.setattr(attachment, "WAIT", 0)

    with places, pytest.raises(PdfUnreadable, match="Try again"):
        attached_credential(sound)

    with pytest.raises(PdfUnreadable, match="not a readable"):
        attached_credential(damaged)
    assert attached_credential(sound) == CREDENTIAL


def test_a_reader_that_does_not_start_is_our_fault_and_not_that_of_the_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachment_reader, "__file__", "/nowhere.py")

    with pytest.raises(RuntimeError, match="does not work"):
        attached_credential(hostile_pdfs.attached(b"", CREDENTIAL))


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
            found = attachment_reader.attached(damaged)  # a process for each would take long
        except attachment_reader.Refused:
            continue
        assert found is None or isinstance(found, bytes)


def test_a_credential_that_is_too_large_is_refused() -> None:
    huge = certificate_pdf(certificate(), b" " * (MAX_CREDENTIAL + 1))

    with pytest.raises(PdfUnreadable, match="1 MB"):
        attached_credential(huge)


def test_a_locked_pdf_is_refused_in_words(pdf: bytes) -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(output, encryption=pikepdf.Encryption(owner="o", user="u"))

    with pytest.raises(PdfUnreadable, match="password"):
        attached_credential(output.getvalue())
