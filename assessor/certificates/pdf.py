"""The certificate as a PDF: page 1 for the wall, page 2 for whoever wants to know more, page 3 in another language.

    certificate_pdf(content, credential, seal) -> bytes
    certificates_pdf(contents) -> bytes  # a group's, to print

Pure functions: the same content gives the same bytes. The signed credential, which was signed before the paper is
drawn and does not change the picture, is attached on the way; `attachment` finds it again.
"""

from collections.abc import Sequence

from assessor.certificates.attachment import credential_attachment
from assessor.certificates.certificate import CertificateContent, CertificateUnprintable, PageTooFull
from assessor.certificates.first_page import draw_first_page
from assessor.certificates.font_choice import clean
from assessor.certificates.paper import A4, MM, Paper
from assessor.certificates.seal import Seal
from assessor.certificates.second_page import PageNumber, draw_second_page
from assessor.certificates.sheet import Sheet

MAX_TOGETHER = 500
_SCALES_OF_PAGE_2 = (1.0, 0.88, 0.78, 0.7)


def certificate_pdf(content: CertificateContent, credential: bytes | None = None, seal: Seal | None = None) -> bytes:
    """Draw a certificate of two or three pages, tagged, fonts embedded as subsets, with the credential's exact bytes.

    Page 1 is as large as its layout says, the others are A4.

    Characters of names that no shipped font has become U+FFFD (`substituted_characters` tells which). Raises
    `CertificateUnprintable` when the texts do not fit, `CharacterNotDrawable` when wording or tasks hold a
    character without a font, `DrawingInvalid` for the badge.
    """
    attachment = credential_attachment(credential) if credential is not None else None
    return _fitting(content)[0].finish(attachment, seal)


def certificates_pdf(contents: Sequence[CertificateContent]) -> bytes:
    """Draw several certificates one after the other, to print them: one document with one tree of tags.

    Nothing is attached, and fonts are there once. Title, language and date are of the first. Raises as
    `certificate_pdf`, or `CertificateUnprintable` for none or more than `MAX_TOGETHER`.
    """
    if not 0 < len(contents) <= MAX_TOGETHER:
        raise CertificateUnprintable(f"Between 1 and {MAX_TOGETHER} certificates make a file, not {len(contents)}.")
    try:
        return _drawn_together(contents, [1.0] * len(contents)).finish()
    except PageTooFull:  # pages cannot be taken back, so each is tried alone
        return _drawn_together(contents, [_fitting(content)[1] for content in contents]).finish()


def _fitting(content: CertificateContent) -> tuple[Paper, float]:
    """The paper, drawn at the largest scale of page 2 at which it fits, and that scale."""
    for scale in _SCALES_OF_PAGE_2[:-1]:
        try:
            return _drawn(content, scale), scale
        except PageTooFull:
            continue
    return _drawn(content, _SCALES_OF_PAGE_2[-1]), _SCALES_OF_PAGE_2[-1]


def _drawn(content: CertificateContent, scale: float) -> Paper:
    paper = _begun(content, f"{clean(content.title)}: {clean(content.holder)}")
    _draw(paper, content, scale)
    return paper


def _drawn_together(contents: Sequence[CertificateContent], scales: Sequence[float]) -> Paper:
    paper = _begun(contents[0], clean(contents[0].title))
    for place, (content, scale) in enumerate(zip(contents, scales, strict=True)):
        if place:
            paper.next_page(_size(content))
        with paper.part("Sect"):
            _draw(paper, content, scale)
    return paper


def _begun(content: CertificateContent, title: str) -> Paper:
    return Paper(
        title=title,
        author=clean(content.issuer),
        language=content.language,
        created=content.created,
        size=_size(content),
    )


def _draw(paper: Paper, content: CertificateContent, scale: float) -> None:
    draw_first_page(Sheet(paper, content.language, content.labels), content)
    spoken = [content, content.translation] if content.translation else [content]
    for page, said in enumerate(spoken, start=2):
        paper.next_page(A4)
        sheet = Sheet(paper, said.language, said.labels, scale)
        draw_second_page(sheet, said, PageNumber(page, 1 + len(spoken)))


def _size(content: CertificateContent) -> tuple[float, float]:
    return content.layout.page[0] * MM, content.layout.page[1] * MM
