"""What a browser keeps of our pages, and a phone that loses its network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page

from tests.journeys.browsing import Browsing, until

#: What a browser complains of when a page asks for something that is not there.
GONE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
#: What every check reads: without one of them the answer is another.
NEWS = ("/c/trust/bundle", "/c/trust/withdrawals", "/c/trust/catalogue*", "/status/1.jwt", "/status/1-suspension.jwt")
#: The scanner where a browser reads no codes by itself.
SCANNER = ("/c/static/scanner.js", "/c/static/vendor/zxing/reader.js", "/c/static/vendor/zxing/reader.wasm.gz")
#: Whether all addresses are kept; * stands for any end.
ARE_KEPT = """async wanted => {
  const kept = [];
  for (const name of await caches.keys()) kept.push(...await (await caches.open(name)).keys());
  const isAt = place => ({ url }) => (place.endsWith('*') ? url.startsWith(place.slice(0, -1)) : url === place);
  return wanted.map(place => new URL(place, location).href).every(place => kept.some(isAt(place)));
}"""


def kept(page: Page, *paths: str, news: tuple[str, ...] = NEWS) -> None:
    """Wait until the worker has kept these, and the news."""
    until(page, f"({ARE_KEPT})({json.dumps([*paths, *news])})")


@contextmanager
def cellar(browsing: Browsing, context: BrowserContext) -> Iterator[None]:
    """No network inside; what a page still asks for there is no complaint."""
    context.set_offline(True)
    with browsing.watch.expecting(*GONE):
        yield
        for page in context.pages:
            page.wait_for_load_state("networkidle")
