"""The certificate for the pocket: a card to print and cut, and page 1 as a picture for a phone.

Both are drawn anew each time; the same award gives the same bytes, as the paper does.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.certificates.certificate import CertificateContent, CertificateUnprintable
from assessor.certificates.picture import page_picture
from assessor.certificates.wallet import wallet_cards_pdf
from assessor.config import Settings
from assessor.credentials import achievements, issuing, papers, profiles
from assessor.credentials.issuing import Exported
from assessor.credentials.models import Award
from assessor.errors import Invalid

#: Form → content type and ending of the file.
FORMS = {"card": ("application/pdf", "card.pdf"), "phone": ("image/png", "phone.png")}


class CardUnprintable(Invalid):
    """A certificate's words do not fit on a card; its paper has room for them."""


def export(
    session: Session, award: Award, form: str, settings: Settings, options: papers.PaperOptions = papers.USUAL
) -> Exported:
    """The certificate in one of `FORMS`; the picture is of page 1 in the chosen layout.

    Raises `NotSignedYet`, `CardUnprintable`, `LayoutNotThere`, or `Invalid` for another form.
    """
    if form not in FORMS:
        raise Invalid("There is no such form. Forms are: %(forms)s.", forms=", ".join(FORMS))
    if form == "card":
        content = _drawn([_on_card(session, award, settings)], issuing.signed_of(session, award).body)
    else:
        front = papers.PaperOptions(layout=options.layout)  # a picture of page 1 needs no other pages
        content = page_picture(issuing.export(session, award, "pdf", settings, front).content)
    kind, ending = FORMS[form]
    return Exported(content, kind, f"certificate-{numbers.written(award.number)}.{ending}")


def cards(session: Session, awards: Sequence[Award], settings: Settings) -> bytes:
    """A card of each certificate, ten on a page; nothing is attached. Raises `NotSignedYet`, `CardUnprintable`."""
    return _drawn([_on_card(session, award, settings) for award in awards])


def _on_card(session: Session, award: Award, settings: Settings) -> CertificateContent:
    signed = issuing.signed_of(session, award)
    then = profiles.as_awarded(award, settings)
    template = achievements.find(session, award.achievement_code, then)
    return papers.paper_content(award, template, papers.qr_text(signed, settings), then)


def _drawn(contents: Sequence[CertificateContent], credential: bytes | None = None) -> bytes:
    try:
        return wallet_cards_pdf(contents, credential)
    except CertificateUnprintable as error:
        raise CardUnprintable("%(why)s", why=str(error)) from error
