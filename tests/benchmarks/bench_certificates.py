"""How many certificates a second one core draws, against the least that any PDF writer must do.

    python -m tests.benchmarks.bench_certificates

Every certificate has a new name and number, as in a group's print. The floor is measured in the same run:
bare reportlab writing the same texts with Helvetica on two pages, without shaping, fonts, symbol or tags.
Prints certificates a second for English and Arabic, with the credential attached, and login cards; then the
floor and the ratio, each as min / median / max over the rounds.
"""

import statistics
import time
from collections.abc import Callable
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from assessor.certificates.attachment import attach_credential
from assessor.certificates.cards import LoginCard, PictureWord, login_cards_pdf
from assessor.certificates.certificate import CertificateContent
from assessor.certificates.number import written
from assessor.certificates.pdf import certificate_pdf
from tests.unit.certificates.samples import CREATED, certificate, matrix

ROUNDS, A_ROUND = 9, 8
CREDENTIAL = b"{" + b'"x": "0123456789",' * 250 + b'"y": 1}'
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M3 3h18v18H3z"/></svg>'


def contents(language: str, start: int) -> list[CertificateContent]:
    """Certificates of one round, all different."""
    numbers = [written(bytes([n % 256, 1, 2, 3, 4, 5, 6, 0])) for n in range(start, start + 400)]
    usable = [number for number in numbers if number[-1].isalnum() and number[-1] != "U"][:A_ROUND]
    return [certificate(language, holder=f"Ada {start}-{n} Haddad", number=number) for n, number in enumerate(usable)]


def floor(content: CertificateContent) -> bytes:
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


def rates(draw: Callable[[CertificateContent], object], language: str) -> list[float]:
    """Documents a second, one number a round."""
    result = []
    for round_ in range(ROUNDS):
        work = contents(language, round_ * A_ROUND)
        started = time.perf_counter()
        for content in work:
            draw(content)
        result.append(len(work) / (time.perf_counter() - started))
    return result


def with_attachment(content: CertificateContent) -> bytes:
    """A certificate as it is handed out."""
    return attach_credential(certificate_pdf(content), CREDENTIAL, CREATED)


def card_sheets() -> list[float]:
    """Login cards a second, two pages of ten."""
    picture = PictureWord(PICTURE, "cup")
    symbol = matrix("https://badges.example/k/abcdefghijklmnopqrstuvwxyz")
    cards = [LoginCard(f"Ada {n}", symbol, (picture, picture, picture)) for n in range(20)]
    result = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        login_cards_pdf(cards, group="Group", group_code="4827", host="h.example", date="today", created=CREATED)
        result.append(len(cards) / (time.perf_counter() - started))
    return result


def report(name: str, numbers: list[float]) -> float:
    """Print one line and return the median."""
    median = statistics.median(numbers)
    print(f"{name:44} {min(numbers):8.1f} {median:8.1f} {max(numbers):8.1f}")
    return median


def main() -> None:
    """Measure and print."""
    certificate_pdf(certificate())  # fonts are loaded once a process
    print(f"{'documents a second':44} {'min':>8} {'median':>8} {'max':>8}")
    least = report("floor: bare reportlab, no shaping", rates(floor, "en"))
    english = report("certificate, English, tagged", rates(certificate_pdf, "en"))
    report("certificate, Arabic, tagged", rates(certificate_pdf, "ar"))
    report("certificate, English, tagged, with credential", rates(with_attachment, "en"))
    report("login cards", card_sheets())
    print(f"floor / certificate: {least / english:.1f} times the time of the floor")


if __name__ == "__main__":
    main()
