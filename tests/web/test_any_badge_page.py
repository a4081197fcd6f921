"""The page that checks a badge of anybody: what it says, what it never says, and that it keeps nothing."""

import io
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import resvg_py
from flask import Flask
from markupsafe import escape
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from assessor.accounts.models import Miss
from assessor.certificates import number as numbers
from assessor.certificates import qr
from assessor.config import Settings
from assessor.credentials import awarding, backpack, issuing
from assessor.credentials.models import Award
from assessor.database import now
from assessor.locale import Language
from assessor.openbadges.baking import bake_png, bake_svg, unbake_png, unbake_svg
from assessor.openbadges.checks import Result
from assessor.openbadges.documents import Fetch, host_of
from assessor.openbadges.errors import DocumentUnavailable
from assessor.openbadges.strict_json import write_json
from assessor.verification import languages
from assessor.verification.views import badges
from assessor.verification.views.context import wording_of
from tests import factories
from tests.fixtures import Browser, Installations
from tests.unit.certificates import hostile_pdfs
from tests.unit.openbadges.older_badges import web
from tests.unit.openbadges.strangers import DID_KEY, HOST, WEB, proved, stranger
from tests.web.test_checking_page import texts

Sessions = sessionmaker[Session]
PLANTED = "Zebulon Quillfeather"


class Web:
    """Stands in for the fetcher: knows some documents, and remembers what it was asked for."""

    def __init__(self, served: dict[str, Any]) -> None:
        self.served = served
        self.asked: list[str] = []

    def together(self, _seconds: float) -> Fetch:
        def fetch(url: str, /) -> Any:
            self.asked.append(url)
            return web(self.served)(url)

        return fetch


@pytest.fixture
def settings(installations: Installations, tmp_path: Path) -> Settings:
    """Badges of 2.0 name a contact."""
    return replace(installations.filled("sqlite", tmp_path / "instance"), contact_email="olu@open-door.example")


@pytest.fixture
def outside(app: Flask) -> Web:
    """The web as this application sees it."""
    app.extensions[badges.FETCHER] = Web(dict(WEB))
    found: Web = app.extensions[badges.FETCHER]
    return found


@pytest.fixture
def award(sessions: Sessions, settings: Settings) -> Award:
    """A signed certificate of Ada."""
    with sessions.begin() as session:
        made = factories.award(session, settings, now())
        session.add(issuing.sign(session, made, settings, now()))
    return made


def headings(page: str) -> list[str]:
    """What was checked, row by row."""
    return re.findall(r'<th scope="row">(.*?)</th>', page)


def png(svg: bytes) -> bytes:
    """The same as pixels."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg.decode(), width=90))


def code_of(sessions: Sessions, settings: Settings, award: Award) -> str:
    """The text of the code on its paper."""
    with sessions() as session:
        signed = issuing.signed_of(session, awarding.find(session, award.id))
        return qr.symbol_text(settings.verification_prefix, signed.summary)


def exported(sessions: Sessions, settings: Settings, award: Award, form: str) -> bytes:
    """The award as a file."""
    with sessions.begin() as session:
        found = awarding.find(session, award.id)
        if form in backpack.FORMS:
            return backpack.export(session, found, form, settings, now()).content
        return issuing.export(session, found, form, settings).content


def test_a_slow_stranger_holds_up_nobody_who_writes(app: Flask, client: Browser, sessions: Sessions) -> None:
    took: list[float] = []

    class SlowWeb(Web):
        def together(self, _seconds: float) -> Fetch:
            def fetch(_url: str, /) -> Any:
                begun = time.perf_counter()
                with sessions.begin() as other:
                    other.execute(delete(Miss))
                took.append(time.perf_counter() - begun)
                raise DocumentUnavailable("No answer.")

            return fetch

    app.extensions[badges.FETCHER] = SlowWeb({})

    page = sent(client, address="slow.example/badge")

    assert page.status_code == 200
    assert len(took) == 1
    assert took[0] < 10  # who waits for a lock gives up after 15


def test_a_badge_that_was_taken_back_says_why(
    client: Browser, sessions: Sessions, settings: Settings, award: Award
) -> None:
    with sessions.begin() as session:
        awarding.revoke(session, awarding.find(session, award.id), "request", settings, now())

    page = sent(client, file=exported(sessions, settings, award, "json"))

    assert "has withdrawn this badge: its holder asked for it." in page.text


def sent(client: Browser, **fields: Any) -> Any:
    """The answer to the form; bytes become a file."""
    data = {name: (io.BytesIO(value), "badge") if isinstance(value, bytes) else value for name, value in fields.items()}
    return client.post("/verify", data=data, content_type="multipart/form-data")


def sent_raw(client: Browser, file: bytes) -> Any:
    """The same for a file that the test client would put on the disk."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="badge"\r\n\r\n'
    body = head + file + b"\r\n--x--\r\n"
    return client.post("/verify", data=body, content_type="multipart/form-data; boundary=x")


def result(page: str) -> int:
    """The answer in large."""
    found = re.search(r'<main id="main" data-result="(\d+)"', page)
    return int(found[1]) if found else 0


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("form", ["json", "jcs", "jwt", "png", "svg", "pdf", "ob2", "ob2-png"])
def test_our_own_badge_is_genuine_in_every_form(
    form: str, client: Browser, sessions: Sessions, settings: Settings, award: Award, outside: Web
) -> None:
    answer = sent(client, file=exported(sessions, settings, award, form))

    assert (answer.status_code, result(answer.text)) == (200, 1), answer.text
    assert "Genuine" in answer.text
    assert "Digital skills" in answer.text
    assert outside.asked == []  # our own addresses are read here and never fetched


def test_every_check_is_a_row_with_its_number_word_and_reason(client: Browser, outside: Web) -> None:
    page = sent(client, text=write_json(proved(stranger())).decode()).text

    rows = re.findall(r'<tr class="([a-z-]+)">\s*<td class="place">(\d+)</td>', page)
    assert [int(number) for _, number in rows] == list(range(1, 13))
    assert [state for state, _ in rows].count("not-checked") == 2
    assert "The signature (eddsa-rdfc-2022) holds" in page
    assert page.count('lang="en" dir="ltr"') >= 12
    assert outside.asked == [f"{HOST}/.well-known/did.json"]


@pytest.mark.usefixtures("outside")
def test_a_foreign_badge_is_named_as_foreign_with_its_host(client: Browser) -> None:
    page = sent(client, file=write_json(proved(stranger()))).text

    assert result(page) == 6
    assert "Foreign issuer" in page
    assert '<strong><bdi dir="ltr">far.example</bdi></strong>' in page
    assert "What <bdi>far.example</bdi> says" in page
    assert "Genuine" not in page


@pytest.mark.usefixtures("outside")
def test_a_badge_of_a_bare_key_shows_nothing_of_what_it_says(client: Browser) -> None:
    page = sent(client, file=write_json(proved(stranger(by=DID_KEY, name=PLANTED), DID_KEY))).text

    assert result(page) == 6
    assert PLANTED not in page
    assert "What the badge says" not in page


@pytest.mark.usefixtures("outside")
def test_a_changed_badge_shows_nothing_of_what_it_says(client: Browser) -> None:
    changed = proved(stranger()) | {"name": PLANTED}

    page = sent(client, file=write_json(changed)).text

    assert result(page) == 7
    assert PLANTED not in page
    assert "First steps" not in page


def test_an_address_is_looked_up_and_our_own_never(client: Browser, outside: Web, settings: Settings) -> None:
    outside.served[f"{HOST}/badge"] = proved(stranger())

    found = sent(client, address="far.example/badge")
    ours = sent(client, address=f"https://{settings.host}/credentials/1")

    assert result(found.text) == 6
    assert "far.example" in found.text
    assert result(ours.text) == 10
    assert not any(settings.host in asked for asked in outside.asked)


@pytest.mark.usefixtures("outside")
def test_of_a_pdf_the_page_says_as_large_that_the_paper_was_not_looked_at(
    client: Browser, sessions: Sessions, settings: Settings, award: Award
) -> None:
    paper, badge = (sent(client, file=exported(sessions, settings, award, form)).text for form in ("pdf", "json"))

    with sessions() as session:
        number = numbers.written(awarding.find(session, award.id).number)
    verdict = paper.partition('id="verdict"')[2].partition('id="detail"')[0]
    assert "<h2>Only the attached badge was checked, not the printed page.</h2>" in verdict
    assert 'href="/c"' in verdict
    assert "Its printed pages were not checked" in paper
    assert number not in paper  # it leads to the name
    assert "Only the attached badge" not in badge


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_real_badge_in_another_picture_never_vouches_for_the_picture(
    form: str, client: Browser, sessions: Sessions, settings: Settings, award: Award
) -> None:
    ours = exported(sessions, settings, award, form)
    other = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9v9z'/></svg>"
    forged = bake_svg(other, unbake_svg(ours)) if form == "svg" else bake_png(png(other), unbake_png(ours))
    warning = "<h2>Only the badge inside was checked, not the picture.</h2>"

    assert result(sent(client, file=forged).text) == 1
    assert warning in sent(client, file=forged).text
    assert warning not in sent(client, file=ours).text


@pytest.mark.usefixtures("outside")
def test_the_picture_of_a_stranger_is_not_vouched_for_either(client: Browser) -> None:
    other = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9v9z'/></svg>"
    carried = bake_svg(other, write_json(proved(stranger())))

    assert "Only the badge inside was checked" in sent(client, file=carried).text


@pytest.mark.usefixtures("outside")
def test_a_demonstration_is_called_one_and_the_badge_of_a_stranger_is_not(
    client: Browser, sessions: Sessions, settings: Settings, award: Award
) -> None:
    note = "<b>Demonstration.</b> This is not a real certificate."

    assert settings.demonstration
    assert note in sent(client, file=exported(sessions, settings, award, "pdf")).text
    assert note in sent(client, text=code_of(sessions, settings, award)).text
    assert note not in sent(client, text=write_json(proved(stranger())).decode()).text


@pytest.mark.usefixtures("outside")
def test_another_port_of_our_machine_is_not_called_this_site(client: Browser, settings: Settings) -> None:
    neighbour = sent(client, address=f"https://{host_of(settings.public_url)}:8443/badge").text

    assert "at another port, and nothing there is asked." in neighbour
    assert "one of this site" not in neighbour


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(("whose", "other"), [("did:example:ada", False), ("did:example:eve", True), ("", False)])
def test_the_person_is_compared_when_somebody_asks(whose: str, other: bool, client: Browser) -> None:
    page = sent(client, file=write_json(proved(stranger())), recipient=whose).text

    assert result(page) == 6
    assert ("Not about this person" in page) is other
    assert ("Foreign issuer" in page) is not other


@pytest.mark.usefixtures("outside")
def test_a_genuine_badge_of_another_name_is_never_called_genuine_alone(
    client: Browser, sessions: Sessions, settings: Settings, award: Award
) -> None:
    page = sent(client, file=exported(sessions, settings, award, "json"), recipient="Ada Lovelock").text

    assert "Not about this person" in page
    assert "it is not about the person you named" in page
    assert "Genuine" not in re.sub(r"<[^>]+>", "", page.partition('id="detail"')[0])


@pytest.mark.usefixtures("outside")
def test_the_text_of_a_code_is_read_as_well(
    client: Browser, sessions: Sessions, settings: Settings, award: Award
) -> None:
    page = sent(client, text=code_of(sessions, settings, award)).text

    assert result(page) == 1
    assert "What the badge says" not in page
    assert set(headings(page)) <= set(wording_of("en")["badge"]["labels"].values())


@pytest.mark.usefixtures("outside")
def test_a_withdrawn_badge_says_no_name(client: Browser, sessions: Sessions, settings: Settings, award: Award) -> None:
    file = exported(sessions, settings, award, "pdf")
    with sessions.begin() as session:
        awarding.revoke(session, awarding.find(session, award.id), "mistake", settings, now())

    page = sent(client, file=file).text

    assert result(page) == 3
    assert "Ada Lovelace" not in page


@pytest.mark.usefixtures("outside")
def test_a_badge_on_hold_is_on_hold_though_it_names_no_such_list(
    client: Browser, sessions: Sessions, settings: Settings, award: Award
) -> None:
    file = exported(sessions, settings, award, "png")
    with sessions.begin() as session:
        awarding.suspend(session, awarding.find(session, award.id), settings, now())

    assert result(sent(client, file=file).text) == 4


def test_nothing_given_is_said(client: Browser) -> None:
    answer = sent(client, text="  ")

    assert answer.status_code == 400
    assert "Choose a file, paste the badge, or type its address." in answer.text


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("text", ["hello", "{", "https://", "https://127.0.0.1/", "\u202e<b>", "eyJ.eyJ.x"])
def test_odd_input_gets_an_answer(text: str, client: Browser) -> None:
    answer = sent(client, text=text)

    assert answer.status_code == 200
    assert result(answer.text) == 10
    assert "<b>" not in answer.text.replace("<b><bdi>", "")


@pytest.mark.usefixtures("outside")
def test_a_large_picture_is_taken_and_a_larger_file_is_refused_in_words(client: Browser) -> None:
    allowed = sent_raw(client, b"\x89PNG" + bytes(1024 * 1024))
    refused = sent_raw(client, bytes(6 * 1024 * 1024))
    pasted = sent(client, text="x" * 300_000)

    assert allowed.status_code == 200
    assert (refused.status_code, pasted.status_code) == (413, 413)
    for answer in (refused, pasted):
        assert "This is too large. A file may have <bdi>5</bdi> MB" in answer.text


@pytest.mark.usefixtures("outside")
def test_nothing_is_kept_logged_or_left_in_the_browser(
    client: Browser, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    badge = stranger(name=PLANTED)
    badge["credentialSubject"] = {**badge["credentialSubject"], "id": f"urn:{PLANTED.replace(' ', ':')}"}

    for fields in ({"file": write_json(proved(badge))}, {"text": PLANTED}, {"text": "x", "recipient": PLANTED}):
        answer = sent(client, **fields)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"

    written = capfd.readouterr()
    kept = b"".join(path.read_bytes() for path in Path(settings.instance).rglob("*") if path.is_file())
    for planted in (PLANTED, PLANTED.replace(" ", ":")):
        assert planted not in written.out + written.err
        assert planted.encode() not in kept


@pytest.mark.usefixtures("outside")
def test_who_asks_without_end_is_slowed(client: Browser) -> None:
    codes = [sent(client, text="hello").status_code for _ in range(31)]

    assert codes == [200] * 30 + [429]


@pytest.mark.parametrize("language", languages.LANGUAGES, ids=str)
def test_the_form_works_without_scripts_and_in_the_readers_language(language: Language, client: Browser) -> None:
    page = client.get("/verify", headers={"Accept-Language": language.code}).text

    assert f'lang="{language.code}" dir="{language.direction}"' in page
    assert "<script" not in page
    assert 'enctype="multipart/form-data"' in page
    assert str(escape(wording_of(language.code)["badge"]["form"]["lead"])) in page


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("language", languages.LANGUAGES, ids=str)
def test_the_report_speaks_the_language_of_the_page_that_sent_the_file(language: Language, client: Browser) -> None:
    said = wording_of(language.code)["badge"]
    page = sent(client, text=write_json(proved(stranger())).decode(), language=language.code).text
    rows = headings(page)

    assert f'lang="{language.code}" dir="{language.direction}"' in page
    assert str(escape(said["foreign"]["word"])) in page
    assert set(rows) <= {str(escape(label)) for label in said["labels"].values()}
    assert len(rows) == 12
    for place, text in texts(said["checks"]):
        assert str(escape(text)) in page, place


def test_the_ways_to_the_page_are_shown(client: Browser) -> None:
    assert 'href="/verify"' in client.get("/").text
    assert 'href="/verify"' in client.get("/c").text


@pytest.mark.parametrize("made", [hostile_pdfs.filter_by_reference, hostile_pdfs.names_in_a_hidden_filter])
def test_a_pdf_that_takes_much_memory_is_given_up_and_the_next_is_read(
    made: Callable[[], bytes], client: Browser, sessions: Sessions, settings: Settings, award: Award
) -> None:
    given_up = sent(client, file=made())
    sound = sent(client, file=exported(sessions, settings, award, "pdf"))

    assert given_up.status_code == 200
    assert "Reading this PDF takes more memory or time than any certificate needs." in given_up.text
    assert result(given_up.text) == Result.UNREADABLE
    assert result(sound.text) == Result.GENUINE
