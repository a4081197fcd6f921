"""The worker of the checking page between a slow network, a full phone and what it kept."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

WORKER = Path(__file__).parents[2] / "assessor" / "verification" / "static" / "sw.js"
#: Runs the worker with stand-ins for what it finds around it. Every wait is a hundredth of what it says.
#: Gives what the page gets for an address, and what is kept of it afterwards.
STAND_INS = """async ({ worker, address, late, full, kept }) => {
  const url = new URL(address, 'https://v.badges.example').href, listeners = {}, cache = new Map(), waiting = [];
  if (kept) cache.set(url, new Response(kept));
  const put = async (key, got) => {
    if (full) throw new DOMException('The phone is full.', 'QuotaExceededError');
    cache.set(key, got);
  };
  const match = async key => cache.get(key)?.clone();
  const caches = { match, open: async () => ({ put, match }), keys: async () => [], delete: async () => true };
  const setTimeout = (work, ms) => self.setTimeout(work, ms / 100);
  const fetch = () => new Promise(give => setTimeout(() => give(new Response('of now')), late));
  const location = new URL('https://v.badges.example/c/sw.js?trust=/c/trust/&status=/status/');
  const inside = { registration: { scope: 'https://v.badges.example/c' }, addEventListener(name, listener) {
    listeners[name] = listener;
  } };
  const run = new Function('self', 'location', 'caches', 'fetch', 'setTimeout', worker);
  run(inside, location, caches, fetch, setTimeout);
  let answer = null;
  listeners.fetch({
    request: { method: 'GET', url }, respondWith: given => { answer = given; }, waitUntil: work => waiting.push(work),
  });
  const text = await (await answer).text();
  await Promise.all(waiting);
  const stored = cache.get(url);
  return { text, kept: await stored?.text() ?? null, says: stored?.headers.has('X-Kept') ?? false };
}"""


#: Lets the worker install itself where one file cannot be had. Gives whether it refused, and what it kept.
INSTALLS = """async ({ worker, missing, scope, pages }) => {
  const listeners = {}, cache = new Map(), waiting = [];
  const put = async (key, got) => cache.set(new URL(key).pathname, await got.text());
  const caches = { open: async () => ({ put }) };
  const fetch = async address => {
    const { pathname } = new URL(address), status = pathname.endsWith(missing || 'no such file') ? 404 : 200;
    return new Response(pages.includes(pathname) ? '<!doctype html><html lang="el">' : pathname, { status });
  };
  const host = 'https://v.badges.example', location = new URL(`${host}/c/sw.js?trust=/c/trust/&status=/status/`);
  const addEventListener = (name, listener) => { listeners[name] = listener; };
  const inside = { registration: { scope: host + scope }, skipWaiting() {}, addEventListener };
  new Function('self', 'location', 'caches', 'fetch', worker)(inside, location, caches, fetch);
  listeners.install({ waitUntil: work => waiting.push(work) });
  const refused = (await Promise.allSettled(waiting)).some(one => one.status === 'rejected');
  return { refused, kept: [...cache.keys()] };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def answered(page: Page, address: str, late: int = 0, *, full: bool = False, kept: str = "") -> dict[str, Any]:
    """What the page gets when the network answers so many milliseconds late."""
    given = {"worker": WORKER.read_text(encoding="utf-8"), "address": address, "late": late, "full": full, "kept": kept}
    answer: dict[str, Any] = page.evaluate(STAND_INS, given)
    return answer


@pytest.mark.browser
@pytest.mark.parametrize("name", ["/c/trust/bundle", "/c/trust/withdrawals", "/status/3.jwt"])
def test_news_is_waited_for_and_what_is_kept_of_it_says_of_when_it_is(page: Page, name: str) -> None:
    in_time = answered(page, name, 4000, kept="of before")
    too_late = answered(page, name, 9000, kept="of before")

    assert in_time == {"text": "of now", "kept": "of now", "says": True}
    assert too_late["text"] == "of before"


@pytest.mark.browser
def test_the_page_itself_is_not_waited_for_that_long(page: Page) -> None:
    assert answered(page, "/c", 4000, kept="of before") == {"text": "of before", "kept": "of now", "says": False}


@pytest.mark.browser
@pytest.mark.parametrize("name", ["/c", "/c/trust/bundle", "/status/3.jwt"])
def test_a_full_phone_gets_what_the_network_gives(page: Page, name: str) -> None:
    assert answered(page, name, full=True) == {"text": "of now", "kept": None, "says": False}


def needed_by_the_page() -> set[str]:
    """The modules that a visit loads: each that is imported by another, but for those that wait for a rare need."""
    rare = {"scanner.js", "merkle.js", "vendor/noble-ed25519.js"}
    found, waiting = set[str](), ["page.js"]
    while waiting:
        name = waiting.pop()
        if name not in found | rare:
            found.add(name)
            waiting += re.findall(
                r"(?:from |import\()'\./([\w./-]+)'", (WORKER.parent / name).read_text(encoding="utf-8")
            )
    return found


def installed(page: Page, missing: str = "", scope: str = "/c") -> tuple[bool, set[str]]:
    """Whether it refused, and what is kept."""
    pages = ["/c", "/c/", "/c/index.html"]
    given = {"worker": WORKER.read_text(encoding="utf-8"), "missing": missing, "scope": scope, "pages": pages}
    answer = page.evaluate(INSTALLS, given)
    return answer["refused"], set(answer["kept"])


def parts() -> set[str]:
    """What the page is made of where it is served in Greek."""
    return {f"/c/static/{name}" for name in needed_by_the_page() | {"verify.css", "icons.svg", "words/el.json"}}


@pytest.mark.browser
def test_the_worker_keeps_the_page_with_all_that_it_is_made_of(page: Page) -> None:
    assert installed(page) == (False, {"/c", *parts()})


@pytest.mark.browser
def test_a_host_that_gives_no_file_for_a_folder_gives_the_page_by_its_own_name(page: Page) -> None:
    assert installed(page, missing="/c/", scope="/c/") == (False, {"/c/", *parts()})


@pytest.mark.browser
@pytest.mark.parametrize("missing", ["/c", "judge.js", "start.js", "words/el.json"])
def test_the_worker_keeps_nothing_where_a_part_is_missing(page: Page, missing: str) -> None:
    assert installed(page, missing) == (True, set())
