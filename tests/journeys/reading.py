"""What somebody meets who sees little, hears the page, or has a narrow screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

MOST_TABS = 80


class Reader:
    """Looks at pages one after the other and remembers everything that is in somebody's way."""

    def __init__(self) -> None:
        self._axe = Axe()
        self.pages: list[str] = []
        self.barriers: list[str] = []

    def reads(self, page: Page, name: str) -> None:
        """Let axe-core judge the page as it is now; nothing may be wider than the screen."""
        self.pages.append(name)
        found = self._axe.run(page).response
        assert found["passes"], f"axe looked at nothing on {name}"
        for violation in found["violations"]:
            places = "; ".join(f"{node['target'][0]} {node['html'][:160]}" for node in violation["nodes"][:4])
            self.barriers.append(f"{name}: {violation['id']}, {violation['help']}: {places}")
        screen = page.viewport_size
        assert screen is not None
        wide = page.evaluate("document.documentElement.scrollWidth") - screen["width"]
        if wide > 0:
            self.barriers.append(f"{name}: {wide} px wider than the screen")

    def check(self) -> None:
        """Raise AssertionError with every barrier."""
        assert not self.barriers, "\n".join(self.barriers)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something that the selector means has the focus. Raises AssertionError."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with the Tab key")


def arrow_to(page: Page, values: frozenset[str]) -> None:
    """Press an arrow until the focused one of a group of radio buttons has one of the values."""
    for _press in range(MOST_TABS):
        if page.evaluate("document.activeElement.checked && document.activeElement.value") in values:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{sorted(values)} cannot be reached with the arrow keys")
