"""What Ada does with a certificate that she has: show it, take it along, let an app read it."""

import io
from urllib.parse import parse_qs, urlsplit

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.codes import qr_codes
from tests.journeys.browsing import Browsing
from tests.journeys.installation import Installation
from tests.journeys.people import LOOKS, Ada, Olu


class Holder(Ada):
    """Ada after the test, on her own phone. ``address``: the page of her certificate in "My proof"."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.address = ""

    def gives_her_name(self, name: str) -> None:
        """From the result to the certificate. The badge may say the name as well."""
        self.page.reload()
        self.follows(self.page.locator(".bar .button.main"))
        self.type(self.page.locator("#name"), name)
        self.tap(self.page.locator("label[for=agreed]"))
        self.tap(self.page.locator("label[for=named_in_badge]"))
        self.follows(self.page.locator("[value=make]"))
        self.waits_until_it_is_signed()

    def opens_my_proof(self) -> None:
        """From the page of the certificate: "More ways"."""
        self.follows(self.link("More ways"))
        self.address = self.page.url

    def returns(self) -> None:
        """Open "My proof" again."""
        self.page.goto(self.address)

    def waits_for_the_new_one(self, name: str) -> None:
        """The worker signs in the background: she opens the page until the name is there with its files."""
        for _look in range(LOOKS):
            self.returns()
            if self.page.locator(".printed", has_text=name).count() and self.page.locator("bdi.code").count():
                return
            self.page.wait_for_timeout(500)
        raise AssertionError(f"no certificate of {name} after {LOOKS} looks")

    def takes(self, form: str) -> bytes:
        """The certificate as a file, by the link on the page. A tab that shows a PDF would not hand it out."""
        link = self.page.locator(f"a[href$='/file.{form}']")
        answer = self.page.context.request.get(link.get_attribute("href") or "")
        assert answer.ok
        return answer.body()

    @property
    def number(self) -> str:
        """The number of her certificate, on its page."""
        return self.page.locator("bdi.code").inner_text()

    def makes_a_link(self, *parts: str) -> str:
        """A link that shows these parts (name, level, areas, conditions). Returns it."""
        self.follows(self.link("Show it with a link"))
        for part in parts:
            self.tap(self.page.locator(f"label[for={part}]"))
        self.follows(self.button("Make the link"))
        return self.page.locator("#address").input_value()

    def ends_the_link(self) -> None:
        """On the page of the link."""
        self.follows(self.button("End it"))

    def asks_for_linkedin(self) -> str:
        """Read what LinkedIn gets, and say yes. Returns where the next tap leads."""
        self.follows(self.link("Add to LinkedIn"))
        expect(self.page.locator("a[href*='linkedin.com']")).to_have_count(0)
        self.follows(self.button("Yes, make the link"))
        return self.page.locator("main a[href*='linkedin.com']").get_attribute("href") or ""

    def offers_to_another_phone(self) -> tuple[str, str]:
        """What a wallet scans from her screen, and the digits that she reads out."""
        self.follows(self.link("Put it in a wallet"))
        self.follows(self.button("In another phone"))
        [code] = qr_codes(Image.open(io.BytesIO(self.page.locator("svg.qr").screenshot())))
        self.follows(self.link("Show the number"))
        return str(code.text), self.page.locator(".digits-shown").inner_text()

    def offers_to_her_own_phone(self) -> str:
        """The link that opens a wallet on this phone."""
        self.follows(self.link("Put it in a wallet"))
        self.follows(self.button("In this phone"))
        return self.link("Open my wallet").get_attribute("href") or ""

    def apps(self) -> Locator:
        """Everything that may read her badges."""
        self.page.goto("/me/apps")
        return self.page.locator("main section")


def certified(browsing: Browsing, installation: Installation, name: str) -> tuple[Holder, Olu]:
    """Ada has sat the test in English and holds a certificate with this name; Olu is signed in."""
    olu = Olu(browsing.desktop().new_page(), installation)
    olu.signs_in()
    olu.makes_a_group(["Ada", "Olena"], "English")
    card, _other = olu.prints_the_cards()
    olu.opens_the_session()
    ada = Holder(browsing.phone().new_page())
    ada.scans(card)
    ada.chooses("English")
    ada.starts()
    ada.practises()
    ada.finishes()
    olu.follows(olu.page.locator("#to-certificates"))
    olu.follows(olu.button("Yes, I saw them do it themselves"))
    ada.gives_her_name(name)
    return ada, olu


def query(address: str) -> dict[str, str]:
    """The parameters of an address, each once."""
    return {name: one for name, [one] in parse_qs(urlsplit(address).query).items()}
