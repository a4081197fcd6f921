"""The certificate for the pocket: a card to print and cut, and page 1 as a picture for a phone.

Both are drawn anew each time; the same award gives the same bytes, as the paper does.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.certificates.certificate import CertificateContent, CertificateUnprintable
from assessor.certificates.picture import page_picture
from assessor.certificates.wallet import wallet_card_pdf, wallet_cards_pdf
from assessor.config import Settings
from assessor.credentials import achievements, issuing, papers, profiles
from assessor.credentials.issuing import Exported
from assessor.credentials.models import Award, Credential
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
        content = _card(session, award, settings)
    else:
        front = papers.PaperOptions(layout=options.layout)  # a picture of page 1 needs no other pages
        content = page_picture(issuing.export(session, award, "pdf", settings, front).content)
    kind, ending = FORMS[form]
    return Exported(content, kind, f"certificate-{numbers.written(award.number)}.{ending}")


def cards(session: Session, awards: Sequence[Award], settings: Settings) -> bytes:
    """A card of each certificate, ten on a page; nothing is attached. Raises `NotSignedYet`, `CardUnprintable`."""
    contents = [_on_card(session, award, issuing.signed_of(session, award), settings) for award in awards]
    with _printable():
        return wallet_cards_pdf(contents)


def _card(session: Session, award: Award, settings: Settings) -> bytes:
    signed = issuing.signed_of(session, award)
    content = _on_card(session, award, signed, settings)
    with _printable():
        return wallet_card_pdf(content, signed.body)


def _on_card(session: Session, award: Award, signed: Credential, settings: Settings) -> CertificateContent:
    then = profiles.as_awarded(award, settings)
    template = achievements.find(session, award.achievement_code, then)
    return papers.paper_content(award, template, papers.qr_text(signed, settings), then)


@contextmanager
def _printable() -> Iterator[None]:
    try:
        yield
    except CertificateUnprintable as error:
        raise CardUnprintable("%(why)s", why=str(error)) from error
