"""Strangers neither stop the others' writes nor keep anybody out; one learner has one visit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.accounts import cards, limits, staff, visits
from assessor.accounts.models import Learner, Miss, Visit
from assessor.config import Settings
from assessor.database import now
from assessor.organisations import groups
from assessor.organisations.models import Group
from assessor.sittings import entry
from tests import factories
from tests.factories import NOW
from tests.fixtures import Browser

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
NEW = "three words more"


@pytest.fixture
def browser(app: Flask) -> Browser:
    """The browser of a stranger."""
    opened = app.test_client()
    assert isinstance(opened, Browser)
    return opened


@pytest.fixture
def first_password(settings: Settings) -> str:
    """Olu's one-time password."""
    return (settings.instance / demo.FIRST_SIGN_IN).read_text(encoding="ascii").strip()


@pytest.fixture
def while_hashing(sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Somebody else writes whenever a password is proved or hashed; names what was done."""
    done: list[str] = []

    class Hasher:
        """In place of Argon2."""

        def verify(self, _hash: str, password: str) -> None:
            """Right for every password but ``wrong``."""
            self._others_write("verify")
            if password == "wrong":
                raise VerifyMismatchError

        def hash(self, password: str) -> str:
            """Something that says that it was hashed."""
            self._others_write("hash")
            return f"hash of {password}"

        def _others_write(self, what: str) -> None:
            with sessions.begin() as other:
                other.add(Miss(kind="number", key="somebody else", at=now()))
            done.append(what)

    monkeypatch.setattr(staff, "_hasher", Hasher())
    return done


def sign_in(browser: Browser, password: str, place: str = HERE) -> int:
    """Try to sign in as Olu from this network address; gives the status of the answer."""
    browser.get("/staff/sign-in")
    data = {"login": "olu", "password": password}
    return browser.submit("/staff/sign-in", data, environ_base={"REMOTE_ADDR": place}).status_code


def wrong_passwords(session: Session, times: int, login: str = "olu", place: str = HERE) -> None:
    """Count so many wrong passwords as the sign-in does."""
    for _ in range(times):
        staff.record_wrong_password(session, staff.Claim(login, place, None, ""), now())
    session.commit()


def misses(session: Session, kind: str) -> int:
    """How many wrong guesses of this kind are stored."""
    return session.scalar(select(func.count()).where(Miss.kind == kind)) or 0


@pytest.mark.parametrize(("password", "status"), [("wrong", 403), ("right", 302)])
def test_others_can_write_while_a_password_is_proved(
    password: str, status: int, browser: Browser, while_hashing: list[str]
) -> None:
    answered = sign_in(browser, password)

    assert answered == status
    assert while_hashing == ["verify"]


def test_others_can_write_while_a_password_is_changed(browser: Browser, while_hashing: list[str]) -> None:
    sign_in(browser, "right")
    browser.get("/staff/password")

    answer = browser.submit("/staff/password", {"current": "right", "new": NEW, "again": NEW})

    assert answer.status_code == 302
    assert while_hashing == ["verify", "verify", "hash"]


def test_a_changed_password_opens_and_the_first_one_does_not(browser: Browser, first_password: str) -> None:
    sign_in(browser, first_password)
    browser.get("/staff/password")

    browser.submit("/staff/password", {"current": first_password, "new": NEW, "again": NEW})

    assert sign_in(browser, first_password) == 403
    assert sign_in(browser, NEW) == 302


def test_a_wrong_password_at_the_change_is_counted_and_changes_nothing(
    browser: Browser, first_password: str, session: Session
) -> None:
    sign_in(browser, first_password)
    browser.get("/staff/password")

    answer = browser.submit("/staff/password", {"current": "another one", "new": NEW, "again": NEW})

    assert answer.status_code == 403
    assert "The password you have now is another one." in answer.text
    assert factories.olu(session).must_change_password
    assert misses(session, "password") > 0


def test_a_new_password_that_is_the_old_one_is_refused_in_a_sentence(browser: Browser, first_password: str) -> None:
    sign_in(browser, first_password)
    browser.get("/staff/password")

    answer = browser.submit(
        "/staff/password", {"current": first_password, "new": first_password, "again": first_password}
    )

    assert answer.status_code == 422
    assert "The new password is the old one." in answer.text


def test_a_stranger_elsewhere_keeps_nobody_out(session: Session, browser: Browser, first_password: str) -> None:
    wrong_passwords(session, limits.PASSWORD.misses, place=ELSEWHERE)

    assert sign_in(browser, first_password, ELSEWHERE) == 429
    assert sign_in(browser, first_password, HERE) == 302


def test_one_address_cannot_try_one_login_after_another(session: Session) -> None:
    for number in range(limits.PASSWORD_PLACE.misses):
        wrong_passwords(session, 1, login=f"somebody {number}")

    with pytest.raises(limits.TooManyGuesses):
        staff.claim(session, "olu", HERE, now())
    assert staff.claim(session, "olu", ELSEWHERE, now()).account_id == factories.olu(session).id


def test_many_addresses_together_cannot_guess_one_password_for_long(session: Session) -> None:
    for number in range(limits.PASSWORD_LOGIN.misses):
        wrong_passwords(session, 1, place=f"198.51.100.{number}")

    with pytest.raises(limits.TooManyGuesses):
        staff.claim(session, "olu", HERE, now())


def test_a_password_that_was_changed_in_the_meantime_opens_nothing(session: Session) -> None:
    account, password = staff.create(session, "grace", "Grace", NOW)
    claim = staff.claim(session, "grace", HERE, NOW)
    staff.prove(claim, password)

    staff.change_password(session, account, staff.hash_of_new(NEW, password))
    session.flush()

    with pytest.raises(staff.WrongPassword):
        staff.claimed(session, claim)


def test_a_claim_shows_no_hash(session: Session) -> None:
    claim = staff.claim(session, "olu", HERE, NOW)

    assert claim.password_hash.startswith("$argon2")
    assert claim.password_hash not in repr(claim)


@pytest.fixture
def evening(session: Session) -> Group:
    """A group with an open session."""
    group = factories.group(session, ("Ada", "Eve"))
    factories.open_session(session, group)
    return group


def find(session: Session, group: Group, place: str) -> str:
    """The name of whoever has the pictures of the first card."""
    words = frozenset(groups.places(session, group)[0].card.picture_words)
    return entry.find_by_words(session, group.code, words, place, NOW).nickname


def test_a_stranger_elsewhere_does_not_close_the_pictures_of_a_group(session: Session, evening: Group) -> None:
    for _ in range(limits.WORDS.misses):
        entry.record_wrong_words(session, evening.code, ELSEWHERE, NOW)
    session.flush()

    assert find(session, evening, HERE) == "Ada"
    with pytest.raises(limits.TooManyGuesses):
        find(session, evening, ELSEWHERE)


def test_strangers_of_many_addresses_do_close_them(session: Session, evening: Group) -> None:
    for number in range(limits.WORDS_GROUP.misses):
        entry.record_wrong_words(session, evening.code, f"198.51.100.{number}", NOW)
    session.flush()

    with pytest.raises(limits.TooManyGuesses):
        find(session, evening, HERE)


def test_a_card_made_with_another_key_is_not_printed_with_a_secret_that_opens_nothing(session: Session) -> None:
    [ada] = factories.people(session, factories.group(session, key="the key of before"))

    with pytest.raises(cards.CardOfAnotherKey, match="Make a new card"):
        factories.card_secret(session, ada, key="another key")

    assert cards.find_learner(session, factories.card_secret(session, ada, "the key of before")) is ada


def visit_count(session: Session) -> int:
    """How many visits are stored."""
    return session.scalar(select(func.count()).select_from(Visit)) or 0


def test_visits_that_ended_are_removed_when_a_learner_comes(session: Session) -> None:
    [ada, eve] = factories.people(session, factories.group(session, ("Ada", "Eve")))
    visits.begin_for_learner(session, ada, NOW)

    visits.begin_for_learner(session, eve, NOW + visits.LEARNER_VISIT + timedelta(seconds=1))

    assert visit_count(session) == 1


def test_a_member_of_staff_may_use_two_browsers(session: Session) -> None:
    olu = factories.olu(session)

    tokens = [visits.begin_for_staff(session, olu, NOW) for _ in range(2)]

    assert all(visits.find(session, token, NOW) for token in tokens)


def test_two_scans_at_the_same_moment_leave_the_visit_of_the_second(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    [ada] = factories.people(session, factories.group(session))
    session.commit()
    first = visits.begin_for_learner(session, ada, NOW)

    second = after(session, lambda: scan(sessions))

    session.expire_all()
    assert visit_count(session) == 1
    assert visits.find(session, first, NOW) is None
    assert visits.find(session, second, NOW) is not None


def scan(sessions: sessionmaker[Session]) -> str:
    """Another phone scans Ada's card."""
    with sessions.begin() as session:
        learner = session.scalars(select(Learner).where(Learner.nickname == "Ada")).one()
        return visits.begin_for_learner(session, learner, NOW)


def after(session: Session, act: Callable[[], str]) -> str:
    """Let somebody else act until they wait for this transaction, then commit it."""
    with ThreadPoolExecutor(1) as other:
        acting = other.submit(act)
        wait([acting], timeout=0.5)
        assert not acting.done()
        session.commit()
        return acting.result(30)
