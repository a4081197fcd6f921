"""Which test a card leads to, and in which language it is."""

from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessor.banks import releases, translation
from assessor.banks.models import TranslationApproval
from assessor.errors import NotFound
from assessor.sittings import invigilation, starting
from assessor.sittings.models import Sitting
from tests import factories
from tests.factories import NOW


@pytest.fixture
def arabic(session: Session) -> releases.Edition:
    """The questions, all of them translated into Arabic; nobody has approved that yet."""
    edition = factories.edition(session)
    assert all(edition.translations["ar"][item].complete for item in edition.scored)
    assert set(releases.unapproved_items(session, edition, "ar")) == set(edition.scored)
    return edition


def test_without_an_open_session_a_card_leads_nowhere(session: Session) -> None:
    [ada] = factories.people(session, factories.group(session))

    assert starting.open_invigilation(session, ada) is None
    assert starting.current_sitting(session, ada) is None


def test_starting_twice_gives_one_sitting(session: Session) -> None:
    group = factories.group(session)
    opened = factories.open_session(session, group)
    [ada] = factories.people(session, group)

    first, second = (starting.start(session, ada, opened, "en", "phone", NOW, Random(seed)) for seed in (1, 2))

    assert first is second
    assert session.scalar(select(func.count()).select_from(Sitting)) == 1


def test_a_learner_in_two_groups_is_led_to_the_newest_session(session: Session) -> None:
    group = factories.group(session)
    opened = factories.open_session(session, group)
    [ada] = factories.people(session, group)

    assert starting.open_invigilation(session, ada) is opened
    opened.ended_at = NOW
    newest = factories.open_session(session, group)
    assert starting.open_invigilation(session, ada) is newest


def test_the_sitting_keeps_the_rules_it_was_begun_with(session: Session) -> None:
    sitting = factories.sitting(session)
    rules = dict(sitting.rules)

    factories.design(session).rules = {"stopping": {"maximum_items": 30}}
    session.flush()
    session.refresh(sitting)

    assert sitting.rules == rules


def test_a_language_that_nobody_approved_is_help_beside_english(session: Session) -> None:
    sitting = factories.sitting(session, language="ar")

    assert (sitting.test_language, sitting.help_language) == ("en", "ar")


def test_a_learner_who_reads_english_is_tested_in_english_without_help(session: Session) -> None:
    sitting = factories.sitting(session, language="en")

    assert (sitting.test_language, sitting.help_language) == ("en", "en")


def test_approving_every_item_makes_a_language_certifiable(session: Session, arabic: releases.Edition) -> None:
    waiting = releases.unapproved_items(session, arabic, "ar")
    olu = factories.olu(session).id

    approved = translation.approve(session, arabic, "ar", waiting, olu, NOW)

    assert approved == len(waiting)
    assert releases.certified_languages(session, arabic) >= {"en", "ar"}
    sitting = factories.sitting(session, language="ar")
    assert (sitting.test_language, sitting.help_language) == ("ar", "ar")


def test_one_item_that_is_not_approved_keeps_the_test_in_english(session: Session, arabic: releases.Edition) -> None:
    first, *rest = releases.unapproved_items(session, arabic, "ar")

    translation.approve(session, arabic, "ar", rest, factories.olu(session).id, NOW)

    assert releases.unapproved_items(session, arabic, "ar") == [first]
    assert factories.sitting(session, language="ar").test_language == "en"


def test_approving_twice_is_one_approval(session: Session, arabic: releases.Edition) -> None:
    item = releases.unapproved_items(session, arabic, "ar")[:1]
    olu = factories.olu(session).id
    translation.approve(session, arabic, "ar", item, olu, NOW)

    again = translation.approve(session, arabic, "ar", item, olu, NOW)

    assert again == 0
    assert session.scalar(select(func.count()).select_from(TranslationApproval)) == 1


@pytest.mark.parametrize(("language", "item"), [("xx", "fs-11-advertisement"), ("ar", "no such item")])
def test_what_the_release_does_not_have_cannot_be_approved(language: str, item: str, session: Session) -> None:
    with pytest.raises(NotFound):
        translation.approve(session, factories.edition(session), language, [item], factories.olu(session).id, NOW)


def test_another_language_during_the_test_changes_only_the_help(session: Session) -> None:
    group = factories.group(session)
    factories.open_session(session, group)
    [ada] = factories.people(session, group)
    sitting = factories.sitting(session, ada)

    starting.change_language(session, ada, "es")

    assert ada.language == "es"
    assert (sitting.test_language, sitting.help_language) == ("en", "es")


def test_a_second_session_of_a_group_is_refused_while_one_is_open(session: Session) -> None:
    group = factories.group(session)
    factories.open_session(session, group)

    with pytest.raises(invigilation.AlreadyOpen):
        factories.open_session(session, group)
