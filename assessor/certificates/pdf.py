"""The certificate as a PDF: page 1 for the wall, page 2 for whoever wants to know more.

    certificate_pdf(content) -> bytes

A pure function: the same content gives the same bytes. The signed credential is attached afterwards
(`attachment`), because it is signed before the paper is drawn and does not change the picture.
"""

from assessor.certificates.certificate import CertificateContent
from assessor.certificates.first_page import draw_first_page
from assessor.certificates.font_choice import clean
from assessor.certificates.paper import Paper
from assessor.certificates.second_page import draw_second_page
from assessor.certificates.sheet import Sheet


def certificate_pdf(content: CertificateContent) -> bytes:
    """Draw an A4 certificate of two pages, tagged, fonts embedded as subsets.

    Characters of names that no shipped font has become U+FFFD (`substituted_characters` tells which). Raises
    `CertificateUnprintable` when the texts do not fit, `CharacterNotDrawable` when wording or tasks hold a
    character without a font, `DrawingInvalid` for the badge.
    """
    paper = Paper(
        title=f"{clean(content.title)}: {clean(content.holder)}",
        author=clean(content.issuer),
        language=content.language,
        created=content.created,
    )
    sheet = Sheet(paper, content.language, content.labels)
    draw_first_page(sheet, content)
    paper.next_page()
    draw_second_page(sheet, content)
    return paper.finish()
