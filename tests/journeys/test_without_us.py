"""The checking page on somebody else's file server, and as one file in a folder: it works when we are gone."""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys import scanning
from tests.journeys.browsing import Browsing, until
from tests.journeys.conftest import HOLDER
from tests.journeys.installation import Installation
from tests.journeys.keeping import NEWS, kept
from tests.journeys.people import one_digit_changed
from tests.journeys.reading import Reader
from tests.journeys.scanning import Scanning
from tests.journeys.test_an_employer_checks_a_paper import OLDER

#: Neither the host's own folder nor a name that the page could know.
FOLDER = "some/where"
LANGUAGES = [("en", "light"), ("ar", "dark")]
#: What every check reads, as the copy has it beside its page.
COPIED_NEWS = tuple(path.removeprefix("/c").removeprefix("/") for path in NEWS)


class FileServer:
    """The plainest server for files, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
        self.origin = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """End it; from now on nobody answers there."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Silent(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Copied(Scanning):
    """Uses a copy of the page, at its own address."""

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page)
        self.address = address

    def begins(self) -> None:
        """Open the copy without a code."""
        self.page.goto(self.address)
        self.page.locator(".scanner button").wait_for()

    def pastes(self, text: str) -> None:
        """Check a text on the copy."""
        self.begins()
        self.page.locator("#text").fill(text)
        self.tap(self.page.locator("form:has(#text) button"))
        self._waits()


@pytest.fixture(scope="module")
def copy(installation: Installation, credential: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A web folder with the exported page somewhere in it, made after the certificate was given."""
    assert credential
    web = tmp_path_factory.mktemp("web")
    installation.command("verifier", "export", str(web / FOLDER))
    return web


@pytest.fixture
def alone(copy: Path) -> str:
    """The address of the page that is one file."""
    return (copy / FOLDER / "check.html").as_uri()


@contextmanager
def served(browser: Browser, copy: Path) -> Iterator[tuple[Browsing, FileServer, str]]:
    """Phones whose only host is a plain file server, and the address of the copy there."""
    server = FileServer(copy)
    windows = Browsing(browser, server.origin)
    try:
        yield windows, server, f"{server.origin}/{FOLDER}/"
    finally:
        windows.close()
        server.stop()
    windows.watch.check()


@contextmanager
def without_network(browser: Browser, language: str = "en") -> Iterator[tuple[BrowserContext, list[str]]]:
    """A phone with no network, and what it asked for all the same."""
    windows = Browsing(browser, "file:///")
    context = windows.phone(language)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.set_offline(True)
    try:
        yield context, asked
    finally:
        windows.close()
    windows.watch.check()


@pytest.mark.browser
def test_a_copy_on_any_host_checks_and_goes_on_checking_when_that_host_is_gone(
    browser: Browser, copy: Path, qr_text: str
) -> None:
    with served(browser, copy) as (windows, server, address):
        context = windows.phone()
        employer = Copied(context.new_page(), address)
        employer.pastes(qr_text)
        assert employer.result == 1
        expect(employer.page.locator(".who h2")).to_have_text(HOLDER)
        kept(employer.page, "static/*/start.js", news=COPIED_NEWS)
        employer.page.close()

        server.stop()
        with windows.watch.expecting("ERR_CONNECTION_REFUSED"):
            cellar = Copied(context.new_page(), f"{address}index.html")
            cellar.pastes(qr_text)
            genuine, name = cellar.result, cellar.page.locator(".who h2").inner_text()
            cellar.pastes(one_digit_changed(qr_text))

            assert (genuine, name) == (1, HOLDER)
            assert cellar.result == 7
            expect(cellar.page.locator("body")).not_to_contain_text(HOLDER)


def renewed(folder: Path) -> None:
    """The copy gets a program of another version: one of its modules calls another by a new name."""
    [older] = (folder / "static").iterdir()
    newer = older.rename(older.with_name("0123456789ab"))
    for name in ("judge.js", "page.js"):
        script = newer / name
        script.write_text(re.sub(r"\bjudge\b(?!\.js)", "decide", script.read_text(encoding="utf-8")), encoding="utf-8")
    index = folder / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace(older.name, newer.name), encoding="utf-8")


@pytest.mark.browser
def test_a_copy_that_was_renewed_is_used_whole_and_kept_whole(
    browser: Browser, copy: Path, tmp_path: Path, qr_text: str
) -> None:
    web = tmp_path / "web"
    shutil.copytree(copy, web)
    with served(browser, web) as (windows, server, address):
        context = windows.phone()
        before = Copied(context.new_page(), address)
        before.pastes(qr_text)
        kept(before.page, "static/*/start.js", news=COPIED_NEWS)
        before.page.close()
        renewed(web / FOLDER)

        after = Copied(context.new_page(), address)
        after.pastes(qr_text)
        assert after.result == 1
        kept(after.page, "static/0123456789ab/start.js", news=COPIED_NEWS)
        until(after.page, "caches.keys().then(names => names.length === 1)")
        after.page.close()

        server.stop()
        with windows.watch.expecting("ERR_CONNECTION_REFUSED"):
            cellar = Copied(context.new_page(), address)
            cellar.pastes(qr_text)

            assert cellar.result == 1
            names = cellar.page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
            parts = [name for name in names if "/static/" in name]
            assert len(parts) > 5
            assert all("/static/0123456789ab/" in name for name in parts)


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scheme"), LANGUAGES)
def test_a_copy_says_of_when_it_is_and_where_the_issuer_is_asked(
    browser: Browser, copy: Path, installation: Installation, qr_text: str, language: str, scheme: str
) -> None:
    reader = Reader()
    with served(browser, copy) as (windows, _server, address):
        employer = Copied(windows.phone(language, color_scheme=scheme).new_page(), address)
        employer.begins()
        reader.reads(employer.page, "start")

        expect(employer.page.locator("#number")).to_have_count(0)
        links = employer.page.locator("main a").evaluate_all("links => links.map(link => link.href)")
        assert links == [f"{installation.address}/c"]
        expect(employer.page.locator("main")).to_contain_text(str(datetime.now(UTC).year))
        employer.pastes(qr_text)
        assert employer.result == 1
        reader.reads(employer.page, "result")

    reader.check()


@pytest.mark.browser
def test_a_copy_never_says_that_it_asked_anybody_today(browser: Browser, copy: Path, alone: str, qr_text: str) -> None:
    with served(browser, copy) as (windows, _server, address), without_network(browser) as (context, _asked):
        for page, place in ((windows.phone().new_page(), address), (context.new_page(), alone)):
            employer = Copied(page, place)
            employer.pastes(qr_text)

            banner = page.locator(".banner")
            expect(banner).to_contain_text(re.compile(r"Not withdrawn as of \S"))
            expect(banner).to_contain_text(re.compile(r"This page is a copy\. Its lists are of \d"))
            expect(banner).not_to_contain_text("Checked")


@pytest.mark.browser
def test_a_number_in_the_field_of_texts_of_a_copy_leads_to_the_issuer(browser: Browser, alone: str) -> None:
    with without_network(browser) as (context, _asked):
        employer = Copied(context.new_page(), alone)
        employer.begins()
        employer.page.locator("#text").fill("0M2RC-1M70Y-40FZ")
        employer.tap(employer.page.locator("form:has(#text) button"))

        expect(employer.page.locator("form:has(#text)")).to_contain_text("can be checked at the issuer")
        expect(employer.page.locator(".banner")).to_have_count(0)


@pytest.mark.browser
def test_a_copy_whose_list_is_too_old_says_so(browser: Browser, copy: Path, qr_text: str) -> None:
    with served(browser, copy) as (windows, _server, address):
        employer = Copied(windows.phone().new_page(), address)
        employer.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=3))

        employer.pastes(qr_text)

        assert employer.result == 2
        expect(employer.page.locator(".foot")).to_contain_text("The list is old.")


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scheme"), LANGUAGES)
def test_one_file_from_a_folder_checks_a_text_and_a_photo_without_any_network(
    browser: Browser, alone: str, qr_text: str, paper: bytes, language: str, scheme: str
) -> None:
    reader = Reader()
    with without_network(browser, language) as (context, asked):
        employer = Copied(context.new_page(), alone)
        employer.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        employer.begins()
        reader.reads(employer.page, "start")
        employer.chooses("photo.jpg", "image/jpeg", scanning.photo(paper))
        employer.reads_the_verdict()
        assert employer.result == 1
        expect(employer.page.locator(".who h2")).to_have_text(HOLDER)
        reader.reads(employer.page, "result")
        employer.pastes(one_digit_changed(qr_text))
        assert employer.result == 7
        employer.pastes(qr_text)
        assert employer.result == 1

    assert {urlsplit(one).scheme for one in asked} <= {"file", "data", "blob"}
    assert {one for one in asked if one.startswith("file")} == {alone}
    reader.check()


@pytest.mark.browser
def test_one_file_tells_a_withdrawn_certificate_and_an_old_list(
    browser: Browser, installation: Installation, withdrawn: tuple[str, str], qr_text: str, tmp_path: Path
) -> None:
    file = tmp_path / "check.html"
    installation.command("verifier", "export", "--single", str(file))
    with without_network(browser) as (context, _asked):
        employer = Copied(context.new_page(), file.as_uri())
        employer.pastes(withdrawn[0])
        assert employer.result == 3
        expect(employer.page.locator("main")).to_contain_text("The issuer replaced it")

        employer.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=3))
        employer.pastes(qr_text)
        assert employer.result == 2
        expect(employer.page.locator(".foot")).to_contain_text("The list is old.")


@pytest.mark.browser
def test_one_file_checks_on_a_phone_whose_browser_knows_no_ed25519(browser: Browser, alone: str, qr_text: str) -> None:
    with without_network(browser) as (context, _asked):
        context.add_init_script(OLDER)
        employer = Copied(context.new_page(), alone)

        employer.pastes(qr_text)
        genuine = employer.result
        employer.pastes(one_digit_changed(qr_text))

        assert (genuine, employer.result) == (1, 7)


@pytest.mark.browser
def test_whoever_opens_the_page_of_a_host_from_a_folder_finds_the_one_file(browser: Browser, copy: Path) -> None:
    windows = Browsing(browser, "file:///")
    page = windows.phone().new_page()
    with windows.watch.expecting("CORS", "ERR_FAILED", "unique security origins"):
        page.goto((copy / FOLDER / "index.html").as_uri())
        page.get_by_role("link", name="check.html").click()
        expect(page.locator(".scanner button")).to_be_visible()
    windows.close()
    windows.watch.check()


@pytest.mark.browser
def test_what_one_file_cannot_check_it_says(browser: Browser, alone: str, paper: bytes) -> None:
    with without_network(browser) as (context, _asked):
        employer = Copied(context.new_page(), alone)
        employer.begins()

        employer.chooses("certificate.pdf", "application/pdf", paper)
        expect(employer.page.locator("form:has(#file)")).to_contain_text("can be checked at the issuer")
        employer.opens_the_camera()
        expect(employer.page.locator("[role=status]", has_text="choose a photo")).to_be_visible()
