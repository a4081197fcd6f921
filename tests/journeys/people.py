"""The cast: what Ada, Olu and an employer do with real taps on what they see."""

import re
from functools import cache

from playwright.sync_api import APIResponse, Locator, Page, expect

from assessor.frameworks import digcomp_3_0
from assessor.items.item import Item
from assessor.items.source import load_bank
from tests.journeys import papers
from tests.journeys.installation import ROOT, Installation

BANK = ROOT / "question_banks" / "digcomp-first-steps"
NEW_PASSWORD = "three words together"
MOST_QUESTIONS = 40
LOOKS = 60


@cache
def questions() -> dict[frozenset[str], Item]:
    """Every question by the ids of its options or messages; those are on the page in every language."""
    bank = load_bank(BANK, digcomp_3_0.levels_by_outcome())
    return {_ids(item): item for item in bank.items}


def _ids(item: Item) -> frozenset[str]:
    parts = item.simulation.messages if item.simulation else item.options
    return frozenset(part.id for part in parts)


class Person:
    """Somebody at a screen. ``taps`` counts what a finger does; typing is counted in ``typed``."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = self.typed = 0
        self.touches = bool(page.evaluate("navigator.maxTouchPoints > 0"))
        self.has_scripts = bool(page.evaluate("matchMedia('(scripting: enabled)').matches"))

    def tap(self, target: Locator) -> None:
        """Tap (or click) something that can be seen."""
        self.taps += 1
        if self.touches:
            target.tap()
        else:
            target.click()

    def follows(self, target: Locator) -> None:
        """Tap something that leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.tap(target)

    def type(self, target: Locator, text: str) -> None:
        """Write into a field."""
        self.typed += 1
        target.fill(text)

    def button(self, words: str) -> Locator:
        """The button with these words in the language that is seen now."""
        return self.page.locator("button:visible", has_text=words).first

    def link(self, words: str) -> Locator:
        """The link with these words."""
        return self.page.locator("main a:visible", has_text=words).first


class Ada(Person):
    """Sits the test. She knows the answers from the bank's own files."""

    @property
    def item(self) -> Item:
        """The question on the screen."""
        fields = self.page.locator("[data-answer] input[name=option], [data-answer] input[name=opened]")
        fields.first.wait_for(state="attached")
        self.page.wait_for_load_state("domcontentloaded")  # a slow page shows its first options first
        return questions()[frozenset(fields.evaluate_all("found => found.map(one => one.value)"))]

    @property
    def is_practising(self) -> bool:
        """Whether the question on the screen does not count."""
        return bool((self._presentation.get_attribute("value") or "").startswith("practice"))

    @property
    def has_finished(self) -> bool:
        """Whether the result is on the screen."""
        return self.page.url.endswith("/me/result")

    def scans(self, card: str) -> None:
        """The phone's camera opens the address of a card."""
        self.page.goto(card)

    def chooses(self, language: str) -> None:
        """Tap a language on the page after the scan."""
        self.tap(self.page.locator(".row .go", has_text=language))

    def starts(self) -> None:
        """Tap "Start practice"."""
        self.tap(self.page.locator(".bar .button.main"))
        self._presentation.wait_for(state="attached")

    def begins(self, card: str, language: str) -> None:
        """From the card to the first question of the practice."""
        self.scans(card)
        self.chooses(language)
        self.starts()

    def marks(self, item: Item) -> None:
        """Mark the right answer, as a finger does it."""
        if item.simulation:
            self._moves_messages(item)
        elif item.kind == "picture":
            self._taps_the_place(item)
        else:
            for right in sorted(item.key):
                self.tap(self.page.locator(f"label[for=o-{right}]:visible"))

    def answers(self) -> Item:
        """Answer the question on the screen rightly and press Next. Returns it."""
        item = self.item
        self.marks(item)
        self.leaves_by(self.page.locator("[data-answer] .bar .button.main"))
        return item

    def does_not_know(self) -> None:
        """Press "I don't know yet"."""
        self.leaves_by(self.page.locator("[data-answer] .bar [name=unknown]"))

    def leaves_by(self, button: Locator) -> None:
        """Press a button that leads to the next question, and wait for that."""
        now = self._presentation.get_attribute("value")
        self.tap(button)
        expect(self.page.locator(f"input[name=presentation][value='{now}']")).to_have_count(0)
        self.page.locator("input[name=presentation], .map-card").first.wait_for(state="attached")

    def practises(self) -> list[Item]:
        """Answer every question of the practice. Returns them."""
        done = []
        while self.is_practising:
            done.append(self.answers())
        return done

    def finishes(self) -> int:
        """Answer until the result comes. Returns the number of questions."""
        for count in range(MOST_QUESTIONS):
            if self.has_finished:
                return count
            self.answers()
        raise AssertionError(f"no result after {MOST_QUESTIONS} questions")

    def waits_until_it_is_signed(self) -> None:
        """The worker signs in the background; the page looks again by itself, and she does until the badge is there."""
        for _look in range(LOOKS):
            self.page.locator("#ways").wait_for()
            if self.page.locator("#ways a").count():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"no certificate after {LOOKS} looks")

    @property
    def _presentation(self) -> Locator:
        return self.page.locator("input[name=presentation]")

    def _taps_the_place(self, item: Item) -> None:
        (right,) = item.key
        box = next(option.box for option in item.options if option.id == right)
        picture = self.page.locator(".map img")
        picture.scroll_into_view_if_needed()
        shown = picture.bounding_box()
        assert box is not None
        assert shown is not None
        scale = shown["width"] / 320  # pictures are drawn 320 units wide
        x, y = shown["x"] + scale * (box[0] + box[2] / 2), shown["y"] + scale * (box[1] + box[3] / 2)
        self.taps += 1
        if self.touches:
            self.page.touchscreen.tap(x, y)
        else:
            self.page.mouse.click(x, y)
        expect(self.page.locator(f"#o-{right}")).to_be_checked()

    def _moves_messages(self, item: Item) -> None:
        assert item.simulation
        if self.has_scripts:
            self.page.locator("[data-inbox].live").wait_for()  # its script comes after the page
        for message in item.simulation.messages:
            if message.goal == "inbox":
                continue
            place = f"input[name='place-{message.id}'][value={message.goal}]"
            if not self.has_scripts:  # the form beside each letter
                self.tap(self.page.locator("label:visible", has=self.page.locator(place)))
                continue
            head = self.page.locator(f"label[for=m-{message.id}]")
            self.tap(head)  # marks it
            self.tap(head)  # opens it: the sender's address is inside
            expect(self.page.locator(f"#t-{message.id}")).to_be_visible()
            self.tap(self.page.locator(f".acts [data-act={message.goal}]"))
            expect(self.page.locator(place)).to_be_checked()


class Olu(Person):
    """Runs the organisation: groups, sessions, certificates."""

    def __init__(self, page: Page, installation: Installation) -> None:
        super().__init__(page)
        self.installation = installation

    def signs_in(self) -> None:
        """Sign in; the one-time password must be changed at once."""
        self.page.goto("/staff/")
        self.tries(self.installation.password)
        if self.installation.password == self.installation.one_time:
            expect(self.page).to_have_url(re.compile("/staff/password$"))
            self._chooses_a_password()
        expect(self.page.locator(".navigation")).to_be_attached()
        self.taps = self.typed = 0

    def tries(self, password: str) -> None:
        """Send the sign-in form."""
        self.type(self.page.locator("#login"), self.installation.login)
        self.type(self.page.locator("#password"), password)
        self.follows(self.page.locator("main .button.main"))

    def makes_a_group(self, names: list[str], language: str) -> None:
        """From the start page to a group with cards."""
        self.tap(self.page.locator(".big-act.main"))
        self.tap(self.page.locator("#names"))
        self.type(self.page.locator("#names"), "\n".join(names))
        self.tap(self.page.locator("main label:visible", has_text=language))
        self.tap(self.page.locator("#new-group .button.main"))

    def cards_pdf(self) -> bytes:
        """The cards as a PDF: a new tab opens it."""
        return self.opens_a_pdf(self.page.locator("a[href$='cards.pdf']"))

    def prints_the_cards(self) -> list[str]:
        """The addresses that a camera reads on the printed cards."""
        return papers.codes(self.cards_pdf())

    def opens_the_session(self) -> None:
        """Open the test that is chosen already."""
        self.tap(self.page.locator("form[action$='/sessions'] .button.main"))
        self.page.locator("#board").wait_for()

    def tile(self, nickname: str) -> Locator:
        """One person on the board."""
        return self.page.locator(".tile-live", has=self.page.get_by_text(nickname, exact=True))

    def opens_a_pdf(self, link: Locator) -> bytes:
        """Tap a link to a PDF. Its bytes are fetched beside the tab, because viewers do not hand them out."""
        with self.page.context.expect_page() as opened:
            self.tap(link)
        opened.value.close()
        answer: APIResponse = self.page.context.request.get(link.get_attribute("href") or "")
        assert answer.headers["content-type"] == "application/pdf"
        return answer.body()

    def opens_the_certificate(self, number: str) -> None:
        """From anywhere, by the number on the paper."""
        self.follows(self.page.locator(".navigation a", has_text="Certificates"))
        self.type(self.page.locator("#q"), number)
        self.follows(self.button("Find"))
        self.follows(self.page.locator("main li", has_text=number).locator("a"))

    def corrects_the_name(self, name: str) -> None:
        """On the page of a certificate: another spelling, looked at before it is made."""
        self.follows(self.link("Correct the name"))
        self.type(self.page.locator("#name"), name)
        self.follows(self.button("See how it looks"))
        expect(self.page.locator(".preview .printed")).to_have_text(name)
        self.tap(self.page.locator("label[for=agreed]"))
        self.follows(self.button("Make the new certificate"))

    def withdraws(self, reason: str) -> None:
        """On the page of a certificate."""
        self.follows(self.link("Withdraw"))
        self.tap(self.page.locator(f"label[for=r-{reason}]"))
        self.follows(self.button("Withdraw it"))

    def _chooses_a_password(self) -> None:
        for field, text in (
            ("#current", self.installation.password),
            ("#new", NEW_PASSWORD),
            ("#again", NEW_PASSWORD),
        ):
            self.type(self.page.locator(field), text)
        self.tap(self.page.locator("main .button.main"))
        self.installation.password = NEW_PASSWORD


class Employer(Person):
    """Has the paper in the hand and never heard of badges."""

    @property
    def verdict(self) -> str:
        """The word in large letters."""
        return self.page.locator(".banner[data-result] h1").inner_text()

    @property
    def result(self) -> int:
        """The number of the result in spec/qr.md, section 2."""
        return int(self.page.locator(".banner[data-result]").get_attribute("data-result") or 0)

    def opens(self, link: str) -> None:
        """Follow a link that somebody sent."""
        self.page.goto(link)
        self._waits()

    def uploads(self, name: str, content: bytes) -> None:
        """Check a file on the page for badges of anybody; below a report there is the form for the next."""
        if not self.page.url.endswith("/verify"):
            self.page.goto("/verify")
        self.page.locator("#file").set_input_files({"name": name, "mimeType": "", "buffer": content})
        self.follows(self.page.locator("form:has(#file) button"))
        self._waits()

    @property
    def reasons(self) -> str:
        """Why the checks of a badge did not pass."""
        return " ".join(self.page.locator("tr.failed .why").all_inner_texts())

    def scans(self, text: str) -> None:
        """The camera opens the text of a QR code; the verdict comes by itself."""
        self.page.goto(text)
        self._waits()

    def pastes(self, text: str) -> None:
        """Check a text on the page that was opened before."""
        self.page.goto("/c")
        self.type(self.page.locator("#text"), text)
        self.tap(self.page.locator("form:has(#text) button"))
        self._waits()

    def types_the_number(self, number: str) -> None:
        """Type the number under the code."""
        self.page.goto("/c")
        self.type(self.page.locator("#number"), number)
        self.tap(self.page.locator("form:has(#number) button"))
        self._waits()

    def _waits(self) -> None:
        self.page.locator(".banner[data-result]").wait_for()


def one_digit_changed(text: str) -> str:
    """The QR text with one digit of the signature changed: the last of the last whole group of 17."""
    prefix, digits = text.rsplit(".", 1)
    place = len(digits) // 17 * 17 - 1
    digit = "0" if digits[place] != "0" else "1"
    return f"{prefix}.{digits[:place]}{digit}{digits[place + 1 :]}"
