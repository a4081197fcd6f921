"""How many certificates a second one core draws, against the least that any PDF writer must do.

    python -m tests.benchmarks.bench_certificates

Every certificate has a new name and number, as in a group's print. The floor is bare reportlab writing the same texts
with Helvetica on two pages, without shaping, fonts, symbol or tags.
"""

from collections.abc import Callable
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from assessor.certificates.attachment import attach_credential
from assessor.certificates.cards import CARD_LABELS, LoginCard, PictureWord, Wording, login_cards_pdf
from assessor.certificates.certificate import CertificateContent
from assessor.certificates.number import written
from assessor.certificates.pdf import certificate_pdf
from tests.benchmarks.timing import Job, at_once, run, timed
from tests.unit.certificates.samples import CREATED, certificate, matrix

ROUNDS, A_ROUND, CARDS = 7, 6, 20
FLOOR = "floor: bare reportlab, no shaping"
CREDENTIAL = b"{" + b'"x": "0123456789",' * 250 + b'"y": 1}'
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M3 3h18v18H3z"/></svg>'


def contents(language: str, start: int) -> list[CertificateContent]:
    """Certificates of one round, all different."""
    numbers = [written(bytes([n % 256, 1, 2, 3, 4, 5, 6, 0])) for n in range(start, start + 400)]
    usable = [number for number in numbers if number[-1].isalnum() and number[-1] != "U"][:A_ROUND]
    return [certificate(language, holder=f"Ada {start}-{n} Haddad", number=number) for n, number in enumerate(usable)]


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
    return attach_credential(certificate_pdf(content), CREDENTIAL, CREATED)


def job(name: str, draw: Callable[[CertificateContent], object], language: str = "en", floor: str = FLOOR) -> Job:
    """Draw the certificates of a round."""

    def measure(number: int) -> float:
        work = contents(language, number * A_ROUND)
        return timed(lambda: [draw(content) for content in work], len(work))

    return Job(name, measure, floor)


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
    jobs = [
        job(FLOOR, bare_reportlab, floor=""),
        job("certificate, English, tagged", certificate_pdf),
        job("certificate, Arabic, tagged", certificate_pdf, "ar"),
        job("certificate, English, tagged, with credential", with_attachment),
        at_once("login card, ten a page", login_cards, CARDS),
    ]
    run("certificates: PDF documents", jobs, ROUNDS)


if __name__ == "__main__":
    main()
