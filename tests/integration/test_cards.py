"""Paper cards: the newest works, nothing that opens a door is stored."""

import re
from random import Random

import pytest
from sqlalchemy.orm import Session

from assessor.accounts import cards, visits
from assessor.accounts.models import Card
from assessor.errors import Invalid
from assessor.organisations import groups
from tests import factories
from tests.factories import NOW


def test_a_card_opens_the_way_of_its_learner(session: Session) -> None:
    [ada] = factories.people(session, factories.group(session))

    assert cards.find_learner(session, factories.card_secret(session, ada)) is ada


def test_a_secret_has_26_characters_that_nobody_confuses(session: Session) -> None:
    everybody = factories.people(session, factories.group(session, ("Ada", "Grace", "Olu", "Eve")))

    secrets = {factories.card_secret(session, learner) for learner in everybody}

    assert len(secrets) == 4
    assert all(re.fullmatch("[a-z2-7]{26}", secret) for secret in secrets)


def test_a_scanner_that_writes_capitals_finds_the_same_card(session: Session) -> None:
    [ada] = factories.people(session, factories.group(session))

    assert cards.find_learner(session, factories.card_secret(session, ada).upper()) is ada


@pytest.mark.parametrize("secret", ["", "a", "a" * 26, "x" * 4000, "\u202e" * 26])
def test_an_unknown_card_is_refused(secret: str, session: Session) -> None:
    with pytest.raises(cards.UnknownCard):
        cards.find_learner(session, secret)


def test_printing_again_gives_the_same_secret(session: Session) -> None:
    group = factories.group(session)
    [ada] = factories.people(session, group)
    before = factories.card_secret(session, ada)
    session.commit()
    session.expire_all()

    assert factories.card_secret(session, ada) == before


def test_a_replaced_card_is_dead_and_the_new_one_works(session: Session) -> None:
    group = factories.group(session)
    [ada] = factories.people(session, group)
    old = factories.card_secret(session, ada)
    token = visits.begin_for_learner(session, ada, NOW)

    groups.replace_card(session, group, ada.id, "key", NOW, Random(3))

    with pytest.raises(cards.ReplacedCard):
        cards.find_learner(session, old)
    assert cards.find_learner(session, factories.card_secret(session, ada)) is ada
    assert visits.find(session, token, NOW) is None


def test_a_new_scan_ends_the_visit_on_the_older_phone(session: Session) -> None:
    [ada] = factories.people(session, factories.group(session))
    older = visits.begin_for_learner(session, ada, NOW)

    newer = visits.begin_for_learner(session, ada, NOW)

    assert visits.find(session, older, NOW) is None
    assert visits.find(session, newer, NOW) is not None


def test_a_visit_ends_by_itself(session: Session) -> None:
    [ada] = factories.people(session, factories.group(session))
    token = visits.begin_for_learner(session, ada, NOW)

    assert visits.find(session, token, NOW + visits.LEARNER_VISIT) is None


def test_neither_a_secret_nor_a_visit_is_stored(session: Session) -> None:
    [ada] = factories.people(session, factories.group(session))
    token = visits.begin_for_learner(session, ada, NOW)
    secret = factories.card_secret(session, ada)

    stored = factories.everything_in(session)

    assert secret.encode() not in stored
    assert token.encode() not in stored


def test_no_two_cards_of_a_group_have_the_same_pictures(session: Session) -> None:
    group = factories.group(session, [f"Person {number}" for number in range(groups.LARGEST_GROUP)])

    triples = [frozenset(place.card.picture_words) for place in groups.places(session, group)]

    assert len(set(triples)) == groups.LARGEST_GROUP
    assert all(len(words) == cards.WORDS_ON_A_CARD for words in triples)


def test_a_group_has_a_code_of_four_digits_that_no_other_has(session: Session) -> None:
    first, second = (factories.group(session, seed=2) for _ in range(2))

    assert re.fullmatch("[1-9][0-9]{3}", first.code)
    assert first.code != second.code


def test_a_group_has_at_most_sixty_people(session: Session) -> None:
    group = factories.group(session, [f"Person {number}" for number in range(59)])

    with pytest.raises(Invalid):
        groups.add_learners(session, group, ["Ada", "Eve"], "en", "key", NOW, Random(4))

    assert session.query(Card).count() == 12 + 59  # those of the demonstration stay
