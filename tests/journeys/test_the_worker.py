"""The worker of the checking page between a slow network, a full phone and what it kept."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

WORKER = Path(__file__).parents[2] / "assessor" / "verification" / "static" / "sw.js"
OF_NOW = "of now, its parts lie in /c/static/2/"
#: Runs the worker with stand-ins for what it finds around it. Every wait is a twentieth of what it says.
#: Gives what the page gets for an address, and what is kept of it afterwards.
STAND_INS = """async ({ worker, address, late, full, kept, gives, isCut }) => {
  const url = new URL(address, 'https://v.badges.example').href, listeners = {}, cache = new Map(), waiting = [];
  if (kept) cache.set(url, new Response(kept));
  const put = async (key, got) => {
    if (full) throw new DOMException('The phone is full.', 'QuotaExceededError');
    cache.set(key, got);
  };
  const match = async key => cache.get(key)?.clone();
  const caches = { match, open: async () => ({ put, match }), keys: async () => [], delete: async () => true };
  const setTimeout = (work, ms) => self.setTimeout(work, ms / 20);
  const cut = () => new ReadableStream({ start: to => { to.enqueue(new Uint8Array(9)); to.error(new Error('cut')); } });
  const asked = [], fetch = () => new Promise(give => {
    asked.push(url);
    setTimeout(() => give(new Response(isCut ? cut() : gives)), late);
  });
  const location = new URL('https://v.badges.example/c/sw.js?trust=/c/trust/&status=/status/&static=/c/static/2/');
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
  for (let next = 0; next < waiting.length; next++) await waiting[next]; // some begin others
  const stored = cache.get(url);
  const keeps = await stored?.text() ?? null;
  return { text, kept: keeps, says: stored?.headers.has('X-Kept') ?? false, asked: asked.length };
}"""


#: Lets the worker install itself where one file cannot be had. Gives whether it refused, and what it kept.
INSTALLS = """async ({ worker, missing, scope, pages, version }) => {
  const listeners = {}, cache = new Map(), waiting = [];
  const put = async (key, got) => cache.set(new URL(key).pathname, await got.text());
  const caches = { open: async () => ({ put }) };
  const fetch = async address => {
    const { pathname } = new URL(address), status = pathname.endsWith(missing || 'no such file') ? 404 : 200;
    const html = `<!doctype html><html lang="el"><link href="/c/static/${version}/verify.css">`;
    return new Response(pages.includes(pathname) ? html : pathname, { status });
  };
  const host = 'https://v.badges.example', query = 'trust=/c/trust/&status=/status/&static=/c/static/2/';
  const location = new URL(`${host}/c/sw.js?${query}`);
  const addEventListener = (name, listener) => { listeners[name] = listener; };
  const inside = { registration: { scope: host + scope }, skipWaiting() {}, addEventListener };
  new Function('self', 'location', 'caches', 'fetch', worker)(inside, location, caches, fetch);
  listeners.install({ waitUntil: work => waiting.push(work) });
  const refused = (await Promise.allSettled(waiting)).some(one => one.status === 'rejected');
  return { refused, kept: [...cache.keys()] };
}"""

#: Lets a worker take over from an older one. Gives what each cache holds then.
TAKES_OVER = """async ({ worker, older }) => {
  const host = 'https://v.badges.example', listeners = {}, waiting = [], all = new Map();
  const open = async name => {
    if (!all.has(name)) all.set(name, new Map());
    const held = all.get(name), address = of => of.url ?? of;
    return {
      put: async (of, got) => held.set(address(of), got),
      match: async of => held.get(address(of))?.clone(),
      delete: async of => held.delete(address(of)),
      keys: async () => [...held.keys()].map(url => ({ url })),
    };
  };
  const caches = { open, keys: async () => [...all.keys()], delete: async name => all.delete(name) };
  const lay = async (name, version, ...places) => {
    const cache = await open(name);
    for (const place of places) await cache.put(`${host}${place}`, new Response(version));
  };
  await lay('certificate-check /other/c /1/', '1', '/c');
  await lay(older, '1', '/c', '/c/static/1/judge.js', '/c/trust/bundle', '/status/1.jwt', '/c/trust/withdrawals');
  await lay('certificate-check /c /2/', '2', '/c/trust/bundle');
  const location = new URL(`${host}/c/sw.js?trust=/c/trust/&status=/status/&static=/c/static/2/`);
  const addEventListener = (name, listener) => { listeners[name] = listener; };
  const inside = { registration: { scope: `${host}/c` }, clients: { claim() {} }, addEventListener };
  new Function('self', 'location', 'caches', worker)(inside, location, caches);
  listeners.activate({ waitUntil: work => waiting.push(work) });
  await Promise.all(waiting);
  const told = async ([url, got]) => [new URL(url).pathname, await got.text()];
  const read = held => Promise.all([...held].map(told));
  return Object.fromEntries(await Promise.all([...all].map(async ([name, held]) => [name, await read(held)])));
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def answered(
    page: Page,
    address: str,
    late: int = 0,
    *,
    full: bool = False,
    kept: str = "",
    gives: str = OF_NOW,
    is_cut: bool = False,
) -> dict[str, Any]:
    """What the page gets when the network answers so many milliseconds late."""
    given = {"address": address, "late": late, "full": full, "kept": kept, "gives": gives, "isCut": is_cut}
    answer: dict[str, Any] = page.evaluate(STAND_INS, given | {"worker": WORKER.read_text(encoding="utf-8")})
    return answer


@pytest.mark.browser
@pytest.mark.parametrize("name", ["/c/trust/bundle", "/c/trust/withdrawals", "/status/3.jwt"])
def test_news_is_waited_for_and_what_is_kept_of_it_says_of_when_it_is(page: Page, name: str) -> None:
    in_time = answered(page, name, 4000, kept="of before")
    too_late = answered(page, name, 9000, kept="of before")

    assert in_time == {"text": OF_NOW, "kept": OF_NOW, "says": True, "asked": 1}
    assert too_late["text"] == "of before"


@pytest.mark.browser
def test_the_page_itself_is_not_waited_for_that_long(page: Page) -> None:
    answer = answered(page, "/c", 4000, kept="of before")

    assert answer == {"text": "of before", "kept": OF_NOW, "says": False, "asked": 1}


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/c", "/c/many", "/c/guide?language=el"])
def test_a_page_of_another_version_is_shown_and_left_to_the_worker_of_that_version(page: Page, address: str) -> None:
    answer = answered(page, address, kept="of before", gives="its parts lie in /c/static/3/")

    assert (answer["text"], answer["kept"]) == ("its parts lie in /c/static/3/", "of before")


@pytest.mark.browser
def test_a_part_that_was_kept_is_not_asked_for_again(page: Page) -> None:
    kept = answered(page, "/c/static/2/judge.js", kept="of this version")
    new = answered(page, "/c/static/2/judge.js")

    assert kept == {"text": "of this version", "kept": "of this version", "says": False, "asked": 0}
    assert new == {"text": OF_NOW, "kept": OF_NOW, "says": False, "asked": 1}


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/c", "/c/trust/bundle"])
def test_an_answer_that_is_cut_in_the_middle_is_none(page: Page, address: str) -> None:
    answer = answered(page, address, kept="of before", is_cut=True)

    assert (answer["text"], answer["kept"]) == ("of before", "of before")


@pytest.mark.browser
@pytest.mark.parametrize("older", ["certificate-check /c /1/", "certificate-check-1"])
def test_a_new_version_takes_over_what_is_signed_and_nothing_else(page: Page, older: str) -> None:
    left = page.evaluate(TAKES_OVER, {"worker": WORKER.read_text(encoding="utf-8"), "older": older})

    assert left == {
        "certificate-check /c /2/": [["/c/trust/bundle", "2"], ["/status/1.jwt", "1"], ["/c/trust/withdrawals", "1"]],
        "certificate-check /other/c /1/": [["/c", "1"]],
    }


@pytest.mark.browser
@pytest.mark.parametrize("name", ["/c", "/c/trust/bundle", "/status/3.jwt"])
def test_a_full_phone_gets_what_the_network_gives(page: Page, name: str) -> None:
    assert answered(page, name, full=True) == {"text": OF_NOW, "kept": None, "says": False, "asked": 1}


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


def installed(page: Page, missing: str = "", scope: str = "/c", version: int = 2) -> tuple[bool, set[str]]:
    """Whether it refused, and what is kept."""
    pages = ["/c", "/c/", "/c/index.html"]
    given = {
        "worker": WORKER.read_text(encoding="utf-8"),
        "missing": missing,
        "scope": scope,
        "pages": pages,
        "version": version,
    }
    answer = page.evaluate(INSTALLS, given)
    return answer["refused"], set(answer["kept"])


def parts() -> set[str]:
    """What the page is made of where it is served in Greek."""
    return {f"/c/static/2/{name}" for name in needed_by_the_page() | {"verify.css", "icons.svg", "words/el.json"}}


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


@pytest.mark.browser
def test_the_worker_keeps_nothing_where_the_host_has_gone_on_to_another_version(page: Page) -> None:
    assert installed(page, version=3) == (True, set())
