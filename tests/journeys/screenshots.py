"""Pictures of the whole story for the documentation: ``python -m tests.journeys.screenshots docs/pictures``.

The same people press the same buttons as in the tests; the questions that Ada meets differ from run to run.
"""

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from tests.journeys import installation as installing
from tests.journeys import papers
from tests.journeys.browsing import Browsing, launch
from tests.journeys.holding import Holder
from tests.journeys.installation import Installation
from tests.journeys.people import Ada, Employer, Olu

MOST_BYTES = 150_000
NAMES = ("Samira", "Olena", "Bilal", "Rahel", "Thuy", "Kwame", "Nadia", "Prakash", "Fatou", "Maryna", "Yusuf", "Rosa")
ARABIC = "العربية"
HOLDER, SECOND = "Samira Haddad", "سميرة حدّاد"
SHARP: dict[str, Any] = {"device_scale_factor": 2}


class Album:
    """A folder of pictures, each at most 150 kB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, name: str, page: Page, whole: bool = False) -> None:
        """Keep what is on the screen; ``whole``: also what is below, as on a screen that is high enough."""
        page.wait_for_load_state("networkidle")
        size = page.viewport_size
        assert size is not None
        if whole:
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
        self.draw(name, Image.open(io.BytesIO(page.screenshot())))
        page.set_viewport_size(size)

    def draw(self, name: str, picture: Image.Image) -> None:
        """Keep a picture."""
        papers.save_small(picture, self.folder / f"{name}.png", MOST_BYTES)
        print(name, flush=True)


def main(folder: Path) -> None:
    """Start an installation, play the story, keep its pictures."""
    album = Album(folder)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        running = installing.start(Path(place))
        browser = launch(playwright)
        windows = Browsing(browser, running.address)
        try:
            play(album, windows, running)
            windows.watch.check()
        finally:
            windows.close()
            browser.close()
            running.stop()


def play(album: Album, windows: Browsing, running: Installation) -> None:
    """The story in the order of the pictures' numbers, but for the staff's."""
    album.keep("00-front", _opened(windows.phone(**SHARP).new_page(), "/"))
    olu = Olu(windows.desktop().new_page(), running)
    cards = staff_open_a_session(album, olu)
    samira = Ada(windows.phone("ar", **SHARP).new_page())
    begin(album, samira, cards[0])
    answer(album, samira)
    the_others_come(windows, cards)
    result(album, windows, samira, cards[0])
    show_the_board(album, windows, olu)
    confirm(album, olu)
    qr_text = certificate(album, samira)
    check(album, windows, qr_text)
    hand_over(album, windows, Holder(samira.page))
    withdraw(album, olu)
    employer = Employer(windows.phone(**SHARP).new_page())
    employer.scans(qr_text)
    album.keep("14-verify-withdrawn", employer.page, whole=True)


def staff_open_a_session(album: Album, olu: Olu) -> list[str]:
    """Sign in, new group, cards, session. Returns the addresses on the cards."""
    page = olu.page
    album.keep("15-sign-in", _opened(page, "/staff/sign-in"))
    olu.signs_in()
    album.keep("15-staff-start", page)
    page.locator(".big-act.main").click()
    page.locator("#names").fill("\n".join(NAMES))
    page.locator("main label:visible", has_text=ARABIC).click()
    album.keep("16-new-group", page, whole=True)
    with page.expect_navigation():
        page.locator("#new-group .button.main").click()
    album.keep("16-group", page, whole=True)
    sheet = olu.cards_pdf()
    album.draw("18-cards-pdf", papers.pictures(sheet, dpi=110)[0])
    olu.opens_the_session()
    return papers.codes(sheet)


def begin(album: Album, samira: Ada, card: str) -> None:
    """From the scan to the first question of the practice."""
    page = samira.page
    samira.scans(card)
    album.keep("01-card", page)
    album.keep("02-languages", _opened(page, "/me/languages"))
    page.goto("/me")
    samira.chooses(ARABIC)
    page.locator(".promises").wait_for()
    album.keep("03-what-happens", page)
    samira.starts()
    album.keep("04-practice", page)


def answer(album: Album, samira: Ada) -> None:
    """One picture of each kind: those that do not come in the test are of the practice."""
    page, wanted = samira.page, {"choice": "05-choice", "picture": "06-picture", "simulation": "07-inbox"}
    while samira.is_practising:
        if samira.item.kind in ("picture", "simulation"):
            _both_languages(album, f"{wanted[samira.item.kind]}-practice", page)
        samira.answers()
    rested = False
    while not samira.has_finished:
        if name := wanted.pop(samira.item.kind, ""):
            _both_languages(album, name, page)
        if samira.item.kind == "simulation" and name:
            _read_a_message(album, page)
        samira.answers()
        if not rested and not samira.has_finished and page.locator(".stitches .pause").count():
            rested = True
            page.goto("/me/rest?home=1")
            album.keep("08-rest", page)
            page.goto("/me/item")


def the_others_come(windows: Browsing, cards: list[str]) -> None:
    """Some answer, one practises, one rests, one calls."""
    for place, answers in enumerate((2, 5, 9, 3, 0), start=1):
        other = Ada(windows.phone("ar").new_page())
        other.scans(cards[place])
        other.chooses(ARABIC)
        other.starts()
        if answers:
            other.practises()
        for _count in range(answers):
            other.answers()
        if place == 2:
            other.tap(other.page.locator(".top form .mark"))
        if place == 3:
            other.page.goto("/me/rest")
            other.tap(other.page.locator("button[name=stop]"))


def result(album: Album, windows: Browsing, samira: Ada, card: str) -> None:
    """The result in both languages and in the dark."""
    album.keep("09-result", _opened(samira.page, "/me/result?home=0"), whole=True)
    album.keep("09-result-arabic", _opened(samira.page, "/me/result?home=1"), whole=True)
    dark = Ada(windows.phone("ar", color_scheme="dark", **SHARP).new_page())
    dark.scans(card)
    album.keep("09-result-dark", _opened(dark.page, "/me/result?home=1"), whole=True)
    samira.scans(card)


def show_the_board(album: Album, windows: Browsing, olu: Olu) -> None:
    """The board on a desktop, and on Olu's phone."""
    olu.page.locator(".alert-bar").wait_for()
    album.keep("17-board", olu.page)
    phone = windows.phone(storage_state=olu.page.context.storage_state(), **SHARP)
    album.keep("17-board-phone", _opened(phone.new_page(), olu.page.url))


def confirm(album: Album, olu: Olu) -> None:
    """Olu says that it was her."""
    page = olu.page
    with page.expect_navigation():
        page.locator("#to-certificates").click()
    album.keep("19-confirm", page)
    with page.expect_navigation():
        olu.button("Yes, I saw them do it themselves").click()


def certificate(album: Album, samira: Ada) -> str:
    """Name, certificate, paper. Returns the text of the QR code."""
    page = samira.page
    page.goto("/me/name?home=1")
    page.locator("#name").fill(HOLDER)
    page.locator("#second").fill(SECOND)
    samira.follows(page.locator("[value=preview]"))
    _show_home(page)
    samira.tap(page.locator("label[for=agreed]"))
    album.keep("10-name", page, whole=True)
    samira.follows(page.locator("[value=make]"))
    samira.waits_until_it_is_signed()
    album.keep("11-certificate", _opened(page, "/me/certificate?home=1"), whole=True)
    paper = page.context.request.get("/me/certificate.pdf").body()
    first, *others = papers.pictures(paper, dpi=100)
    album.draw("12-certificate-pdf", first)
    for number, other in enumerate(others, start=2):
        album.draw(f"12-certificate-pdf-{number}", other)
    (text,) = [code for code in papers.codes(paper) if "#" in code]
    return text


def check(album: Album, windows: Browsing, qr_text: str) -> None:
    """What an employer reads, in two languages and on a desktop."""
    for name, context in (
        ("13-verify-genuine", windows.phone(**SHARP)),
        ("13-verify-genuine-arabic", windows.phone("ar", **SHARP)),
        ("13-verify-genuine-desktop", windows.desktop()),
    ):
        employer = Employer(context.new_page())
        employer.scans(qr_text)
        album.keep(name, employer.page, whole=True)
    album.keep("13-verify-start", _opened(windows.phone(**SHARP).new_page(), "/c"), whole=True)


def hand_over(album: Album, windows: Browsing, samira: Holder) -> None:
    """What she does with her proof, what a link shows, and what the check of her badge file says."""
    page = _opened(samira.page, "/me/certificate?home=0")
    samira.opens_my_proof()
    for home, ending in enumerate(("", "-arabic")):
        page.locator(f".switch button[value='{home}']").tap()
        album.keep(f"23-my-proof{ending}", page, whole=True)
    page.locator(".switch button[value='0']").tap()
    badge = samira.takes("json")
    link = samira.makes_a_link("level", "conditions")
    album.keep("24-link", page, whole=True)
    album.keep("25-shared", _opened(windows.phone(**SHARP).new_page(), link), whole=True)
    samira.returns()
    samira.offers_to_another_phone()
    album.keep("26-wallet", page, whole=True)
    employer = Employer(windows.desktop().new_page())
    employer.uploads("badge.json", badge)
    album.keep("27-verify-badge", employer.page, whole=True)
    album.keep("28-issuer", _opened(windows.desktop().new_page(), "/issuer"), whole=True)


def withdraw(album: Album, olu: Olu) -> None:
    """The list of certificates, one of them, and the page before the withdrawal."""
    page = olu.page
    album.keep("20-certificates", _opened(page, "/staff/demo/certificates"))
    olu.follows(olu.link("Open"))
    album.keep("20-certificate", page)
    olu.follows(olu.link("Withdraw"))
    page.locator("label[for=r-mistake]").click()
    album.keep("21-withdraw", page)
    with page.expect_navigation():
        olu.button("Withdraw it").click()
    album.keep("22-translations", _opened(page, "/staff/demo/translations"))


def _both_languages(album: Album, name: str, page: Page) -> None:
    page.locator(".switch button[value='0']").tap()
    album.keep(name, page)
    page.locator(".switch button[value='1']").tap()
    album.keep(f"{name}-arabic", page)
    page.locator(".switch button[value='0']").tap()


def _read_a_message(album: Album, page: Page) -> None:
    heads: Locator = page.locator(".head:visible")
    heads.last.tap()
    heads.last.tap()
    album.keep("07-inbox-reading", page)
    page.reload()


def _show_home(page: Page) -> None:
    page.locator(".switch button[value='1']").tap()


def _opened(page: Page, address: str) -> Page:
    page.goto(address)
    return page


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.journeys.screenshots FOLDER")
    main(Path(sys.argv[1]))
