"""My proof: what a learner sees of their certificates, and the links they share."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import achievements, awarding, issuing
from assessor.credentials.models import Award
from assessor.database import now
from assessor.organisations.models import Group
from assessor.wallets.models import Share
from tests import factories
from tests.fixtures import Browser
from tests.web.holders import BROWSER, EVERYTHING, award_of, changed, shares, withdrawn, words_of

Sessions = sessionmaker[Session]


@pytest.fixture
def award(sessions: Sessions, settings: Settings, evening: Group) -> Award:
    """Ada's certificate, signed."""
    return award_of(sessions, settings, evening, "a test")


# The holder's pages


def test_who_has_one_certificate_goes_straight_to_it(ada: Browser, award: Award) -> None:
    page = ada.get("/me/proof", follow_redirects=True)

    assert page.request.path == f"/me/proof/{award.id}"
    assert "Ada Lovelace" in page.text


def test_who_has_several_chooses(
    ada: Browser, award: Award, sessions: Sessions, settings: Settings, evening: Group
) -> None:
    other = award_of(sessions, settings, evening, "another test")

    page = ada.get("/me/proof")

    assert page.status_code == 200
    assert all(f"/me/proof/{one.id}" in page.text for one in (award, other))


def test_who_has_none_reads_so(ada: Browser) -> None:
    assert "There is no certificate yet." in ada.get("/me/proof").text


def test_the_certificate_of_a_sitting_belongs_to_its_learner(
    sessions: Sessions, settings: Settings, evening: Group, ada: Browser
) -> None:
    with sessions.begin() as session:
        sitting = factories.confirmed_sitting(session, factories.people(session, evening)[0])
        award = factories.award_of_sitting(session, settings, sitting)
        session.add(issuing.sign(session, award, settings, factories.NOW))

    assert ada.get("/me/proof", follow_redirects=True).request.path == f"/me/proof/{award.id}"
    assert "/me/proof" in ada.get("/me/certificate").text


def test_title_and_band_stand_there_as_signed_and_in_the_holders_language(
    sessions: Sessions, settings: Settings, evening: Group, ada: Browser
) -> None:
    with sessions.begin() as session:
        learner = factories.people(session, evening)[0]
        sitting = factories.confirmed_sitting(session, learner)
        learner.language = sitting.help_language = "ar"
        award = factories.award_of_sitting(session, settings, sitting)
        session.add(issuing.sign(session, award, settings, factories.NOW))
        paper = achievements.find(session, award.achievement_code, settings).certificate

    for address in (f"/me/proof/{award.id}", "/me/certificate"):
        page = words_of(ada.get(address).text)
        for language in ("en", "ar"):
            title, band = paper.headed(award.level, language)
            assert page.count(title) == page.count(band) == 1
        assert paper.title["uk"] not in page


def test_nobody_sees_the_certificate_of_another(
    ada: Browser, sessions: Sessions, settings: Settings, evening: Group
) -> None:
    hers = award_of(sessions, settings, evening, "Eve's test", person=1)
    ada.get("/words")  # a page with a form

    for part in ("", "/file.json", "/wallet", "/share", "/linkedin", f"/links/{uuid.uuid4()}"):
        assert ada.get(f"/me/proof/{hers.id}{part}").status_code == 404, part
    for part in ("/wallet", "/share", "/linkedin", f"/links/{uuid.uuid4()}/end"):
        assert ada.submit(f"/me/proof/{hers.id}{part}").status_code == 404, part


@pytest.mark.parametrize("form", ["pdf", "png", "svg", "json", "jwt", "jcs"])
def test_every_form_of_the_badge_can_be_taken_along(form: str, ada: Browser, award: Award) -> None:
    answer = ada.get(f"/me/proof/{award.id}/file.{form}")

    assert answer.status_code == 200
    assert numbers.written(award.number) in answer.headers["Content-Disposition"]


def test_there_is_no_other_form(ada: Browser, award: Award) -> None:
    assert ada.get(f"/me/proof/{award.id}/file.exe").status_code == 422


def test_what_was_withdrawn_is_not_handed_out_but_its_links_can_be_ended(
    ada: Browser, award: Award, sessions: Sessions, settings: Settings
) -> None:
    shares(ada, award)
    withdrawn(sessions, settings)

    page = ada.get(f"/me/proof/{award.id}")

    assert "does not count any more" in page.text
    assert "See and end my links" in page.text
    assert ada.get(f"/me/proof/{award.id}/file.json").status_code == 409
    assert ada.submit(f"/me/proof/{award.id}/share").status_code == 409
    assert ada.submit(f"/me/proof/{award.id}/wallet", {"where": "here"}).status_code == 409


def test_a_certificate_that_is_being_signed_says_so(
    ada: Browser, sessions: Sessions, settings: Settings, evening: Group
) -> None:
    with sessions.begin() as session:
        made = factories.award(session, settings, learner_id=factories.people(session, evening)[0].id)

    page = ada.get(f"/me/proof/{made.id}")
    ada.get("/words")  # a page with a form

    assert "We make your certificate now." in page.text
    assert ada.submit(f"/me/proof/{made.id}/share").status_code == 409


def test_both_languages_are_there(ada: Browser, award: Award, sessions: Sessions) -> None:
    changed(sessions, language="es")

    for part in ("", "/share", "/linkedin", "/wallet"):
        page = ada.get(f"/me/proof/{award.id}{part}").text
        assert 'lang="es"' in page, part
        assert 'data-text="home" lang="en"' in page, part


# Links


def test_a_link_shows_at_first_the_least(ada: Browser, award: Award, new_browser: Callable[[], Browser]) -> None:
    page = new_browser().get(shares(ada, award), headers=BROWSER)

    assert page.status_code == 200
    said = words_of(page.text)
    assert "Genuine" in said
    assert "Open Door Adult Education Centre" in said
    assert "Demonstration. This is not a real certificate." in said
    for held_back in ("Ada", "Lovelace", "level 3", "Intermediate", "Supervised", numbers.written(award.number)):
        assert held_back not in said, held_back


@pytest.mark.parametrize(
    ("ticked", "shown", "held_back"),
    [
        ("name", "Ada Lovelace", "Intermediate"),
        ("level", "Intermediate, level 3 of 8", "Ada"),
        ("areas", "52", "Supervised"),
        ("conditions", "Supervised by staff.", "52"),
    ],
)
def test_a_link_shows_what_was_ticked_and_nothing_else(
    ticked: str, shown: str, held_back: str, ada: Browser, award: Award, new_browser: Callable[[], Browser]
) -> None:
    said = words_of(new_browser().get(shares(ada, award, **{ticked: "1"})).text)

    assert shown in said
    assert held_back not in said
    assert "The certificate says more." in said


def test_a_link_to_everything_shows_the_number(ada: Browser, award: Award, new_browser: Callable[[], Browser]) -> None:
    said = words_of(new_browser().get(shares(ada, award, **EVERYTHING)).text)

    assert numbers.written(award.number) in said
    assert "says more" not in said


def test_a_shared_page_leaves_no_trace_and_wants_no_search_engine(
    ada: Browser, award: Award, new_browser: Callable[[], Browser]
) -> None:
    answer = new_browser().get(shares(ada, award, **EVERYTHING))

    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    assert len(answer.data) < 10_000


def test_an_ended_link_shows_nothing(ada: Browser, award: Award, new_browser: Callable[[], Browser]) -> None:
    link = shares(ada, award, name="1")
    page = ada.get(f"/me/proof/{award.id}/share")
    [place] = re.findall(r'action="(/me/proof/[^"]+/end)"', page.text)

    ada.submit(place)

    answer = new_browser().get(link)
    assert answer.status_code == 404
    assert "The person who gave you this link has ended it" in words_of(answer.text)
    assert "Your open links" not in ada.get(f"/me/proof/{award.id}/share").text


def test_ending_it_twice_is_ending_it(ada: Browser, award: Award, sessions: Sessions) -> None:
    shares(ada, award)
    with sessions() as session:
        share = session.scalars(select(Share)).one()
    place = f"/me/proof/{award.id}/links/{share.id}"

    codes = [ada.submit(f"{place}/end").status_code for _time in range(2)]

    assert codes == [302, 302]
    assert ada.get(place).location.startswith(f"/me/proof/{award.id}/share")


def test_two_taps_make_one_link(ada: Browser, award: Award) -> None:
    assert shares(ada, award, name="1") == shares(ada, award, name="1")
    assert shares(ada, award, name="1") != shares(ada, award, level="1")


def test_there_are_never_more_links_than_can_be_overlooked(ada: Browser, award: Award, sessions: Sessions) -> None:
    shares(ada, award)
    with sessions.begin() as session:
        one = session.scalars(select(Share)).one()
        session.add_all(
            Share(
                organisation_id=one.organisation_id,
                credential_id=one.credential_id,
                kind="link",
                secret_digest=str(number),
                shows=one.shows,
                created_at=now(),
            )
            for number in range(19)
        )

    answer = ada.submit(f"/me/proof/{award.id}/share", {"name": "1"})

    assert answer.status_code == 409
    assert "End one of them first." in answer.text
    assert "cannot be shown again" in ada.get(_page_of_any(sessions, award)).text


def _page_of_any(sessions: Sessions, award: Award) -> str:
    with sessions() as session:
        older = session.scalars(select(Share).where(Share.secret_digest == "3")).one()
    return f"/me/proof/{award.id}/links/{older.id}"


def test_the_secret_of_a_link_is_not_in_the_database(ada: Browser, award: Award, sessions: Sessions) -> None:
    secret = shares(ada, award).rpartition("/")[2]

    with sessions() as session:
        assert secret.encode() not in factories.everything_in(session)


def test_who_guesses_links_is_stopped(client: Browser) -> None:
    for number in range(60):
        assert client.get(f"/s/guess{number}").status_code == 404

    assert client.get("/s/guess").status_code == 429


def test_a_withdrawn_certificate_says_so_and_nothing_else(
    ada: Browser, award: Award, sessions: Sessions, settings: Settings, new_browser: Callable[[], Browser]
) -> None:
    link = shares(ada, award, **EVERYTHING)
    withdrawn(sessions, settings)

    said = words_of(new_browser().get(link).text)

    assert "Withdrawn On" in said
    assert "Do not rely on it. It was real and does not count any more. Ask the issuer: " in said
    assert "the new one" not in said  # a link to what was replaced shows the new one itself
    for held_back in ("Ada", "Intermediate", "52", numbers.written(award.number)):
        assert held_back not in said


def test_a_certificate_on_hold_says_so(
    ada: Browser, award: Award, sessions: Sessions, settings: Settings, new_browser: Callable[[], Browser]
) -> None:
    link = shares(ada, award, name="1")
    with sessions.begin() as session:
        awarding.suspend(session, session.scalars(select(Award)).one(), settings, now())

    said = words_of(new_browser().get(link).text)

    assert "On hold The issuer is looking at it." in said
    assert "Ada" not in said


def test_an_address_that_was_shared_shows_the_replacement(
    ada: Browser, award: Award, sessions: Sessions, settings: Settings, new_browser: Callable[[], Browser]
) -> None:
    link = shares(ada, award, name="1")
    with sessions.begin() as session:
        old = session.get_one(Award, (award.organisation_id, award.id))
        new = awarding.replace(
            session, old, awarding.Holder("Ada King"), settings, factories.NOW + timedelta(seconds=1)
        )
        session.add(issuing.sign(session, new, settings, factories.NOW + timedelta(seconds=1)))

    assert "Ada King" in new_browser().get(link).text
    assert "Ada King" in ada.get(f"/me/proof/{award.id}").text
    assert new_browser().get(f"/credentials/{award.id}", headers=BROWSER).status_code == 200
    assert new_browser().get(f"/credentials/{new.id}", headers=BROWSER).status_code == 404


# LinkedIn


def test_linkedin_gets_a_link_only_after_the_holder_agreed(
    ada: Browser, award: Award, sessions: Sessions, new_browser: Callable[[], Browser]
) -> None:
    place = f"/me/proof/{award.id}/linkedin"
    page = ada.get(place)
    assert "linkedin.com" not in page.text
    with sessions() as session:
        assert session.scalars(select(Share)).all() == []

    agreed = ada.submit(place, follow_redirects=True)

    found = re.search(r'href="(https://www\.linkedin\.com/profile/add\?[^"]+)"', agreed.text)
    assert found is not None
    fields = {name: value for name, [value] in parse_qs(urlsplit(unescape(found.group(1))).query).items()}
    assert fields["startTask"] == "CERTIFICATION_NAME"
    assert fields["organizationName"] == "Open Door Adult Education Centre"
    assert (fields["issueYear"], fields["issueMonth"]) == (str(award.awarded_at.year), str(award.awarded_at.month))
    assert fields["expirationYear"] == str(award.awarded_at.year + 5)
    assert "certId" not in fields  # it would open more than the link, and for ever
    said = words_of(new_browser().get(urlsplit(fields["certUrl"]).path).text)
    assert "Ada Lovelace" in said
    assert "Intermediate" in said
    assert "Supervised" not in said
