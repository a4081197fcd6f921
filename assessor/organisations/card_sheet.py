"""The login cards of a group as a PDF, ten a page."""

from collections.abc import Sequence

from babel.dates import format_date

from assessor import locale
from assessor.accounts import cards
from assessor.certificates import qr
from assessor.certificates.cards import CARD_LABELS, LoginCard, PictureWord, login_cards_pdf
from assessor.config import Settings
from assessor.errors import NotFound
from assessor.organisations.groups import Place
from assessor.organisations.models import Group


def card_sheet(places: Sequence[Place], group: Group, key: str, language: str, settings: Settings) -> bytes:
    """Draw the cards that work now. ``language``: of the advice around them; a card's words are in its own.

    Printing again gives the same cards: nothing is replaced. Raises `NotFound` for a group without people.
    """
    if not places:
        raise NotFound("There is nobody in this group yet. Add names first.")
    newest = max(place.card.created_at for place in places)
    return login_cards_pdf(
        [_login_card(place, key, settings) for place in places],
        group=group.name,
        group_code=group.code,
        host=settings.host,
        date=format_date(newest.date(), "d MMM y", locale=language),
        created=newest,
        language=language,
        labels={name: locale.sentence(language, text) for name, text in CARD_LABELS.items()},
    )


def card_address(place: Place, key: str, settings: Settings) -> str:
    """The address in the card's QR code."""
    return f"{settings.public_url}/k/{cards.secret_of(place.card, key)}"


def _login_card(place: Place, key: str, settings: Settings) -> LoginCard:
    names = cards.picture_word_names()
    first, second, third = (
        PictureWord(cards.picture_svg(word), names[word].get(place.learner.language, names[word]["en"]))
        for word in place.card.picture_words
    )
    return LoginCard(place.learner.nickname, qr.symbol(card_address(place, key, settings)), (first, second, third))
