"""What the verification page costs: the check on a slow phone, and the bytes of a first view.

    python -m tests.benchmarks.bench_page

`page check`: from the start of `judge` to its answer, with the lists loaded, in Chromium with its processor slowed four
times; every check is of another certificate. Once with the browser's own Ed25519, once without it, as on older phones.
`large file`: a file of withdrawals of 1 MB, as a page opens it after years; the floor is `JSON.parse` of its text.
`first view`: what a phone that never was here loads when it scans a code, part by part, from a server of its own.
The browser computes its own Ed25519 outside the thread that is slowed, so that row flatters it; the other does not.
"""

import base64
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from assessor.certificates import signed_data
from assessor.certificates.trust import Withdrawal, Withdrawals, number_hash
from tests.benchmarks.timing import Row, print_table
from tests.journeys import installation, papers
from tests.journeys.browsing import PHONE, launch
from tests.journeys.two_checkers import ORIGIN, PLACES, STATUS, TRUST, serve
from tests.journeys.weighing import KB, VERIFICATION_PAGE, Meter
from tests.unit.certificates import hostile
from tests.unit.certificates.trusted import HOLD_LIST, LIST, NOW, ROOT, both_lists, bundle, text

SLOWER, CHECKS, GOAL = 4, 20, 50  # goal in ms
WITHDRAWN = 9500
LONGEST = 5000  # characters of a hostile input that are carried into the page

MEASURE = """async ([texts, places, now]) => {
  const { judge } = await import('/c/static/judge.js');
  const { Trust } = await import('/c/static/trust.js');
  const trust = new Trust(places), took = [];
  await trust.keepable('en');
  for (const text of JSON.parse(texts)) {
    let least = Infinity;
    for (let tries = 0; tries < 3; tries++) {
      const began = performance.now();
      await judge(text, trust, now);
      least = Math.min(least, performance.now() - began);
    }
    took.push(least);
  }
  return took;
}"""

CHECK = """async ([texts, places, now, withoutOwn]) => {
  if (withoutOwn) {
    const own = crypto.subtle.importKey.bind(crypto.subtle);
    crypto.subtle.importKey = (form, key, name, ...rest) =>
      (name === 'Ed25519' ? Promise.reject(new Error('not here')) : own(form, key, name, ...rest));
  }
  const { judge } = await import('/c/static/judge.js');
  const { Trust } = await import('/c/static/trust.js');
  const trust = new Trust(places), took = [];
  await trust.keepable('en');
  for (const text of texts) {
    const began = performance.now();
    const { result } = await judge(text, trust, now);
    took.push((performance.now() - began) / 1000);
    if (result !== 1) throw new Error(`result ${result}`);
  }
  return took;
}"""

OPEN = """async ([encoded, key]) => {
  const { readEnvelope, unhex } = await import('/c/static/check.js');
  const bytes = Uint8Array.from(atob(encoded), sign => sign.charCodeAt(0)), took = [];
  for (let tries = 0; tries < 5; tries++) {
    const began = performance.now();
    const envelope = readEnvelope(bytes, bytes.length);
    if (!await envelope.isSignedBy(unhex(key), 'obw1')) throw new Error('not signed');
    const said = new TextDecoder().decode(envelope.payload);
    const before = performance.now();
    JSON.parse(said);
    took.push([(performance.now() - began) / 1000, (performance.now() - before) / 1000]);
  }
  return took;
}"""


def main() -> None:
    """Measure and print."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        rows = []
        for name, without_own in (("Ed25519 of the browser", False), ("noble-ed25519", True)):
            first, *others = checks(browser, without_own=without_own)
            rows += [Row(f"{name}: first check", is_rate=False, seconds=[first])]
            rows += [Row(f"{name}: the next {CHECKS}", is_rate=False, seconds=others)]
        print_table(f"page check: processor slowed {SLOWER} times, goal {GOAL} ms", rows)
        large_file(browser)
        hostile_codes(browser)
        first_view(browser)
        browser.close()


def checks(browser: Browser, *, without_own: bool) -> list[float]:
    """Seconds of each check; the first also compiles, and loads noble-ed25519 where it is needed."""
    texts = [text(number=bytes([number, *range(7)])) for number in range(CHECKS + 1)]
    with opened(browser) as (page, places):
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        took: list[float] = page.evaluate(CHECK, [texts, places, int(NOW.timestamp()), without_own])
    return took


def large_file(browser: Browser) -> None:
    """Print what it takes to open, verify and read many withdrawals."""
    entries = {number_hash(bytes([*divmod(n, 256), *range(6)])): Withdrawal(NOW, "mistake") for n in range(WITHDRAWN)}
    signed = signed_data.sign_withdrawals(Withdrawals("did:web:badges.example", NOW, entries), ROOT)
    with opened(browser) as (page, _places):
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        took = page.evaluate(OPEN, [base64.b64encode(signed).decode(), ROOT.public_key.hex()])
    whole, floor = Row("opened, verified and read", "JSON.parse alone"), Row("JSON.parse alone")
    for seconds, parsing in took:
        whole.seconds.append(seconds)
        floor.seconds.append(parsing)
    title = f"large file: {WITHDRAWN:,} withdrawals, {len(signed) / KB:,.0f} kB, processor slowed {SLOWER} times"
    print_table(title, [floor, whole])


def hostile_codes(browser: Browser) -> None:
    """Print the dearest of the inputs that were made to cost much, the best of three tries each, at full speed."""
    named = {name: given[:LONGEST] for name, given in chain(hostile.floods(), hostile.envelopes())}
    with opened(browser) as (page, places):
        took = page.evaluate(MEASURE, [json.dumps(list(named.values())), places, int(NOW.timestamp())])
    milliseconds, name = max(zip(took, named, strict=True))
    print(f"\nhostile codes in the page: {len(named)}, most {milliseconds:.1f} ms at full speed (goal 5): {name}")


@contextmanager
def opened(browser: Browser) -> Iterator[tuple[Page, dict[str, str]]]:
    """A page that has the modules and the lists, and where they lie."""
    lists, trusted = both_lists(), bundle()
    files = {
        f"{TRUST}bundle": signed_data.sign_bundle(trusted, ROOT),
        f"{STATUS}3.jwt": lists[LIST].encode(),
        f"{STATUS}3-suspension.jwt": lists[HOLD_LIST].encode(),
    }
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/*", lambda route: serve(route, files))
        page.goto(f"{ORIGIN}/")
        yield page, PLACES | {"issuer": trusted.issuers[0].id}


def first_view(browser: Browser) -> None:
    """Print what a first visit with a code loads."""
    with tempfile.TemporaryDirectory() as folder, browser.new_context(**PHONE) as context:
        running = installation.start(Path(folder))
        try:
            code = _code(running, Path(folder) / "certificate.pdf")
            meter = Meter(context.new_page())
            meter.first_visit(code)
            _wait_for_result(meter.page)
        finally:
            running.stop()
    print(f"\nfirst view of a scanned code: {meter.total / KB:.1f} kB (goal {VERIFICATION_PAGE / KB:.0f})")
    for one, size in sorted(meter.sizes.items(), key=lambda part: -part[1]):
        print(f"{size / KB:6.1f} kB  {urlsplit(meter.asked[one]).path}")


def _code(running: installation.Installation, file: Path) -> str:
    award = running.command("award", "DIGI-FIRST-STEPS", "--name", "Ada Haddad", "--level", "2")
    running.command("export", award, "--format", "pdf", "--out", str(file))
    (code,) = [code for code in papers.codes(file.read_bytes()) if "#" in code]
    return code


def _wait_for_result(page: Page) -> None:
    result = page.locator("#main[data-result]").get_attribute("data-result")
    assert result == "1", f"result {result}"


if __name__ == "__main__":
    main()
