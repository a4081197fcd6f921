"""How many certificates an issuer gave: true figures, and none that tells of a person."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.config import Settings
from assessor.credentials import awarding, figures
from assessor.credentials.figures import FEWEST, Figures, Tallies, Tally, hidden
from assessor.credentials.models import Award
from assessor.database import now
from tests import factories
from tests.fixtures import Browser

Sessions = sessionmaker[Session]
Key = tuple[str, int]
NOW = datetime(2027, 3, 10, 15, 0, tzinfo=UTC)
MONTH = timedelta(days=30)
PARTS = ("issued", "recent", "older", "withdrawn", "counting")


def give(sessions: Sessions, settings: Settings, people: int, level: int = 3, at: datetime = NOW - MONTH) -> None:
    """Certificates for so many people."""
    with sessions.begin() as session:
        for one in range(people):
            source = f"{at:%y%j} {level} {one}"
            name = "".join(chr(ord("a") + int(digit)) for digit in source.replace(" ", "")).title()
            factories.award(session, settings, at, name=name, source=source, level=level)


def read(sessions: Sessions, settings: Settings, now: datetime = NOW) -> figures.Published:
    """The figures as they are published then."""
    with sessions() as session:
        return figures.published(session, settings, now)


def test_figures_are_by_badge_and_band_and_rounded_down(sessions: Sessions, settings: Settings) -> None:
    give(sessions, settings, 13, level=1)
    give(sessions, settings, 12, level=2)
    give(sessions, settings, 34, level=3, at=NOW - 20 * MONTH)

    found = read(sessions, settings)

    assert found.total == Figures(issued=50, recent=20, withdrawn=None)
    assert found.by_band == {
        (demo.ACHIEVEMENT, 1): Figures(issued=20, recent=20),
        (demo.ACHIEVEMENT, 2): Figures(issued=30),
    }
    assert not found.some_are_hidden


def test_what_happens_today_changes_nothing_until_tomorrow(sessions: Sessions, settings: Settings) -> None:
    give(sessions, settings, 10)
    give(sessions, settings, 10, level=4, at=NOW - timedelta(hours=1))

    assert read(sessions, settings).total.issued == 10
    assert read(sessions, settings, NOW + timedelta(days=1)).total.issued == 20


def test_a_corrected_certificate_counts_once_and_from_its_first_day(sessions: Sessions, settings: Settings) -> None:
    give(sessions, settings, 10, at=NOW - 20 * MONTH)
    with sessions.begin() as session:
        first = session.scalars(select(Award)).first()
        assert first is not None
        awarding.replace(session, first, awarding.Holder("Ada Byron"), settings, NOW - MONTH)

    found = read(sessions, settings)

    assert found.total == Figures(issued=10, recent=None, withdrawn=None)


def test_a_small_band_hides_another_one_with_it(sessions: Sessions, settings: Settings) -> None:
    give(sessions, settings, 9, level=1)
    give(sessions, settings, 12, level=3)
    give(sessions, settings, 40, level=5)

    found = read(sessions, settings)

    assert found.total.issued == 60
    assert list(found.by_band) == [(demo.ACHIEVEMENT, 3)]
    assert found.some_are_hidden


def test_one_person_with_many_certificates_is_one_person(sessions: Sessions, settings: Settings) -> None:
    with sessions.begin() as session:
        for one in range(30):
            factories.award(session, settings, NOW - MONTH, name="Ada Lovelace", source=str(one))

    assert read(sessions, settings).total.issued is None


def test_the_page_says_that_there_are_too_few_and_how_to_check(client: Browser) -> None:
    page = client.get("/issuer", headers={"Accept": "text/html"}).text

    assert "Fewer than ten people hold a certificate so far." in page
    assert "/c/guide" in page


def test_the_page_shows_the_figures(client: Browser, sessions: Sessions, settings: Settings) -> None:
    give(sessions, settings, 23, at=now() - MONTH)

    page = client.get("/issuer", headers={"Accept": "text/html"}).text

    assert page.count("<td>20</td>") == 4  # given and recent, of the one band and in all
    assert "not shown" in page  # withdrawn


@pytest.mark.parametrize(("language", "word"), [("es", 'dir="ltr"'), ("ar", 'dir="rtl"')])
def test_the_page_is_in_the_language_of_the_reader(client: Browser, language: str, word: str) -> None:
    assert word in client.get("/issuer", headers={"Accept": "text/html", "Accept-Language": language}).text


def of_people(people: list[tuple[bool, bool]]) -> Tallies:
    """The tallies of people, one certificate each: whether it is recent, and withdrawn."""
    counts = {
        "issued": len(people),
        "recent": sum(recent for recent, _ in people),
        "older": sum(not recent for recent, _ in people),
        "withdrawn": sum(withdrawn for _, withdrawn in people),
        "counting": sum(not withdrawn for _, withdrawn in people),
    }
    return Tallies(**{name: Tally(count, count) for name, count in counts.items()})


def known(total: Tallies, cells: Mapping[Key, Tallies], published: figures.Published) -> list[int]:
    """Whatever can be worked out of the figures, were they not even rounded: each, its rest, the rests of totals."""
    found: list[int] = []
    for name, other in (("issued", ""), ("recent", "older"), ("withdrawn", "counting")):
        if getattr(published.total, name) is None:
            assert all(getattr(one, name) is None for one in published.by_band.values())
            continue
        shown = [cells[key] for key, one in published.by_band.items() if getattr(one, name) is not None]
        for part in filter(None, (name, other)):
            values = [getattr(one, part).certificates for one in shown]
            whole = getattr(total, part).certificates
            found += [whole, whole - sum(values), *values]
    return found


@given(st.lists(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40), min_size=1, max_size=6))
def test_nothing_that_can_be_worked_out_is_of_fewer_than_ten_people(groups: list[list[tuple[bool, bool]]]) -> None:
    cells = {("BADGE", band): of_people(people) for band, people in enumerate(groups) if people}
    total = of_people(list(chain.from_iterable(groups)))

    published = hidden(total, cells, NOW)

    for number in known(total, cells, published):
        assert number == 0 or number >= FEWEST
