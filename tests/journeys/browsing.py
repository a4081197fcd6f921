"""A real browser whose every request and complaint is watched."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    WebError,
    expect,
)

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
#: Schemes of what never leaves the browser; the last two are its own PDF viewer.
INSIDE = ("data", "blob", "about", "chrome", "chrome-extension")
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36",
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1180, "height": 800}}
#: Milliseconds for what must come: machines that test are slow and busy. What must not come is never waited for.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
#: A tab that shows a PDF or a picture alone asks for this by itself; no page of ours names it.
BROWSERS_OWN = "/favicon.ico"


class NeverSo(AssertionError):
    """What a page was waited for did not come."""


class NoBrowser(RuntimeError):
    """There is no Chromium; the message says what to install."""


def launch(playwright: Playwright) -> Browser:
    """Start the machine's own Chromium. Raises `NoBrowser`."""
    return launch_kind(playwright.chromium)


def launch_kind(kind: BrowserType, *more: str) -> Browser:
    """The same with more arguments, for a second one beside it."""
    return kind.launch(**_found(*more))


def _found(*more: str) -> dict[str, Any]:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise NoBrowser("The journeys need Chromium: apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    return {"executable_path": found, "args": [*QUIET, *sandbox, *more]}


@contextmanager
def launch_with_disk(browser: Browser, folder: Path) -> Iterator[BrowserContext]:
    """A phone that writes to this folder what it keeps, as phones do."""
    context = browser.browser_type.launch_persistent_context(folder, **_found(), **PHONE)
    yield context
    context.close()


def until(page: Page, truth: str, patience: int = PATIENCE) -> None:
    """Wait until this expression, or what it promises, is true in the page. Raises `NeverSo` after ``patience`` ms.

    Asked from outside: Playwright's own waiting evaluates inside the page, which our policy forbids.
    """
    for _look in range(patience // 100):
        if page.evaluate(truth):
            return
        page.wait_for_timeout(100)
    raise NeverSo(truth)


class Watch:
    """Remembers what left for another host, and what the browser complained about."""

    def __init__(self, origin: str) -> None:
        self.host = urlsplit(origin).netloc
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self._expected: list[str] = []
        self._also: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page and worker of a context."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)

    @contextmanager
    def expecting(self, *patterns: str) -> Iterator[None]:
        """Complaints that belong to the story: a refused page, no network."""
        self._expected += patterns
        yield
        for pattern in patterns:
            self._expected.remove(pattern)

    @contextmanager
    def leading_to(self, origin: str) -> Iterator[None]:
        """Requests to another host that belong to the story: somebody goes there."""
        self._also.append(urlsplit(origin).netloc)
        yield
        self._also.pop()

    def check(self) -> None:
        """Raise AssertionError for any request to another host and any complaint."""
        assert not self.elsewhere, f"requests to another host: {self.elsewhere}"
        assert not self.complaints, f"the browser complained: {self.complaints}"

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in INSIDE and parts.netloc not in (self.host, *self._also):
            self.elsewhere.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        place = str(message.location.get("url", ""))
        if message.type == "error" and not place.endswith(BROWSERS_OWN):
            self._complain(f"{message.text} ({place})")

    def _error(self, error: WebError) -> None:
        self._complain(str(error.error))

    def _complain(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern in self._expected):
            self.complaints.append(text)


class Browsing:
    """Opens phones and desktops that share nothing, all of them watched."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.watch = Watch(origin)
        self.origin = origin
        self._browser = browser
        self._open: list[BrowserContext] = []
        self._strangers = 0

    def phone(self, language: str = "en", **options: Any) -> BrowserContext:
        """A phone of 360 × 740 with a touch screen and nothing remembered."""
        return self._context(PHONE | {"locale": language} | options)

    def desktop(self, language: str = "en", **options: Any) -> BrowserContext:
        """A desktop computer with nothing remembered."""
        return self._context(DESKTOP | {"locale": language} | options)

    def stranger(self) -> BrowserContext:
        """A phone in a place of its own: the server counts what it is asked from one place."""
        self._strangers += 1
        return self.phone(extra_http_headers={"X-Forwarded-For": f"192.0.2.{self._strangers}"})

    def close(self) -> None:
        """Close everything that was opened."""
        for context in self._open:
            context.close()

    def _context(self, options: dict[str, Any]) -> BrowserContext:
        context = self._browser.new_context(base_url=self.origin, **options)
        context.set_default_timeout(PATIENCE)
        self.watch.follow(context)
        self._open.append(context)
        return context
