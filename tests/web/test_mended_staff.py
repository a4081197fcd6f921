"""What staff do in a hurry or with a lot of data: double clicks, long lists, many groups, many certificates."""

import io
import re
from datetime import UTC, datetime, timedelta

import pikepdf
import pypdfium2
import pytest
from babel.dates import format_date
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs, locale
from assessor.config import Settings
from assessor.credentials import staff_views as certificates
from assessor.database import now
from assessor.organisations import groups, views
from assessor.organisations.groups import LONGEST_NAME
from assessor.organisations.models import Group
from assessor.sittings import giving, staff_views
from assessor.sittings.models import Invigilation, Sitting
from tests import factories
from tests.fixtures import Browser, SignIn

HOME = "/staff/demo/"
NEW_GROUP = "/staff/demo/groups/new"
AWARDS = "/staff/demo/certificates"


@pytest.fixture
def grace(signed_in_client: SignIn) -> Browser:
    """Grace teaches: she opens sessions."""
    return signed_in_client("invigilator")


@pytest.fixture
def olu(signed_in_client: SignIn) -> Browser:
    """Olu has the list of certificates."""
    return signed_in_client("issuer")


@pytest.fixture
def group(session: Session, app: Flask) -> Group:
    """A group of two with cards that open doors."""
    made = factories.group(session, ("Ada", "Bilal"), key=app.config["SECRET_KEY"])
    session.commit()
    return made


@pytest.fixture
def opened(session: Session, group: Group) -> Invigilation:
    """Its session."""
    made = factories.open_session(session, group, now=now())
    session.commit()
    return made


def form_id(page: str) -> str:
    """What a page calls its form."""
    found = re.search(r'name="form_id"[^>]* value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def finished(session: Session, group: Group, *, confirmed: bool = False) -> list[Sitting]:
    """Everybody of the group answered everything rightly."""
    done = [factories.sitting(session, learner, now=now()) for learner in factories.people(session, group)]
    for sitting in done:
        factories.finish(session, sitting, factories.right_answer, now())
        if confirmed:
            sitting.confirmed_at, sitting.confirmed_by = now(), factories.olu(session).id
    session.commit()
    return done


def card_text(answer: bytes) -> str:
    """The words on a sheet of cards, in one line."""
    with pypdfium2.PdfDocument(answer) as sheet:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in sheet).split())


class TestSentTwice:
    def test_two_clicks_on_make_the_cards_make_one_group(self, session: Session, grace: Browser) -> None:
        filled = {"names": "Ada\nBilal", "title": "Monday", "language": "en"}
        filled["form_id"] = form_id(grace.get(NEW_GROUP).text)

        first, second = (grace.submit(NEW_GROUP, filled) for _ in range(2))

        assert first.location == second.location
        assert len(session.scalars(select(Group).where(Group.name == "Monday")).all()) == 1

    def test_the_same_names_from_a_page_that_was_opened_again_are_another_group(
        self, session: Session, grace: Browser
    ) -> None:
        filled = {"names": "Ada", "title": "Monday", "language": "en"}

        for _ in range(2):
            grace.submit(NEW_GROUP, filled | {"form_id": form_id(grace.get(NEW_GROUP).text)})

        assert len(session.scalars(select(Group).where(Group.name == "Monday")).all()) == 2

    def test_going_back_to_change_the_list_makes_another_group(self, session: Session, grace: Browser) -> None:
        filled = {"title": "Monday", "language": "en", "form_id": form_id(grace.get(NEW_GROUP).text)}

        grace.submit(NEW_GROUP, filled | {"names": "Ada"})
        grace.submit(NEW_GROUP, filled | {"names": "Ada\nEve"})

        made = session.scalars(select(Group).where(Group.name == "Monday")).all()
        assert sorted(len(groups.places(session, one)) for one in made) == [1, 2]

    def test_a_refused_form_keeps_its_id(self, grace: Browser) -> None:
        made = form_id(grace.get(NEW_GROUP).text)

        refused = grace.submit(NEW_GROUP, {"names": "", "title": "Monday", "language": "en", "form_id": made})

        assert form_id(refused.text) == made

    def test_two_clicks_on_add_them_add_carla_once_and_say_so_twice(
        self, session: Session, grace: Browser, group: Group
    ) -> None:
        address = f"/staff/demo/groups/{group.id}/names"
        filled = {"names": "Carla, Ada", "language": "es", "form_id": form_id(grace.get(address).text)}

        said = [grace.get(grace.submit(address, filled).location).text for _ in range(2)]

        assert [place.learner.nickname for place in groups.places(session, group)] == ["Ada", "Bilal", "Carla", "Ada 2"]
        assert all("Added: Carla · Ada 2." in page for page in said)

    def test_a_certificate_that_is_there_already_is_said_with_its_own_name(
        self, session: Session, settings: Settings, grace: Browser, group: Group, opened: Invigilation
    ) -> None:
        ada = finished(session, group, confirmed=True)[0]
        page = f"/staff/demo/sessions/{opened.id}/people/{ada.id}/name"
        grace.get(page)
        factories.award_of_sitting(session, settings, session.merge(ada), "Ada Lovelace", now())
        session.commit()  # she wrote it on her phone meanwhile

        answer = grace.submit(page, {"name": "Somebody Else", "agreed": "y"})

        said = grace.get(answer.location).text
        assert "There is a certificate already, with the name Ada Lovelace." in said
        assert "Somebody Else" not in said
        assert grace.get(page).location == f"/staff/demo/sessions/{opened.id}/certificates"


class TestNames:
    def test_a_list_that_is_too_long_is_refused_with_a_sentence_and_not_cut(self, grace: Browser) -> None:
        grace.get(NEW_GROUP)
        spaced = "Ada\n" + "\n" * groups.LONGEST_LIST + "Eve"

        answer = grace.submit(NEW_GROUP, {"names": spaced, "title": "Monday", "language": "en"})

        assert answer.status_code == 422
        assert "This list is too long" in answer.text
        assert 'maxlength="8000"' not in answer.text

    def test_a_number_behind_a_long_name_keeps_it_on_the_card(self) -> None:
        long = "A" * LONGEST_NAME

        names = groups.read_names("\n".join([long] * 11))

        assert len(set(names)) == 11
        assert max(len(name) for name in names) == LONGEST_NAME
        assert names[-1].endswith(" 11")

    def test_the_offered_name_of_a_group_begins_with_a_capital_in_every_language(
        self, grace: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "now", lambda: datetime(2026, 11, 19, 9).astimezone())

        page = grace.get(NEW_GROUP, headers={"Accept-Language": "es"}).text

        assert 'value="Jueves por la mañana"' in page


class TestCards:
    def test_a_card_speaks_the_language_of_its_owner(self, session: Session, grace: Browser, app: Flask) -> None:
        chen = factories.group(session, ("Chen",), key=app.config["SECRET_KEY"], language="es")
        session.commit()
        sheet = f"/staff/demo/groups/{chen.id}/cards.pdf"

        text = card_text(grace.get(sheet, headers={"Accept-Language": "en"}).data)

        assert "Each card is a key" in text  # the advice is for the teacher
        assert locale.sentence("es", "Scan with a phone. You start at once.") in text
        assert "Scan with a phone" not in text
        assert format_date(chen.created_at.date(), "d MMM y", locale="es") in text

    def test_cards_of_one_group_may_speak_several_languages(self, grace: Browser, group: Group) -> None:
        address = f"/staff/demo/groups/{group.id}/names"
        grace.get(address)
        grace.submit(address, {"names": "Chen", "language": "es"})

        text = card_text(grace.get(f"/staff/demo/groups/{group.id}/cards.pdf").data)

        assert text.count(locale.sentence("es", "Scan with a phone. You start at once.")) == 1
        assert text.count("Scan with a phone. You start at once.") == 2


@pytest.mark.parametrize(
    ("code", "written"), [("en", "21 November 2026"), ("es", "21 de noviembre de 2026"), ("ar", "21 نوفمبر 2026")]
)
def test_a_date_is_written_as_people_of_the_language_do(code: str, written: str) -> None:
    assert locale.date(datetime(2026, 11, 21, 23, 59, tzinfo=UTC), code) == written


def test_staff_pages_write_the_day_before_the_month(
    session: Session, settings: Settings, grace: Browser, opened: Invigilation, signed_in_client: SignIn
) -> None:
    award = factories.award(session, settings, now=datetime(2026, 11, 21, tzinfo=UTC))
    session.commit()
    issuer = signed_in_client("issuer", login="issuer")

    assert "21 November 2026" in issuer.get(AWARDS).text
    assert "21 November 2026" in issuer.get(f"{AWARDS}/{award.id}/withdraw").text
    assert locale.date(opened.opened_at, "en") in grace.get(f"/staff/demo/groups/{opened.group_id}").text


def test_the_sign_in_asks_for_a_name(client: Browser) -> None:
    assert ">Name</label>" in client.get("/staff/sign-in").text
    assert ">Nombre</label>" in client.get("/staff/sign-in", headers={"Accept-Language": "es"}).text


class TestTheBoard:
    def test_the_counts_are_sentences(
        self, session: Session, grace: Browser, group: Group, opened: Invigilation
    ) -> None:
        factories.sitting(session, factories.people(session, group)[0], now=now())
        session.commit()
        address = f"/staff/demo/sessions/{opened.id}"

        english = grace.get(address).text
        arabic = grace.get(address, headers={"Accept-Language": "ar"}).text

        assert "0 have finished · 1 is at work · 1 is not here yet" in english
        assert "لم يكمل أحد · شخص واحد يجيب · شخص واحد لم يحضر بعد" in arabic

    def test_what_can_be_given_stands_above_the_people(
        self, session: Session, grace: Browser, group: Group, opened: Invigilation
    ) -> None:
        finished(session, group)

        board = grace.get(f"/staff/demo/sessions/{opened.id}").text

        assert board.index("Confirm and print") < board.index("tiles-live")


class TestManyGroups:
    @pytest.fixture
    def few_on_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(staff_views, "MOST_GROUPS", 2)

    @pytest.mark.usefixtures("few_on_a_page")
    def test_the_start_page_shows_the_newest_and_leads_to_the_older_ones(
        self, session: Session, grace: Browser
    ) -> None:
        for number in range(3):
            made = factories.group(session, ("Ada",), seed=number)
            made.name, made.created_at = f"Group {number}", now() + timedelta(hours=1 + number)
        session.commit()

        newest = grace.get(HOME).text
        older = grace.get("/staff/demo/?after=2").text

        assert newest.index("Group 2") < newest.index("Group 1")
        assert "Group 0" not in newest
        assert 'href="/staff/demo/?after=2"' in newest
        assert "Group 0" in older
        assert "Group 2" not in older
        assert "To the newest" in older

    @pytest.mark.parametrize("after", ["-1", "x", "9" * 40, "1e9"])
    def test_a_forged_place_in_the_list_is_an_ordinary_page(self, grace: Browser, after: str) -> None:
        assert grace.get(HOME, query_string={"after": after}).status_code == 200

    def test_of_several_sessions_the_newest_counts(
        self, session: Session, grace: Browser, group: Group, opened: Invigilation
    ) -> None:
        session.merge(opened).ended_at = now()
        session.commit()
        again = factories.open_session(session, group, now=now() + timedelta(seconds=1))
        session.commit()

        page = grace.get(HOME).text

        assert f"/staff/demo/sessions/{again.id}" in page
        assert f"/staff/demo/sessions/{opened.id}" not in page


class TestManyCertificates:
    @pytest.fixture
    def names(self, session: Session, settings: Settings) -> list[str]:
        names = ["Élodie Durand", "Ada Lovelace", "Grace Hopper"]
        for number, name in enumerate(names):
            moment = now() + timedelta(hours=number)
            factories.award(session, settings, name=name, second="إيلودي", source=name, now=moment)
        session.commit()
        return names

    @pytest.fixture
    def few_on_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(certificates, "MOST", 2)

    @pytest.mark.usefixtures("names", "few_on_a_page")
    def test_older_ones_are_on_the_next_page(self, olu: Browser) -> None:
        newest = olu.get(AWARDS).text
        older = olu.get(f"{AWARDS}?after=2").text

        assert newest.index("Grace Hopper") < newest.index("Ada Lovelace")
        assert f'href="{AWARDS}?after=2"' in newest
        assert "Élodie" not in newest
        assert "Élodie" in older
        assert "Hopper" not in older

    @pytest.mark.usefixtures("names")
    @pytest.mark.parametrize(
        ("wanted", "found"),
        [("élodie", "Élodie Durand"), ("DURAND", "Élodie Durand"), ("lace", "Ada Lovelace"), ("%", ""), ("_", "")],
    )
    def test_a_name_is_found_by_any_part_in_any_case(self, olu: Browser, wanted: str, found: str) -> None:
        page = olu.get(AWARDS, query_string={"q": wanted}).text

        assert re.findall("<bdi>([^<]*)</bdi></strong>", page) == ([found] if found else [])

    @pytest.mark.usefixtures("names")
    def test_a_second_spelling_is_found(self, olu: Browser) -> None:
        assert olu.get(AWARDS, query_string={"q": "إيلودي"}).text.count("</bdi></strong>") == 3


class TestManyPapers:
    def test_a_file_holds_a_bounded_number_and_the_next_click_gives_the_rest(
        self, session: Session, sessions: sessionmaker[Session], settings: Settings, grace: Browser, group: Group,
        opened: Invigilation, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(giving, "MOST_PAPERS", 1)
        for number, sitting in enumerate(finished(session, group, confirmed=True)):
            factories.award_of_sitting(session, settings, session.merge(sitting), f"Person {'AB'[number]}", now())
        session.commit()
        jobs.run_all(sessions, settings, now())
        session_page = f"/staff/demo/sessions/{opened.id}"

        page = grace.get(f"{session_page}/certificates").text

        links = re.findall(r'href="([^"]+certificates\.pdf\?after=\d)"', page)
        assert "One file holds at most 1." in page
        assert "Print 2 to 2" in page
        assert len(links) == 2
        for link, holder in zip(links, ("Person A", "Person B"), strict=True):
            printed = grace.get(link).data
            with pikepdf.Pdf.open(io.BytesIO(printed)) as papers:
                assert len(papers.pages) == 2
            assert holder in card_text(printed)
        assert grace.get(f"{session_page}/certificates.pdf?after=2").status_code == 404


class TestTranslations:
    def test_a_reviewer_reads_that_an_approval_counts_for_all_organisations(
        self, session: Session, signed_in_client: SignIn
    ) -> None:
        edition = factories.edition(session)
        session.commit()
        grace = signed_in_client("reviewer")

        for address in ("/staff/demo/translations", f"/staff/demo/translations/{edition.id}/es"):
            assert "What you approve counts for all of them." in grace.get(address).text

    def test_a_reviewer_sees_the_picture_of_a_question(self, session: Session, signed_in_client: SignIn) -> None:
        edition = factories.edition(session)
        session.commit()
        pictured = next(one.item for one in edition.scored.values() if one.item.picture)
        assert pictured.picture is not None
        address = f"/staff/demo/translations/{edition.id}/es?competence={pictured.competence}"

        page = signed_in_client("reviewer").get(address).text

        section = page[page.index(f'id="{pictured.id}"') :]
        assert f'src="/media/{edition.media[pictured.picture.file]}"' in section[: section.index("</section>")]


def test_a_tab_that_shows_a_pdf_finds_its_sign(client: Browser) -> None:
    answer = client.get("/favicon.ico", follow_redirects=True)

    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
