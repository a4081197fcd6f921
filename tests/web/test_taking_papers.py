"""Papers as their holders choose, cards and pictures: on My proof, for staff, and of a whole session."""

import io

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor import access
from assessor.accounts.models import Account
from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import issuing
from assessor.credentials.models import Award
from assessor.database import now
from assessor.organisations import roles
from assessor.organisations.models import Group
from tests import factories
from tests.fixtures import Browser, SignIn
from tests.web.holders import award_of, withdrawn

Sessions = sessionmaker[Session]
STAFF = "/staff/demo/certificates"


@pytest.fixture
def award(sessions: Sessions, settings: Settings, evening: Group) -> Award:
    """Ada's certificate, signed."""
    return award_of(sessions, settings, evening, "a test")


@pytest.fixture
def proof(award: Award) -> str:
    """The address of its page."""
    return f"/me/proof/{award.id}"


@pytest.fixture
def olu(signed_in_client: SignIn) -> Browser:
    """Olu may give certificates and take them back."""
    return signed_in_client("issuer", login="olu the issuer")


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of every page, in points."""
    with pikepdf.Pdf.open(io.BytesIO(pdf)) as opened:
        return [(float(page.mediabox[2]), float(page.mediabox[3])) for page in opened.pages]


# The holder's


def test_ada_takes_her_paper_in_a_layout_and_with_a_second_language(ada: Browser, proof: str) -> None:
    page = ada.get(proof).text
    usual = ada.get(f"{proof}/file.pdf").data
    chosen = ada.get(f"{proof}/file.pdf?layout=compact&second=ar").data

    assert '<form class="card steps" method="get"' in page
    assert '<option value="ar" lang="ar" dir="auto">العربية</option>' in page
    assert '<option value="en"' not in page  # her paper is English already
    assert [len(pages_of(usual)), len(pages_of(chosen))] == [2, 3]
    assert pages_of(chosen)[0][0] > pages_of(chosen)[0][1]  # across


def test_a_form_sent_as_it_stands_gives_the_usual_paper(ada: Browser, proof: str) -> None:
    assert ada.get(f"{proof}/file.pdf?layout=&second=").data == ada.get(f"{proof}/file.pdf").data


@pytest.mark.parametrize("query", ["layout=poster", "layout=../classic", "second=xx", f"second={'e' * 3000}"])
def test_a_choice_that_is_not_there_is_refused_in_words(query: str, ada: Browser, proof: str) -> None:
    answer = ada.get(f"{proof}/file.pdf?{query}")

    assert answer.status_code == 422
    assert len(answer.text) < 20_000


def test_ada_takes_a_card_and_a_picture(ada: Browser, award: Award, proof: str) -> None:
    page = ada.get(proof).text
    card, phone = ada.get(f"{proof}/file.card"), ada.get(f"{proof}/file.phone")

    assert f"{proof}/file.card" in page
    assert f"{proof}/file.phone" in page
    number = numbers.written(award.number)
    assert card.headers["Content-Disposition"] == f'inline; filename="certificate-{number}.card.pdf"'
    assert phone.headers["Content-Disposition"] == f'attachment; filename="certificate-{number}.phone.png"'
    assert len(pages_of(card.data)) == 1
    assert Image.open(io.BytesIO(phone.data)).size[0] == 1080


@pytest.mark.parametrize("form", ["card", "phone", "pdf"])
def test_nobody_takes_what_is_another_persons_or_does_not_count(
    form: str, ada: Browser, sessions: Sessions, settings: Settings, evening: Group
) -> None:
    eves = award_of(sessions, settings, evening, "Eve's test", person=1)
    assert ada.get(f"/me/proof/{eves.id}/file.{form}?layout=modern").status_code == 404


@pytest.mark.parametrize("form", ["card", "phone"])
def test_what_was_withdrawn_is_not_drawn_any_more(
    form: str, ada: Browser, proof: str, sessions: Sessions, settings: Settings
) -> None:
    withdrawn(sessions, settings)

    assert ada.get(f"{proof}/file.{form}").status_code == 409
    assert "More for paper and phone" not in ada.get(proof).text


# The staff's


def test_olu_prints_a_card_a_picture_and_another_paper(olu: Browser, award: Award) -> None:
    page = f"{STAFF}/{award.id}"

    shown = olu.get(page).text
    answers = [olu.get(f"{page}/{name}") for name in ("card.pdf", "phone.png", "paper.pdf?layout=modern&second=es")]

    assert f"{page}/card.pdf" in shown
    assert '<option value="es" lang="es" dir="auto">Español</option>' in shown
    assert [(one.status_code, one.mimetype) for one in answers] == [
        (200, "application/pdf"),
        (200, "image/png"),
        (200, "application/pdf"),
    ]
    assert len(pages_of(answers[2].data)) == 3


def test_eve_and_another_organisation_get_nothing(
    award: Award, sessions: Sessions, signed_in_client: SignIn, olu: Browser
) -> None:
    eve, grace = signed_in_client(login="eve"), signed_in_client("invigilator", login="grace")
    with sessions.begin() as session:
        elsewhere = roles.found(session, "elsewhere", "Elsewhere", "MT", "", now())
        olus = session.scalars(select(Account).filter_by(login="olu the issuer")).one()
        roles.grant(session, elsewhere.id, olus.id, access.ROLES)

    for name in ("card.pdf", "phone.png", "paper.pdf"):
        assert eve.get(f"{STAFF}/{award.id}/{name}").status_code == 404, name
        assert grace.get(f"{STAFF}/{award.id}/{name}").status_code == 404, name
        assert olu.get(f"/staff/elsewhere/certificates/{award.id}/{name}").status_code == 404, name


def test_all_cards_of_a_session_are_printed_at_once(
    sessions: Sessions, settings: Settings, evening: Group, signed_in_client: SignIn
) -> None:
    grace = signed_in_client("invigilator", login="grace")
    with sessions.begin() as session:
        sitting = factories.confirmed_sitting(session, factories.people(session, evening)[0])
        board = f"/staff/demo/sessions/{sitting.invigilation_id}"
        made = factories.award_of_sitting(session, settings, sitting)
    before = grace.get(f"{board}/cards.pdf")
    with sessions.begin() as session:
        session.add(issuing.sign(session, session.merge(made), settings, factories.NOW))

    cards = grace.get(f"{board}/cards.pdf")

    assert before.status_code == 404
    assert f"{board}/cards.pdf" in grace.get(f"{board}/certificates").text
    assert (cards.status_code, cards.mimetype, len(pages_of(cards.data))) == (200, "application/pdf", 1)
    assert grace.get(f"{board}/cards.pdf?after=100").status_code == 404
