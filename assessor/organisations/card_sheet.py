"""The login cards of a group as a PDF, ten a page."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from babel.dates import format_date

from assessor import locale
from assessor.accounts import cards
from assessor.certificates import qr
from assessor.certificates.cards import CARD_LABELS, LoginCard, PictureWord, Wording, login_cards_pdf
from assessor.config import Settings
from assessor.errors import NotFound
from assessor.organisations.groups import Place
from assessor.organisations.models import Group


def card_sheet(places: Sequence[Place], group: Group, key: str, language: str, settings: Settings) -> bytes:
    """Draw the cards that work now. ``language``: of the advice around them; a card speaks its owner's.

    Printing again gives the same cards: nothing is replaced. Raises `NotFound` for a group without people.
    """
    if not places:
        raise NotFound("There is nobody in this group yet. Add names first.")
    newest = max(place.card.created_at for place in places)
    return login_cards_pdf(
        [_login_card(place, key, newest, settings) for place in places],
        group=group.name,
        group_code=group.code,
        host=settings.host,
        created=newest,
        language=language,
        labels=_labels(language),
    )


def card_address(place: Place, key: str, settings: Settings) -> str:
    """The address in the card's QR code."""
    return f"{settings.public_url}/k/{cards.secret_of(place.card, key)}"


def _login_card(place: Place, key: str, printed: datetime, settings: Settings) -> LoginCard:
    names = cards.picture_word_names()
    language = locale.language(place.learner.language).code
    first, second, third = (
        PictureWord(cards.picture_svg(word), names[word].get(language, names[word]["en"]))
        for word in place.card.picture_words
    )
    return LoginCard(
        place.learner.nickname,
        qr.symbol(card_address(place, key, settings)),
        (first, second, third),
        Wording(language, format_date(printed.date(), "d MMM y", locale=language), _labels(language)),
    )


def _labels(language: str) -> Mapping[str, str]:
    return {name: locale.sentence(language, text) for name, text in CARD_LABELS.items()}
