"""Print orders as the staff see them: asked for, watched, taken, deleted; and who may not."""

import io
import re
import zipfile

import pytest
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.accounts.models import Account
from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import awarding, print_files
from assessor.credentials.models import Award, PrintOrder
from assessor.database import now
from assessor.organisations import roles
from assessor.organisations.models import Group
from tests import factories
from tests.fixtures import Browser, SignIn
from tests.web.staff.boards import board_of, finished

PAGE = "/staff/demo/print-orders"


@pytest.fixture
def awards(session: Session, settings: Settings) -> list[Award]:
    """Two certificates."""
    made = [factories.signed_award(session, settings, name=name, source=name)[0] for name in ("Ada", "Bilal")]
    session.commit()
    return made


@pytest.fixture
def olu(signed_in_client: SignIn) -> Browser:
    """Olu gives certificates."""
    return signed_in_client("issuer", login="olu the issuer")


def asked(browser: Browser, **chosen: str) -> str:
    """Order files as the form does; gives the address of the order."""
    browser.get(PAGE)
    answer = browser.submit(PAGE, {"form": "pdf", "badge": "", "group": "", "since": "", "until": ""} | chosen)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


@pytest.mark.usefixtures("awards")
def test_an_order_is_asked_for_watched_and_taken(
    olu: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    assert PAGE in olu.get("/staff/demo/certificates").text
    order = asked(olu, badge="DIGI-FIRST-STEPS", since="2020-01-01")

    waiting = olu.get(order).text
    assert "0 of 2 are drawn." in waiting
    assert f'data-address="{order}/parts"' in waiting
    assert "0 of 2" in olu.get(PAGE).text
    parts = olu.get(f"{order}/parts")
    assert olu.get(f"{order}/parts", headers={"If-None-Match": parts.headers["ETag"]}).status_code == 304

    jobs.run_all(sessions, settings, now())

    assert "data-address" not in olu.get(order).text
    taken = olu.submit(f"{order}/files/certificates-001.pdf")
    assert (taken.status_code, taken.mimetype, taken.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert "attachment" in taken.headers["Content-Disposition"]
    with sessions() as session:
        [kept] = session.query(PrintOrder).one().taken
        assert kept["file"] == "certificates-001.pdf"


def test_what_is_left_out_is_named(
    olu: Browser, awards: list[Award], session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    awarding.suspend(session, awards[0], settings, now())
    session.commit()
    order = asked(olu, form="zip")
    jobs.run_all(sessions, settings, now())

    page = olu.get(order).text

    assert "1 is left out" in page
    assert numbers.written(awards[0].number) in page
    with zipfile.ZipFile(io.BytesIO(olu.submit(f"{order}/files/certificates.zip").data)) as whole:
        assert whole.namelist() == [f"{numbers.written(awards[1].number)} Bilal.pdf"]


@pytest.mark.usefixtures("awards")
def test_files_are_deleted_on_request(olu: Browser, sessions: sessionmaker[Session], settings: Settings) -> None:
    order = asked(olu)
    jobs.run_all(sessions, settings, now())
    olu.get(order)

    answer = olu.submit(f"{order}/delete")

    assert "The files are deleted." in olu.get(answer.headers["Location"]).text
    assert olu.submit(f"{order}/files/certificates-001.pdf").status_code == 404
    assert not list((settings.instance / print_files.FOLDER).iterdir())
    assert "The files are deleted." in olu.get(order).text


@pytest.mark.usefixtures("awards")
@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"since": "tomorrow"}, "“tomorrow” is no day."),
        ({"since": "0001-01-01"}, "is no day"),
        ({"badge": "NO-SUCH"}, "No certificate is like that."),
        ({"group": "7b0f5d0e-4f5e-4f0e-9c7b-0d6a3f4a9e11"}, "This group does not exist."),
        ({"group": "x"}, "This group does not exist."),
        ({"form": "docx"}, "There is no such form."),
    ],
)
def test_what_cannot_be_ordered_is_refused_in_words_above_the_form(
    olu: Browser, chosen: dict[str, str], said: str
) -> None:
    olu.get(PAGE)

    answer = olu.submit(PAGE, {"form": "pdf"} | chosen)

    assert answer.headers["Location"] == PAGE
    assert said in olu.get(PAGE).text


@pytest.mark.usefixtures("awards")
def test_a_file_is_taken_neither_early_nor_by_another_name(
    olu: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    order = asked(olu)
    olu.get(order)
    assert olu.submit(f"{order}/files/certificates-001.pdf").status_code == 409
    jobs.run_all(sessions, settings, now())

    assert olu.submit(f"{order}/files/..%2F..%2Fsecret_key").status_code == 404
    assert olu.submit(f"{order}/files/secret_key").status_code == 404
    assert olu.get(f"{order}/files/certificates-001.pdf").status_code == 405


# Who may not


@pytest.mark.usefixtures("awards")
def test_only_the_issuers_of_this_organisation_see_and_take_it(
    olu: Browser, signed_in_client: SignIn, client: Browser, session: Session, sessions: sessionmaker[Session],
    settings: Settings,
) -> None:  # fmt: skip
    order = asked(olu)
    jobs.run_all(sessions, settings, now())
    other = roles.found(session, "elsewhere", "Elsewhere", "MT", "", now())
    session.commit()
    dana = signed_in_client(login="dana")
    with sessions.begin() as granting:
        account = granting.query(Account).filter_by(login="dana").one()
        roles.grant(granting, other.id, account.id, ("issuer",))

    for nobody in (signed_in_client(login="eve"), signed_in_client("invigilator", login="grace"), dana):
        nobody.get("/staff/sign-in")
        for address in (order, f"{order}/parts", PAGE):
            assert nobody.get(address).status_code == 404
    elsewhere = order.replace("/demo/", "/elsewhere/")
    dana.get(PAGE.replace("/demo/", "/elsewhere/"))
    assert dana.get(elsewhere).status_code == 404
    assert dana.submit(f"{elsewhere}/files/certificates-001.pdf").status_code == 404
    assert dana.submit(f"{elsewhere}/delete").status_code == 404
    assert client.get(order).status_code == 302  # to the sign-in


# The session


def test_a_session_gives_its_papers_as_one_tagged_file_and_as_single_ones(
    session: Session, sessions: sessionmaker[Session], settings: Settings, signed_in_client: SignIn
) -> None:
    group: Group = factories.group(session, ("Ada", "Bilal"))
    opened = factories.open_session(session, group, now=now())
    session.commit()
    sitting = finished(session, group)
    sitting.confirmed_at = now()
    factories.award_of_sitting(session, settings, sitting, "Ada Lovelace", now())
    session.commit()
    jobs.run_all(sessions, settings, now())
    grace = signed_in_client("invigilator", login="grace")
    page = grace.get(f"{board_of(opened)}/certificates").text

    address = re.search(r'href="([^"]+certificates\.zip)"', page)
    assert address is not None
    taken = grace.get(address.group(1))

    assert taken.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(taken.data)) as whole:
        [name] = whole.namelist()
        assert name.endswith(" Ada Lovelace.pdf")
