"""The page at the address of every code: its camera, its photos, its languages, and what it says without a network."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import scanning
from tests.journeys.browsing import Browsing
from tests.journeys.conftest import HOLDER, SECOND
from tests.journeys.installation import Installation
from tests.journeys.keeping import SCANNER, cellar, kept
from tests.journeys.people import Employer
from tests.journeys.reading import Reader
from tests.journeys.scanning import Scanning
from tests.journeys.test_many_at_once import photos
from tests.unit.certificates import trusted

LOOKS = [
    ("en", {"color_scheme": "light"}),
    ("fa", {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}}),
]
#: The camera may be used; the decoder comes from the network, where a test can hold it.
ALLOWED: dict[str, Any] = {"permissions": ["camera"], "service_workers": "block"}
#: A browser of some years ago: it has WebCrypto, and does not know Ed25519.
OLDER = """
const known = crypto.subtle?.importKey.bind(crypto.subtle);
if (known) crypto.subtle.importKey = (format, key, kind, ...rest) => kind === 'Ed25519'
  ? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError')) : known(format, key, kind, ...rest);
"""
KEEPS_THE_STREAM = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async wanted => (self.stream = await ask(wanted));
"""
STATES = "stream.getTracks().map(track => track.readyState)"
HIDES = """() => {
  Object.defineProperty(document, 'hidden', { get: () => true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture(scope="package")
def film(paper: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the phone's camera sees: the certificate of `qr_text` on a table."""
    return scanning.film(paper, tmp_path_factory.mktemp("film") / "sheet.mjpeg")


@pytest.fixture
def with_camera(browser: Browser, film: Path, installation: Installation) -> Iterator[Browsing]:
    """Phones whose camera sees the certificate, watched as all others."""
    chromium = scanning.launch_with_camera(browser, film)
    windows = Browsing(chromium, installation.address)
    yield windows
    windows.close()
    chromium.close()
    windows.watch.check()


@pytest.mark.browser
@pytest.mark.parametrize(("code", "look"), LOOKS, ids=["left to right", "right to left"])
def test_the_camera_of_the_page_reads_a_certificate(with_camera: Browsing, code: str, look: dict[str, Any]) -> None:
    reader = Reader()
    employer = Scanning(with_camera.phone(code, **ALLOWED, **look).new_page())
    employer.begins()
    reader.reads(employer.page, "start")

    with employer.waiting_for_the_scanner():
        reader.reads(employer.page, "scanner")
    employer.reads_the_verdict()

    assert employer.result == 1
    expect(employer.page.locator(".who h2")).to_have_text(HOLDER)
    assert employer.page.evaluate("location.pathname + location.hash") == "/c"
    reader.reads(employer.page, "result")
    employer.page.evaluate("document.querySelector('.banner').id = 'before'")
    employer.tap(employer.page.locator(".buttons button").last)  # check another: the camera sees the same sheet again
    expect(employer.page.locator("#before")).to_have_count(0)
    assert employer.reads_the_verdict()
    reader.check()


@pytest.mark.browser
def test_a_camera_that_is_refused_is_told_in_words(with_camera: Browsing) -> None:
    employer = Scanning(with_camera.phone().new_page())
    employer.begins()

    employer.opens_the_camera()

    expect(employer.page.locator("[role=status]", has_text="not allowed here")).to_be_visible()
    expect(employer.page.locator(".scanner button")).to_have_text("Scan with the camera")


@pytest.mark.browser
def test_a_scanner_that_does_not_come_is_told_in_words_and_ends_the_camera(with_camera: Browsing) -> None:
    employer = Scanning(with_camera.phone(**ALLOWED).new_page())
    employer.page.add_init_script(KEEPS_THE_STREAM)
    employer.begins()
    employer.page.route("**/reader.wasm.gz", lambda route: route.abort())

    with with_camera.watch.expecting("ERR_FAILED"):
        employer.opens_the_camera()
        expect(employer.page.locator("[role=status]", has_text="could not be loaded")).to_be_visible()

    assert employer.page.evaluate(STATES) == ["ended"]
    expect(employer.page.locator("video")).to_have_count(0)


@pytest.mark.browser
def test_the_camera_ends_when_the_page_is_hidden(with_camera: Browsing) -> None:
    employer = Scanning(with_camera.phone(**ALLOWED).new_page())
    employer.page.add_init_script(KEEPS_THE_STREAM)
    employer.begins()

    with employer.waiting_for_the_scanner():
        assert employer.page.evaluate(STATES) == ["live"]
        employer.page.evaluate(HIDES)
        expect(employer.page.locator("video")).to_have_count(0)

    assert employer.page.evaluate(STATES) == ["ended"]
    expect(employer.page.locator(".scanner button")).to_have_text("Scan with the camera")


@pytest.mark.browser
def test_a_photo_is_read_in_the_browser_and_never_sent(browsing: Browsing, paper: bytes) -> None:
    employer = Scanning(browsing.phone().new_page())
    employer.begins()
    sent: list[str] = []
    employer.page.on("request", lambda request: sent.append(request.method))

    employer.chooses("photo.jpg", "image/jpeg", scanning.photo(paper))

    assert employer.reads_the_verdict() == "Genuine"
    assert set(sent) == {"GET"}


@pytest.mark.browser
def test_a_code_of_somebody_else_is_read_and_not_opened(browsing: Browsing) -> None:
    employer = Scanning(browsing.phone().new_page())
    employer.begins()

    employer.chooses("code.png", "image/png", scanning.code("https://elsewhere.example/win#prize"))

    assert employer.reads_the_verdict() == "Another kind of code"
    assert employer.page.url.endswith("/c")
    expect(employer.page.locator("main")).not_to_contain_text("elsewhere.example")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "kind", "content", "said"),
    [
        ("empty.png", "image/png", scanning.blank(), "no square code"),
        ("broken.jpg", "image/jpeg", b"\xff\xd8\xff", "cannot read this picture"),
        ("large.pdf", "application/pdf", bytes(6 << 20), "too large"),
        ("wide.png", "image/png", scanning.huge(), "too large"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(
    browsing: Browsing, name: str, kind: str, content: bytes, said: str
) -> None:
    employer = Scanning(browsing.phone().new_page())
    employer.begins()

    employer.chooses(name, kind, content)

    expect(employer.page.locator("form:has(#file)")).to_contain_text(said)


@pytest.mark.browser
def test_a_picture_of_two_certificates_gets_no_single_verdict(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str]
) -> None:
    employer = Scanning(browsing.phone().new_page())
    employer.begins()

    employer.chooses("two.png", "image/png", scanning.beside(qr_text, withdrawn[0]))
    form = employer.page.locator("form:has(#file)")

    expect(form).to_contain_text("There are 2 codes in this picture.")
    expect(employer.page.locator(".banner")).to_have_count(0)
    employer.follows(form.locator("a"))
    assert employer.page.url.endswith("/c/many?language=en")


@pytest.mark.browser
def test_two_certificates_before_the_camera_do_not_share_a_verdict(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str]
) -> None:
    context = browsing.phone()
    scanning.lay_before_the_camera(context, scanning.beside(qr_text, withdrawn[0]), scanning.code(withdrawn[0]))
    employer = Scanning(context.new_page())
    employer.begins()

    employer.opens_the_camera()
    expect(employer.page.locator("section > [role=status]")).to_contain_text("There are 2 codes in this picture.")
    expect(employer.page.locator("section > [role=status] a")).to_have_count(1)
    assert employer.page.locator(".banner").count() == 0
    employer.page.evaluate("lay(1)")

    assert employer.reads_the_verdict() == "Withdrawn"


@pytest.mark.browser
def test_a_picture_with_one_certificate_twice_is_one(browsing: Browsing, qr_text: str) -> None:
    employer = Scanning(browsing.phone().new_page())
    employer.begins()

    employer.chooses("twice.png", "image/png", scanning.beside(qr_text, qr_text))

    assert employer.reads_the_verdict() == "Genuine"


@pytest.mark.browser
def test_a_number_in_the_field_of_texts_is_checked_as_a_number(browsing: Browsing, withdrawn: tuple[str, str]) -> None:
    employer = Employer(browsing.stranger().new_page())

    employer.pastes(f" {withdrawn[1].lower()} ")

    assert employer.result == 3
    assert employer.page.url.endswith("/c/number")


@pytest.mark.browser
@pytest.mark.parametrize("typed", ["", "  "])
def test_an_empty_text_is_told(browsing: Browsing, typed: str) -> None:
    page = browsing.phone().new_page()
    page.goto("/c")
    page.locator("#text").fill(typed)
    page.locator("form:has(#text) button").tap()

    expect(page.locator("#text")).to_be_focused()  # with what the browser itself says of an empty field
    assert page.evaluate("document.querySelector('#text').validity.valueMissing")
    expect(page.locator(".banner")).to_have_count(0)


@pytest.mark.browser
def test_a_pdf_goes_to_the_server_only_after_a_tap(browsing: Browsing, paper: bytes) -> None:
    employer = Scanning(browsing.phone().new_page())
    employer.begins()
    form = employer.page.locator("form:has(#file)")

    employer.chooses("certificate.pdf", "application/pdf", paper)
    expect(form).to_contain_text("We do not keep it.")
    employer.follows(form.locator("button"))

    assert employer.verdict == "Genuine"


@pytest.mark.browser
def test_after_one_visit_the_page_its_start_and_its_scanner_work_in_a_cellar(
    browsing: Browsing, qr_text: str, paper: bytes
) -> None:
    context = browsing.phone()
    visit = Scanning(context.new_page())
    visit.scans(qr_text)
    visit.begins()
    visit.chooses("photo.jpg", "image/jpeg", scanning.photo(paper))  # the scanner came once
    visit.reads_the_verdict()
    kept(visit.page, "/c", *SCANNER)
    visit.page.close()

    with cellar(browsing, context):
        below = Scanning(context.new_page())
        below.begins()
        below.chooses("certificate.pdf", "application/pdf", paper)
        expect(below.page.locator("form:has(#file)")).to_contain_text("only be checked with internet")
        below.chooses("photo.jpg", "image/jpeg", scanning.photo(paper))

        assert below.reads_the_verdict() == "Genuine"
        expect(below.page.locator(".who h2")).to_have_text(HOLDER)


@pytest.mark.browser
def test_whom_to_trust_could_not_be_loaded_is_not_a_no(browsing: Browsing, qr_text: str) -> None:
    context = browsing.phone(service_workers="block")
    context.route("**/c/trust/**", lambda route: route.abort())

    with browsing.watch.expecting("ERR_FAILED"):
        employer = Employer(context.new_page())
        employer.scans(qr_text)

        assert employer.verdict == "Cannot check"
        expect(employer.page.locator("main")).to_contain_text("We could not load our list of issuers.")
        expect(employer.page.locator("main")).to_contain_text("This is not a “no”.")
        expect(employer.page.locator("body")).not_to_contain_text(HOLDER)
        employer.page.close()  # it asks once more, to keep it


@pytest.mark.browser
@pytest.mark.parametrize(("ended", "result"), [(timedelta(days=-9), 1), (timedelta(days=9), 2)])
def test_an_old_list_of_issuers_makes_the_answer_amber(
    browsing: Browsing, installation: Installation, ended: timedelta, result: int
) -> None:
    context = browsing.phone(service_workers="block")
    text = scanning.in_a_world_of_its_own(context, installation.address, bundle_ended=ended)
    employer = Employer(context.new_page())
    employer.page.clock.set_fixed_time(trusted.NOW)

    employer.scans(text)

    assert (employer.verdict, employer.result) == ("Genuine", result)
    expect(employer.page.locator(".who h2")).to_have_text("Samira Haddad")
    expect(employer.page.locator(".foot", has_text="Our list of issuers is old.")).to_have_count(result - 1)


@pytest.mark.browser
@pytest.mark.parametrize(("slow", "said"), [(timedelta(days=700), True), (timedelta(hours=2), False)])
def test_a_slow_clock_is_named_where_it_makes_everything_look_old(
    browsing: Browsing, qr_text: str, slow: timedelta, said: bool
) -> None:
    employer = Employer(browsing.phone(service_workers="block").new_page())
    employer.page.clock.set_fixed_time(datetime.now(UTC) - slow)

    employer.scans(qr_text)

    assert employer.result == 2
    expect(employer.page.locator(".foot", has_text="The date of this device is wrong.")).to_have_count(int(said))
    expect(employer.page.locator(".foot", has_text="Last check")).to_have_count(int(not said))
    employer.page.goto("/c/many")
    employer.page.set_input_files("#photos", photos(qr_text))
    expect(employer.page.locator("tbody .why")).to_contain_text(
        "The date of this device is wrong." if said else "The list is old."
    )


@pytest.mark.browser
def test_an_older_phone_checks_with_our_own_arithmetic(browsing: Browsing, qr_text: str) -> None:
    context = browsing.phone(service_workers="block")
    context.add_init_script(OLDER)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    Employer(page).scans(qr_text)

    assert Employer(page).verdict == "Genuine"
    assert "noble-ed25519.js" in asked


@pytest.mark.browser
def test_the_language_of_the_reader_comes_first_and_another_keeps_the_result(browsing: Browsing, qr_text: str) -> None:
    employer = Employer(browsing.phone("ur").new_page())
    employer.scans(qr_text)
    page, chooser = employer.page, employer.page.locator("#language")

    assert chooser.locator("option").first.get_attribute("value") == "ur"
    assert chooser.locator("option").count() == 19
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    urdu = employer.verdict
    chooser.select_option("uk")

    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    expect(page.locator(".banner h1")).not_to_have_text(urdu)
    assert employer.result == 1
    expect(page.locator(".who h2")).to_have_text(HOLDER)
    expect(page.locator("#translation")).not_to_be_empty()
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0


@pytest.mark.browser
def test_what_the_server_writes_down_of_a_check_names_nobody(
    browsing: Browsing, installation: Installation, qr_text: str, paper: bytes
) -> None:
    employer = Scanning(browsing.stranger().new_page())

    employer.scans(qr_text)
    number = employer.page.locator(".compare .number").inner_text()
    employer.pastes(qr_text)
    employer.begins()
    employer.chooses("photo.jpg", "image/jpeg", scanning.photo(paper))
    employer.reads_the_verdict()
    employer.types_the_number(number)
    employer.uploads(f"{HOLDER}.pdf", paper)
    assert employer.verdict == "Genuine"

    written = installation.log
    assert "Check a paper" in written
    for secret in (HOLDER.split()[1], SECOND, number, number.replace("-", ""), qr_text.rpartition(".")[2][:24]):
        assert secret.lower() not in written.lower()
