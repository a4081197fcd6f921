"""One installation and one browser for all journeys. They end with the last: a running Playwright disturbs others."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys import installation as installing
from tests.journeys import papers
from tests.journeys.browsing import Browsing, launch
from tests.journeys.installation import Installation
from tests.journeys.people import Olu

HOLDER, SECOND = "Ada Haddad", "آدا حدّاد"


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The server and its worker, on a free port, filled as `make run` fills it."""
    running = installing.start(tmp_path_factory.mktemp("installation"))
    yield running
    running.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def browsing(browser: Browser, installation: Installation) -> Iterator[Browsing]:
    """Phones and desktops; a request to another host or a complaint of the browser fails the test."""
    windows = Browsing(browser, installation.address)
    yield windows
    windows.close()
    windows.watch.check()


@pytest.fixture(scope="package")
def cards(browser: Browser, installation: Installation) -> list[str]:
    """Card addresses of people whose session is open; each test takes those that it needs with `pop`."""
    windows = Browsing(browser, installation.address)
    olu = Olu(windows.desktop().new_page(), installation)
    olu.signs_in()
    olu.makes_a_group([f"Ada {number}" for number in range(1, 13)], "العربية")
    codes = olu.prints_the_cards()
    olu.opens_the_session()
    windows.close()
    windows.watch.check()
    return codes


@pytest.fixture(scope="package")
def credential(installation: Installation) -> str:
    """A certificate given by command, for tests that only check one. Returns its address."""
    return installation.command("award", "DIGI-FIRST-STEPS", "--name", HOLDER, "--second", SECOND, "--level", "2")


@pytest.fixture(scope="package")
def paper(installation: Installation, credential: str, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The certificate of `credential` as PDF."""
    return printed(installation, credential, tmp_path_factory.mktemp("paper"))


@pytest.fixture(scope="package")
def qr_text(paper: bytes) -> str:
    """What a camera reads on that paper."""
    return code_on(paper)


@pytest.fixture(scope="package")
def withdrawn(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """QR text and number of a certificate that was withdrawn."""
    given = json.loads(
        installation.command("award", "DIGI-FIRST-STEPS", "--name", "Olena Koval", "--level", "1", "--json")
    )
    text = code_on_paper(installation, given["id"], tmp_path_factory.mktemp("withdrawn"))
    installation.command("revoke", given["id"], "--reason", "replaced")
    return text, given["number"]


@pytest.fixture(scope="package")
def on_hold(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    """QR text of a certificate that was put on hold."""
    given = installation.command("award", "DIGI-FIRST-STEPS", "--name", "Bilal Aziz", "--level", "1")
    text = code_on_paper(installation, given, tmp_path_factory.mktemp("on-hold"))
    installation.command("suspend", given)
    return text


def code_on_paper(installation: Installation, credential: str, folder: Path) -> str:
    """What a camera reads on the paper of a certificate."""
    return code_on(printed(installation, credential, folder))


def printed(installation: Installation, credential: str, folder: Path) -> bytes:
    """The paper of a certificate as PDF."""
    file = folder / "certificate.pdf"
    installation.command("export", credential, "--format", "pdf", "--out", str(file))
    return file.read_bytes()


def code_on(paper: bytes) -> str:
    """The text of the code that opens the checking page."""
    (text,) = [code for code in papers.codes(paper) if "#" in code]
    return text
