"""Guessing ends: only misses are counted, and after the window everything works again."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessor.accounts import cards, limits, staff
from assessor.accounts.models import Miss
from assessor.errors import Invalid
from assessor.organisations import groups
from assessor.organisations.models import Group
from assessor.sittings import entry
from tests import factories
from tests.factories import NOW

HERE = "192.0.2.1"
WRONG = frozenset({"key", "sun", "no such picture"})


@pytest.fixture
def evening(session: Session) -> Group:
    """A group with an open session."""
    group = factories.group(session, ("Ada", "Eve"))
    factories.open_session(session, group)
    return group


def pictures(session: Session, group: Group) -> frozenset[str]:
    """The picture words of the first card."""
    return frozenset(groups.places(session, group)[0].card.picture_words)


def miss(session: Session, limit: limits.Limit, key: str, times: int) -> None:
    """Guess wrong so many times."""
    for _ in range(times):
        limits.check(session, limit, key, NOW)
        limits.record(session, limit, key, NOW)
        session.flush()


def wrong_words(session: Session, code: str, times: int) -> None:
    """Press wrong pictures so many times."""
    for _ in range(times):
        entry.record_wrong_words(session, code, HERE, NOW)
    session.flush()


def test_code_and_pictures_find_the_learner_in_any_order(session: Session, evening: Group) -> None:
    assert entry.find_by_words(session, evening.code, pictures(session, evening), HERE, NOW).nickname == "Ada"


@pytest.mark.parametrize("words", [WRONG, frozenset[str]()])
def test_wrong_pictures_find_nobody(words: frozenset[str], session: Session, evening: Group) -> None:
    with pytest.raises(entry.WordsDoNotMatch):
        entry.find_by_words(session, evening.code, words, HERE, NOW)


def test_a_group_that_does_not_exist_and_wrong_pictures_get_the_same_answer(session: Session, evening: Group) -> None:
    def answer(code: str, words: frozenset[str]) -> str:
        with pytest.raises(entry.WordsDoNotMatch) as refused:
            entry.find_by_words(session, code, words, HERE, NOW)
        return str(refused.value)

    assert answer("0000", pictures(session, evening)) == answer(evening.code, WRONG)


def test_pictures_open_nothing_when_no_session_is_open(session: Session) -> None:
    group = factories.group(session)

    with pytest.raises(entry.WordsDoNotMatch):
        entry.find_by_words(session, group.code, pictures(session, group), HERE, NOW)


def test_twenty_misses_lock_the_pictures_of_a_group_even_for_the_right_ones(session: Session, evening: Group) -> None:
    wrong_words(session, evening.code, 20)

    with pytest.raises(limits.TooManyGuesses):
        entry.find_by_words(session, evening.code, pictures(session, evening), HERE, NOW)


def test_nineteen_misses_lock_nothing_and_neither_do_those_of_another_group(session: Session, evening: Group) -> None:
    wrong_words(session, evening.code, 19)
    wrong_words(session, "0000", 20)

    assert entry.find_by_words(session, evening.code, pictures(session, evening), HERE, NOW).nickname == "Ada"


@pytest.mark.parametrize("limit", [limits.CARD, limits.PASSWORD, limits.WORDS, limits.NUMBER], ids=lambda one: one.kind)
def test_after_the_window_it_works_again_and_old_misses_are_forgotten(limit: limits.Limit, session: Session) -> None:
    miss(session, limit, "somewhere", limit.misses)
    with pytest.raises(limits.TooManyGuesses):
        limits.check(session, limit, "somewhere", NOW)
    later = NOW + limit.window + timedelta(seconds=1)

    limits.check(session, limit, "somewhere", later)

    limits.record(session, limit, "somewhere", later)
    session.flush()
    assert session.scalar(select(func.count()).select_from(Miss)) == 1


def test_ten_wrong_passwords_lock_a_login_even_for_the_right_one(session: Session) -> None:
    account, password = staff.create(session, "grace", "Grace", NOW)
    claim = staff.claim(session, "  GRACE ", HERE, NOW)
    staff.prove(claim, password)
    assert staff.claimed(session, claim) is account
    for _ in range(limits.PASSWORD.misses):
        staff.record_wrong_password(session, claim, NOW)
        session.flush()

    with pytest.raises(limits.TooManyGuesses):
        staff.claim(session, "grace", HERE, NOW)


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(session: Session) -> None:
    staff.create(session, "grace", "Grace", NOW)

    for login in ("grace", "nobody"):
        with pytest.raises(staff.WrongPassword, match="This name and password do not match"):
            staff.prove(staff.claim(session, login, HERE, NOW), "wrong")


def test_a_password_of_the_wrong_length_is_refused() -> None:
    for new in ("short", "x" * 201):
        with pytest.raises(Invalid):
            staff.hash_of_new(new, "the password of now")


def test_a_card_limit_of_one_place_leaves_other_places_free(session: Session) -> None:
    miss(session, limits.CARD, "192.0.2.1", limits.CARD.misses)

    limits.check(session, limits.CARD, "192.0.2.2", NOW)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("64:ff9b::c000:201", "192.0.2.1"),
        ("", ""),
        (None, ""),
        ("no address", "no address"),
    ],
)
def test_of_ipv6_the_network_of_a_subscriber_is_counted_and_of_ipv4_the_address(
    address: str | None, place: str
) -> None:
    assert limits.counted_place(address) == place


def test_there_are_sixty_four_picture_words_with_names_and_drawings() -> None:
    words = cards.picture_words()

    assert len(set(words)) == 64
    for word in words:
        assert cards.picture_word_names()[word].keys() >= {"en", "es", "ar"}
        assert cards.picture_svg(word).startswith("<svg")
