"""Bytes and requests of a visit, counted by the browser itself."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

KB = 1000
#: What a page may cost with nothing kept from before (DESIGN, section 1): one with a question, one that checks.
ITEM_PAGE, VERIFICATION_PAGE = 60 * KB, 40 * KB


@dataclass
class Meter:
    """Counts what comes over the network into one page, with headers, as it was encoded."""

    page: Page
    asked: dict[str, str] = field(default_factory=dict)
    named_by_the_page: set[str] = field(default_factory=set)
    sizes: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session = self.page.context.new_cdp_session(self.page)
        self.session.on("Network.requestWillBeSent", self._asked)
        self.session.on("Network.loadingFinished", self._finished)
        self.session.send("Network.enable")

    def first_visit(self, address: str) -> None:
        """Open a page with an empty cache, and wait until it is silent."""
        self.session.send("Network.clearBrowserCache")
        self.visit(address)

    def visit(self, address: str) -> None:
        """Open a page with what the cache has, and wait until it is silent."""
        self.asked.clear()
        self.named_by_the_page.clear()
        self.sizes.clear()
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")

    @property
    def total(self) -> float:
        """Bytes of everything."""
        return sum(self.sizes.values())

    def bill(self) -> str:
        """Who cost what."""
        return "\n".join(f"{size:8.0f}  {self.asked.get(one, one)}" for one, size in self.sizes.items())

    def _asked(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("data:"):
            return
        self.asked[event["requestId"]] = event["request"]["url"]
        if event["initiator"]["type"] in ("parser", "other"):
            self.named_by_the_page.add(event["request"]["url"])

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.asked:
            self.sizes[event["requestId"]] = event["encodedDataLength"]
