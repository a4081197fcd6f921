"""A certificate and what tests look at in a PDF."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import qrcode
from PIL import Image

from assessor.certificates.certificate import AreaScore, CertificateContent
from assessor.certificates.template_reading import load_template

BADGE = Path(__file__).parents[3] / "badge_templates" / "digital-first-steps"
TEMPLATE = load_template(BADGE / "certificate.toml")
NUMBER = "0M2RC-1M70Y-40FZ"
QR_TEXT = "https://v.badges.example/c#1." + "37240055125902408535834749250345521650184995392821" * 8
CREATED = datetime(2026, 11, 12, 10, 30, tzinfo=UTC)
DATES = {
    "en": ("12 November 2026", "12 November 2031"),
    "es": ("12 de noviembre de 2026", "12 de noviembre de 2031"),
    "ar": ("12 نوفمبر 2026", "12 نوفمبر 2031"),
}


def matrix(text: str = QR_TEXT) -> tuple[tuple[bool, ...], ...]:
    """A QR symbol as the certificate takes it."""
    symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=2)
    symbol.add_data(text)
    symbol.make()
    return tuple(tuple(bool(module) for module in row) for row in symbol.get_matrix())


MATRIX = matrix()


def certificate(language: str = "en", **changes: Any) -> CertificateContent:
    """Ada's certificate at level 3."""
    issued, valid_until = DATES.get(language, DATES["en"])
    scores = ((34, 23, 45), (41, 31, 51), (None, None, None), (46, 37, 55))
    names = [area.name[language] for area in TEMPLATE.areas]
    values: dict[str, Any] = {
        "language": language,
        "holder": "Ada Haddad",
        "second_spelling": "سميرة حداد",
        "title": TEMPLATE.title[language],
        "level": 3,
        "tasks": TEMPLATE.tasks_at(3, language),
        "conditions": "Supervised. On a phone, in English, with Arabic help. 14 tasks.",
        "not_tested": TEMPLATE.not_tested[language],
        "areas": tuple(AreaScore(name, *score) for name, score in zip(names, scores, strict=True)),
        "issuer": "Open Door Adult Education Centre",
        "project": "Digital Steps project",
        "issued": issued,
        "valid_until": valid_until,
        "number": NUMBER,
        "host": "v.badges.example",
        "symbol": MATRIX,
        "badge_svg": (BADGE / "badge-intermediate.svg").read_text("utf-8"),
        "labels": TEMPLATE.wording[language],
        "created": CREATED,
        "layout": TEMPLATE.layout,
        "reviewed": language in TEMPLATE.reviewed,
    }
    return CertificateContent(**{**values, **changes})


def page_text(pdf: bytes, page: int = 0) -> str:
    """The text a reader can search on one page."""
    document = pypdfium2.PdfDocument(pdf)
    text = str(document[page].get_textpage().get_text_range())
    document.close()
    return text


def page_picture(pdf: bytes, page: int = 0, dpi: int = 150) -> Image.Image:
    """One page as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    picture: Image.Image = document[page].render(scale=dpi / 72).to_pil()
    document.close()
    return picture
