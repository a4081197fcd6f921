"""How many certificates a second one core draws, against the least that any PDF writer must do.

    python -m tests.benchmarks.bench_certificates

Every certificate has a new name, number, score and QR code, as in a group's print. The floor is bare reportlab writing
the same texts with Helvetica on two pages, without shaping, fonts, symbol or tags. Peers are those of `paper_peers`.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.pdfgen.canvas import Canvas

from assessor.certificates import qr
from assessor.certificates.cards import CARD_LABELS, LoginCard, PictureWord, Wording, login_cards_pdf
from assessor.certificates.certificate import AreaScore, CertificateContent
from assessor.certificates.number import written
from assessor.certificates.pdf import certificate_pdf, certificates_pdf
from assessor.certificates.seal import Seal
from assessor.credentials.signers import RSA_BITS
from tests.benchmarks import paper_peers
from tests.benchmarks.timing import Job, again_and_again, at_once, run, timed
from tests.unit.certificates.samples import CREATED, certificate, matrix

ROUNDS, A_ROUND, CARDS = 7, 6, 20
FLOOR = "floor: bare reportlab, no shaping"
OURS = {"en": "certificate with QR, English", "ar": "certificate with QR, Arabic"}
OUR_CODE = "QR code, version 13"
CREDENTIAL = b"{" + b'"x": "0123456789",' * 250 + b'"y": 1}'
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M3 3h18v18H3z"/></svg>'


def contents(language: str, start: int) -> list[CertificateContent]:
    """Certificates of one round, all different."""
    numbers = [written(bytes([n % 256, 1, 2, 3, 4, 5, 6, 0])) for n in range(start, start + 400)]
    usable = [number for number in numbers if number[-1].isalnum() and number[-1] != "U"][:A_ROUND]
    return [_one(language, start + n, number) for n, number in enumerate(usable)]


def _one(language: str, place: int, number: str) -> CertificateContent:
    """The sample with everything changed that belongs to one person; its symbol is drawn with it."""
    content = certificate(language, holder=f"Ada {place} Haddad", number=number)
    first, *others = content.areas
    score = 30 + place % 40
    return replace(content, areas=(AreaScore(first.name, score, score - 9, score + 9), *others), symbol=())


def qr_text(content: CertificateContent) -> str:
    """A text as long as those of real certificates (version 13), different for every holder."""
    digits = hashlib.sha512(content.holder.encode()).digest() * 5
    return qr.symbol_text("https://v.badges.example/c", digits[: qr.BUDGET])


def with_symbol(content: CertificateContent) -> CertificateContent:
    """The same with the modules of its QR code."""
    return replace(content, symbol=qr.symbol(qr_text(content)))


def draw(content: CertificateContent) -> bytes:
    """The paper with its QR code, from the values to the bytes."""
    return certificate_pdf(with_symbol(content))


def bare_reportlab(content: CertificateContent) -> bytes:
    """The same texts, unshaped, in an unembedded font."""
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1)
    first = [content.issuer, content.holder, content.title, *content.tasks, content.conditions, content.number]
    second = [content.holder, *content.tasks, *(area.name for area in content.areas), content.not_tested]
    for lines in (first, [*second, *content.labels.values()]):
        for place, line in enumerate(lines):
            canvas.setFont("Helvetica", 10)
            canvas.drawString(60, 800 - 15 * place, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def with_attachment(content: CertificateContent) -> bytes:
    """A certificate as it is handed out."""
    return certificate_pdf(with_symbol(content), CREDENTIAL)


def sealed(seal: Seal) -> Callable[[CertificateContent], bytes]:
    """Draws certificates as they are handed out where the issuer has a seal."""
    return lambda content: certificate_pdf(with_symbol(content), CREDENTIAL, seal)


def own_seal() -> Seal:
    """A seal with a key of the size that `assessor keys seal --self-signed` makes."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Open Door")])
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, CREATED, CREATED + timedelta(days=365))
    certificate = built.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    return Seal(certificate, (), CREATED, lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256()))


def together(contents: list[CertificateContent]) -> object:
    """A group's certificates in one file to print."""
    return certificates_pdf([with_symbol(content) for content in contents])


def job(name: str, draw: Callable[[CertificateContent], object], language: str = "en", floor: str = FLOOR) -> Job:
    """Draw the certificates of a round."""

    def measure(number: int) -> float:
        work = contents(language, number * A_ROUND)
        return timed(lambda: [draw(content) for content in work], len(work))

    return Job(name, measure, floor)


def drawn_by(peer: paper_peers.Draw, content: CertificateContent) -> bytes:
    """The texts and the QR code as a peer draws them."""
    return peer(with_symbol(content))


def peer_jobs() -> list[Job]:
    """The other libraries that are installed, each in both languages against ours; what it draws is checked first."""
    jobs = []
    for name, peer in paper_peers.installed().items():
        for language, ours in OURS.items():
            first = contents(language, 0)[0]
            paper_peers.check(drawn_by(peer, first), first, qr_text(first))
            jobs.append(job(f"{name}: {ours}", partial(drawn_by, peer), language, ours))
    return jobs


def searched(text: str) -> object:
    """The same symbol as `qrcode` finds it by itself."""
    code: Any = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return code.modules


def login_cards() -> object:
    """Two sheets of ten."""
    picture = PictureWord(PICTURE, "cup")
    symbol = matrix("https://badges.example/k/abcdefghijklmnopqrstuvwxyz")
    cards = [
        LoginCard(f"Ada {n}", symbol, (picture, picture, picture), Wording("en", "today", CARD_LABELS))
        for n in range(CARDS)
    ]
    return login_cards_pdf(cards, group="Group", group_code="4827", host="h.example", created=CREATED)


def main() -> None:
    """Measure and print."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # typst would lay out pages on all cores
    content, many = contents("en", 0)[0], [one for start in range(0, 30, A_ROUND) for one in contents("en", start)]
    jobs = [
        job(FLOOR, bare_reportlab, floor=""),
        *(job(name, draw, language) for language, name in OURS.items()),
        *peer_jobs(),
        job("certificate with QR and credential, English", with_attachment),
        job("the same sealed, RSA of 3072 bits", sealed(own_seal())),
        at_once("certificate with QR in a print file of 30", lambda: together(many), len(many)),
        again_and_again(OUR_CODE, lambda: qr.symbol(qr_text(content))),
        again_and_again("the same by qrcode alone, searching masks", lambda: searched(qr_text(content)), OUR_CODE),
        at_once("login card, ten a page", login_cards, CARDS),
    ]
    run("certificates: PDF documents", jobs, ROUNDS)


if __name__ == "__main__":
    main()
