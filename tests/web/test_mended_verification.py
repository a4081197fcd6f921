"""What an employer reads when the network is slow or gone, and what caches may keep."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from assessor import demo
from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import awarding, issuing, papers, signers, status
from assessor.credentials.models import Award
from assessor.database import now
from assessor.verification.views.context import PLACES, VERSION, version_of
from tests import factories
from tests.fixtures import Browser
from tests.journeys.browsing import launch, until
from tests.journeys.keeping import kept

Sessions = sessionmaker[Session]
NEWS = ("/status/", "/c/trust/withdrawals")
KEPT = "caches.match('/status/1.jwt').then(kept => kept && Number(kept.headers.get('X-Kept')))"


@pytest.fixture
def award(sessions: Sessions, settings: Settings) -> Award:
    """A signed certificate."""
    with sessions.begin() as session:
        made = factories.award(session, settings, now())
        session.add(issuing.sign(session, made, settings, now()))
    return made


@pytest.fixture
def text(sessions: Sessions, settings: Settings, award: Award) -> str:
    """The text of its code."""
    with sessions() as session:
        credential = issuing.credential_of(session, award)
        assert credential is not None
        return papers.qr_text(credential, settings)


def withdraw(sessions: Sessions, settings: Settings, award: Award, at: datetime | None = None) -> None:
    """The issuer takes it back."""
    with sessions.begin() as session:
        awarding.revoke(session, awarding.find(session, award.id), "mistake", settings, at or now())


def sign_list(sessions: Sessions, settings: Settings, at: datetime) -> None:
    """The issuer's list, signed then."""
    with sessions.begin() as session:
        status.sign_all(session, settings, at)


# What is asked of the server


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 2**63, 2**64, 10**30])
@pytest.mark.parametrize("form", ["", ".jwt"])
def test_a_list_with_a_huge_number_is_not_found(form: str, number: int, client: Browser) -> None:
    assert client.get(f"/status/{number}{form}").status_code == 404


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_no_cache_mixes_up_the_page_and_the_document_of_a_badge(kind: str, client: Browser) -> None:
    answer = client.get(f"/achievements/{demo.ACHIEVEMENT}", headers={"Accept": kind})

    assert answer.mimetype == kind
    assert "Accept" in answer.vary
    assert "public" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["bundle", "catalogue", "withdrawals"])
def test_signed_data_that_has_not_changed_is_not_sent_again(
    name: str, client: Browser, award: Award, sessions: Sessions, settings: Settings
) -> None:
    withdraw(sessions, settings, award)
    first = client.get(f"/c/trust/{name}")
    time.sleep(1.1)  # another second of the clock

    again = client.get(f"/c/trust/{name}", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304


def test_parts_are_kept_for_ever_and_those_of_another_version_are_not_here(client: Browser) -> None:
    before = PLACES["static"].replace(VERSION, "0" * len(VERSION))

    for part in ("page.js", "verify.css", "vendor/zxing/reader.wasm.gz", "words/el.json?of=results"):
        found = client.get(f"{PLACES['static']}{part}", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})

        assert (found.status_code, found.headers["Content-Encoding"]) == (200, "gzip")
        assert found.headers["Cache-Control"] == "max-age=31536000, immutable"
        assert client.get(f"{before}{part}").status_code == 404


def test_any_change_of_a_file_makes_another_version() -> None:
    assert version_of([b"ab", b"c"]) == version_of(iter([b"ab", b"c"]))
    assert len({version_of(contents) for contents in ([b"ab", b"c"], [b"a", b"bc"], [b"abc"], [b"c", b"ab"])}) == 4


def test_a_new_withdrawal_is_in_the_next_answer(
    client: Browser, award: Award, sessions: Sessions, settings: Settings
) -> None:
    first = client.get("/c/trust/withdrawals")

    withdraw(sessions, settings, award)

    again = client.get("/c/trust/withdrawals", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.data != first.data


def test_the_page_is_shown_without_opening_a_key(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_args: object) -> signers.Signer:
        raise AssertionError("a private key was opened")

    monkeypatch.setattr(signers, "open_key", closed)

    assert client.get("/c").status_code == 200


def test_a_typed_number_is_checked_at_the_moment_of_asking(
    client: Browser, award: Award, sessions: Sessions, settings: Settings
) -> None:
    sign_list(sessions, settings, now() - timedelta(hours=26))

    page = client.post("/c/number", data={"number": numbers.written(award.number), "language": "en"}).text

    assert 'data-result="1"' in page
    today = now()
    assert f"Checked <bdi>{today.day} {today:%b} {today.year}</bdi>" in page


# In a browser that keeps the page


@dataclass
class Network:
    """Between a phone and the application: news about certificates may be late or missing."""

    app: Flask
    late: float = 0.0  # seconds
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request as the application does, in the state of this network."""
        path = environ["PATH_INFO"]
        self.asked.append(path)
        if path.startswith(NEWS):
            time.sleep(self.late)
            if self.broken:
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return []
        return self.app.wsgi_app(environ, start_response)


@pytest.fixture
def network(app: Flask) -> Iterator[tuple[Network, str]]:
    """The application at an address of its own, behind a network that can be bad."""
    between = Network(app)
    server = make_server("127.0.0.1", 0, between, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield between, f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def in_a_phone(address: str, story: Callable[[BrowserContext], None]) -> None:
    """Run a story in Chromium, in a thread of its own: another test may hold a browser in this one."""

    def tell() -> None:
        with sync_playwright() as playwright, launch(playwright) as browser:
            context = browser.new_context(base_url=address, locale="en", timezone_id="UTC")
            context.set_default_timeout(15_000)
            story(context)
            context.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(tell).result()


def checked(context: BrowserContext, text: str) -> Page:
    """The page after it checked this text, pasted."""
    page = context.new_page()
    page.goto("/c")
    page.locator("#text").fill(text)
    page.locator("form", has=page.locator("#text")).locator("button").click()
    expect(page.locator("main[data-result]")).to_be_visible(timeout=15_000)
    return page


def keep(context: BrowserContext, text: str) -> Page:
    """A first visit, until everything is kept."""
    page = checked(context, text)
    expect(page.locator("main")).to_have_attribute("data-result", "1")
    until(page, "navigator.serviceWorker.controller !== null")
    kept(page, "/c")
    return page


@pytest.mark.browser
def test_a_withdrawal_is_seen_over_a_slow_network(
    network: tuple[Network, str], text: str, award: Award, sessions: Sessions, settings: Settings
) -> None:
    between, address = network

    def story(phone: BrowserContext) -> None:
        keep(phone, text)
        withdraw(sessions, settings, award)
        between.late = 4.0

        expect(checked(phone, text).locator("main")).to_have_attribute("data-result", "3")

    in_a_phone(address, story)


@pytest.mark.browser
def test_a_list_that_was_kept_is_dated_by_the_time_it_was_kept(
    network: tuple[Network, str], text: str, sessions: Sessions, settings: Settings
) -> None:
    between, address = network
    yesterday = now() - timedelta(hours=26)
    sign_list(sessions, settings, yesterday)

    def story(phone: BrowserContext) -> None:
        page = keep(phone, text)
        expect(page.locator(".banner")).to_contain_text("Checked today")  # asked now, whenever it was signed
        assert page.evaluate("fetch('/status/1.jwt').then(answer => answer.headers.get('X-Kept'))") is None
        kept = page.evaluate(KEPT)
        assert abs(kept - now().timestamp()) < 60

        between.broken = True
        page.evaluate(
            """async seconds => {
                const cache = await caches.open((await caches.keys())[0]), kept = await cache.match('/status/1.jwt');
                const answer = new Response(await kept.text(), { headers: { 'X-Kept': seconds } });
                await cache.put('/status/1.jwt', answer);
            }""",
            int(yesterday.timestamp()),
        )
        again = checked(phone, text)

        expect(again.locator("main")).to_have_attribute("data-result", "1")  # younger than its time to live
        said = f"{yesterday.day} {yesterday:%b} {yesterday.year}"
        expect(again.locator(".banner")).to_contain_text(f"Not withdrawn as of {said}")

    in_a_phone(address, story)


@pytest.mark.browser
def test_a_list_that_was_kept_too_long_says_when_it_was_asked_last(network: tuple[Network, str], text: str) -> None:
    between, address = network

    def story(phone: BrowserContext) -> None:
        keep(phone, text)
        between.broken = True
        phone.clock.set_fixed_time(now() + timedelta(days=3))

        page = checked(phone, text)

        expect(page.locator("main")).to_have_attribute("data-result", "2")
        today = now()
        expect(page.locator(".foot")).to_contain_text(f"Last check: {today.day} {today:%b} {today.year}")

    in_a_phone(address, story)
