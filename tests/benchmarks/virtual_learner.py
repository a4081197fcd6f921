"""A learner without a face: scans a card, practises, and answers real items as a browser without JavaScript does.

The answers are drawn from what the page offers. Everything is checked on the way: a wrong status or the same item
again is an error, not a fast answer.
"""

import gzip
import re
import time
from dataclasses import dataclass
from http.client import HTTPConnection, RemoteDisconnected
from random import Random
from typing import Protocol
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

HIDDEN = re.compile(r'name="(csrf_token|presentation)" value="([^"]*)"')
OPTION = re.compile(r'<input type="(radio|checkbox)" name="option" value="([^"]+)"')
PLACE = re.compile(r'name="(place-[^"]+)" value="junk"')
HOW_MANY = re.compile(r"Choose (\d+) answers\.")
GZIP = b"\x1f\x8b"
Form = list[tuple[str, str]]


class WrongAnswer(Exception):
    """The service did not answer as a learner needs it; the message tells the request and the status."""


@dataclass(frozen=True)
class Page:
    """What came back, as it travelled."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        """The page itself."""
        return (gzip.decompress(self.body) if self.body.startswith(GZIP) else self.body).decode()


class Browser(Protocol):
    """Keeps a cookie and asks for pages; redirects are not followed."""

    def ask(self, path: str, form: Form | None = None) -> Page:
        """Get a page, or send a form."""


class NetworkBrowser:
    """One connection that stays open. ``address``: where the proxy in front would say that the phone is."""

    def __init__(self, port: int, address: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"X-Forwarded-For": address, "Accept-Encoding": "gzip"}

    def ask(self, path: str, form: Form | None = None) -> Page:
        """Get a page, or send a form."""
        method, body = ("GET", None) if form is None else ("POST", urlencode(form))
        extra = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            self._connection.request(method, path, body, self._headers | extra)
            answer = self._connection.getresponse()
        except (ConnectionError, RemoteDisconnected):  # a resting connection was closed: nothing was taken yet
            self._connection.close()
            self._connection.request(method, path, body, self._headers | extra)
            answer = self._connection.getresponse()
        content = answer.read()
        if cookie := answer.getheader("Set-Cookie"):
            self._headers["Cookie"] = cookie.partition(";")[0]
        return Page(answer.status, content)


class InProcessBrowser:
    """The application called directly: no network, no server, one learner."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def ask(self, path: str, form: Form | None = None) -> Page:
        """Get a page, or send a form."""
        method = "GET" if form is None else "POST"
        answer = self._client.open(
            path, method=method, data=MultiDict(form) if form else None, headers={"Accept-Encoding": "gzip"}
        )
        return Page(answer.status_code, answer.data)


class VirtualLearner:
    """One learner with a card. ``rng`` draws the answers."""

    def __init__(self, browser: Browser, rng: Random) -> None:
        self._browser, self._rng = browser, rng
        self._item = ""

    def begin(self, card: str) -> None:
        """Scan the card, start, and do all practice items."""
        self._expect(302, f"/k/{card}")
        start = self._expect(200, "/me/start").text
        self._expect(302, "/me/start", [field for field in HIDDEN.findall(start) if field[0] == "csrf_token"])
        self._item = self._expect(200, "/me/item").text
        while dict(HIDDEN.findall(self._item))["presentation"].startswith("practice:"):
            self.answer()

    def answer(self) -> float:
        """Answer the open item and load the next one. Returns the seconds from sending to having it."""
        form = HIDDEN.findall(self._item) + self._given()
        began = time.perf_counter()
        self._expect(303, "/me/answers", form)
        following = self._expect(200, "/me/item")
        seconds = time.perf_counter() - began
        before, self._item = self._item, following.text
        if dict(HIDDEN.findall(before))["presentation"] == dict(HIDDEN.findall(self._item)).get("presentation"):
            raise WrongAnswer("The same question came again.")
        return seconds

    def look_at_file(self, path: str) -> float:
        """Load a small file twice: as many requests as an answer takes. Returns seconds."""
        began = time.perf_counter()
        self._expect(200, path)
        self._expect(200, path)
        return time.perf_counter() - began

    def _given(self) -> Form:
        options = OPTION.findall(self._item)
        if options and options[0][0] == "radio":
            return [("option", self._rng.choice(options)[1])]
        if options and (several := HOW_MANY.search(self._item)):
            return [("option", value) for _, value in self._rng.sample(options, int(several[1]))]
        if places := PLACE.findall(self._item):
            return [(self._rng.choice(places), "junk")]
        return [("unknown", "1")]

    def _expect(self, status: int, path: str, form: Form | None = None) -> Page:
        page = self._browser.ask(path, form)
        if page.status != status:
            raise WrongAnswer(f"{path[:12]} answered {page.status}, not {status}.")
        return page
