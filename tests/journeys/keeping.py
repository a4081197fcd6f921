"""What a browser keeps of our pages, and a phone that loses its network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page

from assessor.verification.views.context import PLACES
from tests.journeys.browsing import Browsing, NeverSo, until

#: The folder of the parts of our pages.
PARTS = PLACES["static"]
#: What a browser complains of when a page asks for something that is not there.
GONE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
#: What every check reads: without one of them the answer is another.
NEWS = ("/c/trust/bundle", "/c/trust/withdrawals", "/c/trust/catalogue*", "/status/1.jwt", "/status/1-suspension.jwt")
#: The scanner where a browser reads no codes by itself.
SCANNER = tuple(f"{PARTS}{name}" for name in ("scanner.js", "vendor/zxing/reader.js", "vendor/zxing/reader.wasm.gz"))
#: Which addresses are not kept, and the worker where it is not at work; * stands for anything.
MISSING = """async wanted => {
  const kept = [];
  for (const name of await caches.keys()) kept.push(...await (await caches.open(name)).keys());
  const isAt = place => {
    const [from, ...to] = place.split('*');
    return ({ url }) => (to.length ? url.startsWith(from) && url.endsWith(to[0]) : url === place);
  };
  const state = (await navigator.serviceWorker.getRegistration())?.active?.state;
  const missing = wanted.map(place => new URL(place, location).href).filter(place => !kept.some(isAt(place)));
  return state === 'activated' ? missing : [`worker: ${state}`, ...missing];
}"""


def kept(page: Page, *paths: str, news: tuple[str, ...] = NEWS) -> None:
    """Wait until the worker is at work, and has kept these and the news."""
    missing = f"({MISSING})({json.dumps([*paths, *news])})"
    try:
        until(page, f"{missing}.then(found => !found.length)")
    except NeverSo:
        raise NeverSo(f"not kept: {page.evaluate(missing)}") from None


@contextmanager
def cellar(browsing: Browsing, context: BrowserContext) -> Iterator[None]:
    """No network from here on; what a page asks for inside is no complaint."""
    context.set_offline(True)
    with browsing.watch.expecting(*GONE):
        yield
        for page in context.pages:
            page.wait_for_load_state("networkidle")
