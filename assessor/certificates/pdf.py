"""The certificate as a PDF: page 1 for the wall, page 2 for whoever wants to know more.

    certificate_pdf(content, credential) -> bytes

A pure function: the same content gives the same bytes. The signed credential, which was signed before the paper is
drawn and does not change the picture, is attached on the way; `attachment` finds it again.
"""

from assessor.certificates.attachment import credential_attachment
from assessor.certificates.certificate import CertificateContent, PageTooFull
from assessor.certificates.first_page import draw_first_page
from assessor.certificates.font_choice import clean
from assessor.certificates.paper import A4, MM, Paper
from assessor.certificates.second_page import draw_second_page
from assessor.certificates.sheet import Sheet

_SCALES_OF_PAGE_2 = (1.0, 0.88, 0.78, 0.7)


def certificate_pdf(content: CertificateContent, credential: bytes | None = None) -> bytes:
    """Draw a certificate of two pages, tagged, fonts embedded as subsets, with the credential's exact bytes inside.

    Page 1 is as large as its layout says, page 2 is A4.

    Characters of names that no shipped font has become U+FFFD (`substituted_characters` tells which). Raises
    `CertificateUnprintable` when the texts do not fit, `CharacterNotDrawable` when wording or tasks hold a
    character without a font, `DrawingInvalid` for the badge.
    """
    attachment = credential_attachment(credential) if credential is not None else None
    for scale in _SCALES_OF_PAGE_2[:-1]:
        try:
            return _drawn(content, scale).finish(attachment)
        except PageTooFull:
            continue
    return _drawn(content, _SCALES_OF_PAGE_2[-1]).finish(attachment)


def _drawn(content: CertificateContent, scale: float) -> Paper:
    paper = Paper(
        title=f"{clean(content.title)}: {clean(content.holder)}",
        author=clean(content.issuer),
        language=content.language,
        created=content.created,
        size=(content.layout.page[0] * MM, content.layout.page[1] * MM),
    )
    draw_first_page(Sheet(paper, content.language, content.labels), content)
    paper.next_page(A4)
    draw_second_page(Sheet(paper, content.language, content.labels, scale), content)
    return paper
