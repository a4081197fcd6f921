"""The seal: an invisible signature over the whole PDF that allows no change, and what becomes of a changed file."""

import datetime
import io
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from assessor.certificates.attachment import PdfAltered, attached_credential
from assessor.certificates.checksum import checksum_holds, seal_place
from assessor.certificates.pdf import certificate_pdf
from assessor.certificates.seal import Seal, packed
from tests.unit.certificates.samples import CREATED, certificate

pytest.importorskip("pyhanko", reason="pyHanko is not installed (the extra seal)")

CREDENTIAL = b'{"name": "Ada"}'
BEGUN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def root() -> x509.Certificate:
    """The certificate of an authority above it, which is only carried along."""
    return own(rsa.generate_private_key(public_exponent=65537, key_size=2048), "Some Authority")


def own(key: rsa.RSAPrivateKey, name: str) -> x509.Certificate:
    """A certificate that a key signed for itself."""
    said = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = x509.CertificateBuilder(said, said, key.public_key(), 7, BEGUN, BEGUN + datetime.timedelta(days=2000))
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    return built.add_extension(usage, critical=True).sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def seal(key: rsa.RSAPrivateKey, root: x509.Certificate) -> Seal:
    return Seal(
        own(key, "Open Door").public_bytes(Encoding.DER),
        (root.public_bytes(Encoding.DER),),
        BEGUN,
        lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256()),
    )


@pytest.fixture(scope="module")
def pdf(seal: Seal) -> bytes:
    return certificate_pdf(certificate(), CREDENTIAL, seal)


def test_the_same_certificate_and_key_give_the_same_bytes(pdf: bytes, seal: Seal) -> None:
    assert certificate_pdf(certificate(), CREDENTIAL, seal) == pdf


def test_a_signature_is_what_pyhanko_packs(seal: Seal) -> None:
    digest = bytes(range(32))

    assert seal.signature(digest) == packed(seal, digest)
    assert len(seal.signature(digest)) == seal.length


def test_the_badge_is_found_in_a_sealed_file_and_its_checksum_holds(pdf: bytes) -> None:
    assert attached_credential(pdf) == CREDENTIAL
    assert checksum_holds(pdf) is True


def test_the_seal_allows_no_change_and_is_not_seen(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        signature = document.Root.Perms.DocMDP
        [widget] = document.Root.AcroForm.Fields

        assert str(signature.SubFilter) == "/ETSI.CAdES.detached"
        assert str(signature.M) == "D:20261112103000Z"
        assert signature.Reference[0].TransformParams.P == 1
        assert (str(widget.T), [int(edge) for edge in widget.Rect]) == ("Seal", [-1, -1, -1, -1])
        assert document.Root.MarkInfo.Marked


def test_a_seal_is_never_older_than_its_certificate(seal: Seal) -> None:
    later = Seal(seal.certificate, seal.chain, CREATED + datetime.timedelta(days=9), seal.sign)

    with pikepdf.open(io.BytesIO(certificate_pdf(certificate(), None, later))) as document:
        assert str(document.Root.Perms.DocMDP.M) == "D:20261121103000Z"


def test_a_changed_byte_anywhere_outside_the_signature_is_seen_by_us(pdf: bytes) -> None:
    place = seal_place(pdf)
    assert place is not None
    for at in [*range(0, place[0], 41), *range(place[1], len(pdf), 13)]:
        damaged = pdf[:at] + bytes([pdf[at] ^ 0x55]) + pdf[at + 1 :]
        with pytest.raises(PdfAltered):
            attached_credential(damaged)


@pytest.mark.parametrize("more", [b"\n", b"% words\n%%EOF\n"])
def test_what_is_added_behind_is_seen(pdf: bytes, more: bytes) -> None:
    with pytest.raises(PdfAltered):
        attached_credential(pdf + more)


def test_the_signature_holds_only_digits(pdf: bytes) -> None:
    place = seal_place(pdf)
    assert place is not None
    drawn_over = pdf[: place[0]] + b"Z" * (place[1] - place[0]) + pdf[place[1] :]

    with pytest.raises(PdfAltered):
        attached_credential(drawn_over)


# What other programs say


def said_by_pdfsig(pdf: bytes, folder: Path) -> str:
    """The words of poppler about a file."""
    program = shutil.which("pdfsig")
    if program is None:
        pytest.skip("pdfsig is not installed (poppler-utils)")
    file = folder / "sealed.pdf"
    file.write_bytes(pdf)
    return subprocess.run([program, str(file)], capture_output=True, text=True, check=False, timeout=60).stdout


def test_poppler_finds_the_seal_valid_and_over_the_whole_file(pdf: bytes, tmp_path: Path) -> None:
    said = said_by_pdfsig(pdf, tmp_path)

    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "Nov 12 2026" in said
    assert "Certificate issuer isn't Trusted" in said or "Certificate issuer is unknown" in said


def test_poppler_sees_a_change(pdf: bytes, tmp_path: Path) -> None:
    at = pdf.index(b"%sha-256 ") + 9
    changed = pdf[:at] + (b"1" if pdf[at : at + 1] != b"1" else b"2") + pdf[at + 1 :]

    assert "Digest Mismatch" in said_by_pdfsig(changed, tmp_path)


def test_pyhanko_finds_a_certification_without_changes(pdf: bytes, seal: Seal) -> None:
    from asn1crypto.x509 import Certificate
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    [embedded] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    trusting = ValidationContext(trust_roots=[Certificate.load(seal.certificate)], moment=CREATED)
    status = validate_pdf_signature(embedded, signer_validation_context=trusting)

    assert status.bottom_line
    assert status.docmdp_ok
    assert embedded.docmdp_level == MDPPerm.NO_CHANGES
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
