"""The same files for both checkers: the library in Python, and the page's own modules in a browser."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

from assessor.certificates import checking, merkle, signed_data
from assessor.certificates import status as lists
from assessor.certificates.trust import Bundle, Issuer, Withdrawals
from tests.unit.certificates.trusted import NOW, ROOT

STATIC = Path(__file__).parents[2] / "assessor" / "verification" / "static"
ORIGIN = "http://localhost:8149"
TRUST, STATUS = "/c/trust/", "/status/"

PLACES = {"root": ROOT.public_key.hex(), "trust": TRUST, "status": STATUS}
Json = dict[str, Any]
Answer = tuple[int, str | None, str | None]  # result, cause, the name that is shown
Row = tuple[Answer, int | None, int | None]  # with as of when it is, in seconds, and the line with the same certificate


@dataclass(frozen=True)
class World:
    """What can be had from the host of the page, by path, and the id of whoever runs it."""

    own: str
    files: Mapping[str, bytes] = field(default_factory=dict)

    def folder(self, issuer: Issuer) -> str:
        """Where the files of an issuer lie."""
        return TRUST if issuer.id == self.own else f"{TRUST}{hashlib.sha256(issuer.id.encode()).hexdigest()[:16]}/"

    def status_path(self, issuer: Issuer, number: int, purpose: str) -> str:
        """Where a status list lies."""
        folder = STATUS if issuer.id == self.own else f"{self.folder(issuer)}status/"
        return f"{folder}{number}{'-suspension' if purpose == 'suspension' else ''}.jwt"


def in_python(world: World, text: str, now: datetime = NOW) -> Answer:
    """What `check_summary` says."""
    bundle = _bundle(world)
    issuers = bundle.issuers if bundle else ()
    tokens, withdrawn, issued = {}, {}, {}
    for issuer in issuers:
        for place in issuer.status_lists:
            for purpose, url in (("revocation", place.url), ("suspension", place.suspension_url)):
                body = world.files.get(world.status_path(issuer, place.number, purpose))
                if url and body is not None and len(body) <= lists.MAX_TOKEN:
                    tokens[url] = body.decode()
        if found := _withdrawals(world, issuer):
            withdrawn[issuer.id] = found
        for key in issuer.keys:
            if (named := key.issued) is None:
                continue
            if (listed := _issued(world, issuer, key.kid.hex(), named.root, named.count)) is not None:
                issued[named.root] = listed
    checked = checking.check_summary(text, bundle, tokens, withdrawn, now, issued=issued)
    return checked.result, checked.cause, checked.summary.name if checked.summary else None


def in_the_page(page: Page, world: World, text: str, *, inside: bool = False) -> Answer:
    """What `judge` says, with the files from the host, or `inside` the page and no host at all."""
    within: dict[str, Any] | None = None
    if inside:
        within = {path: base64.b64encode(body).decode() for path, body in world.files.items()}
        within["made"] = int(NOW.timestamp())
    served = {} if inside else world.files
    page.unroute_all()
    page.route("**/*", lambda route: serve(route, served))
    page.goto(f"{ORIGIN}/")
    answer = page.evaluate(
        """async ([text, places, now, inside]) => {
          const { judge } = await import('/c/static/judge.js');
          const { Trust } = await import('/c/static/trust.js');
          const found = await judge(text, new Trust(places, inside, () => now), now);
          return [found.result, found.cause ?? null, found.summary?.name ?? null];
        }""",
        [
            text,
            PLACES | {"issuer": world.own},
            int(NOW.timestamp()),
            within,
        ],
    )
    result, cause, name = answer
    return result, cause, name


def fields_in_the_page(page: Page, world: World, texts: Iterable[str]) -> list[Json]:
    """What `judge` says of each text, with every field that would be shown, in one page that has its lists already."""
    page.unroute_all()
    page.route("**/*", lambda route: serve(route, world.files))
    page.goto(f"{ORIGIN}/")
    answers: list[Json] = page.evaluate(
        """async ([texts, places, now]) => {
          const { hex } = await import('/c/static/check.js');
          const { judge } = await import('/c/static/judge.js');
          const { Trust } = await import('/c/static/trust.js');
          const trust = new Trust(places), answers = [];
          for (const text of JSON.parse(texts)) {
            const { result, cause = null, kid, number = null, summary } = await judge(text, trust, now);
            const fields = summary ? { ...summary, cti: hex(summary.cti) } : null;
            answers.push({ result, cause, kid: result === 6 ? kid : null, number, fields });
          }
          return answers;
        }""",
        [json.dumps(list(texts)), PLACES | {"issuer": world.own}, int(NOW.timestamp())],  # halves of pairs survive JSON
    )
    return answers


def drawn_in_the_page(page: Page, world: World, text: str) -> str:
    """What a person reads of the result of a text, in English."""
    page.unroute_all()
    page.route("**/*", lambda route: serve(route, world.files))
    page.goto(f"{ORIGIN}/")
    drawn: str = page.evaluate(
        """async ([text, places, now]) => {
          const { judge } = await import('/c/static/judge.js');
          const { Drawing } = await import('/c/static/show.js');
          const { Trust } = await import('/c/static/trust.js');
          const words = await (await fetch('/c/static/words/en.json')).json();
          const found = await judge(text, new Trust(places, undefined, () => now), now);
          const drawing = new Drawing(found, words, 'en', null, now, {});
          document.body.replaceChildren(...drawing.verdict().filter(Boolean), ...drawing.detail());
          return document.body.innerText;
        }""",
        [text, PLACES | {"issuer": world.own}, int(NOW.timestamp())],
    )
    return drawn


class PileInThePage:
    """The page's table of a pile, which goes on while the hours pass and the host changes or is silent."""

    def __init__(self, page: Page, own: str) -> None:
        self._page = page
        page.unroute_all()
        page.route("**/*", lambda route: serve(route, {}))
        page.goto(f"{ORIGIN}/")
        page.evaluate(
            """async places => {
              const { Pile } = await import('/c/static/pile.js');
              const words = await (await fetch('/c/static/words/en.json')).json();
              self.pile = new Pile(places, document.createElement('div'), document.createElement('p'), () => self.now);
              pile.draw(words, 'en');
            }""",
            PLACES | {"issuer": own},
        )

    def add(self, text: str, files: Mapping[str, bytes], now: datetime) -> list[Row]:
        """Show a code to it. Gives the table."""
        self._page.unroute_all()
        self._page.route("**/*", lambda route: serve(route, files))
        rows = self._page.evaluate(
            """async ([text, now]) => {
              self.now = now;
              await pile.add(text);
              const said = one => [one.result, one.cause ?? null, one.summary?.name ?? null];
              return pile.found.map(one => [said(one), one.statusAt ?? null, one.sameAs ?? null]);
            }""",
            [text, int(now.timestamp())],
        )
        return [((said[0], said[1], said[2]), asked, same_as) for said, asked, same_as in rows]


def serve(route: Route, files: Mapping[str, bytes]) -> None:
    """Answer for the host: an empty page, the page's modules, and the files."""
    path = urlsplit(route.request.url).path
    script = STATIC / path.removeprefix("/c/static/")
    if path == "/":
        route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html")
    elif path.startswith("/c/static/") and script.is_file():
        route.fulfill(body=script.read_bytes(), content_type="text/javascript")
    elif path in files:
        route.fulfill(body=files[path], content_type="application/octet-stream")
    else:
        route.fulfill(status=404)


def _bundle(world: World) -> Bundle | None:
    try:
        return signed_data.read_bundle(world.files[f"{TRUST}bundle"], ROOT.public_key)
    except (KeyError, ValueError):
        return None


def _withdrawals(world: World, issuer: Issuer) -> Withdrawals | None:
    try:
        body = world.files[f"{world.folder(issuer)}withdrawals"]
        return signed_data.read_withdrawals(body, issuer) if issuer.withdrawals_url else None
    except (KeyError, ValueError):
        return None


def _issued(world: World, issuer: Issuer, kid: str, root: bytes, count: int) -> merkle.IssuedList | None:
    try:
        return merkle.read_list(world.files[f"{world.folder(issuer)}issued/{kid}"], root, count)
    except (KeyError, ValueError):
        return None
