"""The worker of the checking page between a slow network, a full phone and what it kept."""

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
