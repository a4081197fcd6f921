"""What a camera and a photo see of a certificate, and an employer who uses the page's own scanner."""

import io
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import qrcode
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Route, expect

from assessor.certificates import signed_data
from tests.journeys import papers
from tests.journeys.browsing import launch_kind
from tests.journeys.people import Employer
from tests.unit.certificates import trusted

TABLE = "#6b5a48"
#: A camera before which papers are laid one after the other: `lay(n)`.
CAMERA = """(() => {
  if (!navigator.mediaDevices) return; // an empty page
  const canvas = document.createElement('canvas'), drawing = canvas.getContext('2d');
  [canvas.width, canvas.height] = [900, 900];
  const pictures = PICTURES.map(source => Object.assign(new Image(), { src: source }));
  let laid = 0;
  window.lay = place => { laid = place; };
  setInterval(() => {
    drawing.fillStyle = '#fff';
    drawing.fillRect(0, 0, 900, 900);
    drawing.drawImage(pictures[laid], 50, 50, 800, 800);
  }, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
})()"""


class Scanning(Employer):
    """Uses the page that is open: its camera button, and its field for files."""

    def begins(self) -> None:
        """Open the page without a code."""
        self.page.goto("/c")
        self.page.locator(".scanner button").wait_for()

    def opens_the_camera(self) -> None:
        """Tap "Scan with the camera"."""
        self.tap(self.page.locator(".scanner button.main"))

    @contextmanager
    def waiting_for_the_scanner(self) -> Iterator[None]:
        """The camera is open, and the decoder still on its way."""
        waiting: list[Route] = []
        self.page.route("**/reader.wasm.gz", lambda route: waiting.append(route))
        with self.page.expect_request("**/reader.wasm.gz"):
            self.opens_the_camera()
        expect(self.page.locator("video")).to_have_js_property("readyState", 4)
        yield
        waiting.pop().continue_()

    def chooses(self, name: str, kind: str, content: bytes) -> None:
        """Choose a file, as from the phone's photos."""
        self.page.locator("#file").set_input_files({"name": name, "mimeType": kind, "buffer": content})

    def reads_the_verdict(self) -> str:
        """Wait for the result. Returns its word."""
        self._waits()
        return self.verdict


def sheet(paper: bytes) -> Image.Image:
    """The first page as somebody's phone sees it: on a table, and not straight."""
    page = papers.pictures(paper, dpi=150)[0].convert("RGB")
    return page.rotate(4, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=TABLE)


def photo(paper: bytes) -> bytes:
    """A photo of it as JPEG."""
    return _saved(sheet(paper), "JPEG")


def code(text: str) -> bytes:
    """A picture of nothing but a code, with that text, as PNG."""
    return _saved(qrcode.make(text, border=4).get_image(), "PNG")


def beside(one: str, other: str) -> bytes:
    """A picture of two codes beside each other, as PNG."""
    left, right = (qrcode.make(text, border=4).get_image().convert("RGB") for text in (one, other))
    both = Image.new("RGB", (left.width + right.width, max(left.height, right.height)), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    return _saved(both, "PNG")


def blank() -> bytes:
    """A picture of nothing."""
    return _saved(Image.new("RGB", (300, 300), TABLE), "PNG")


def huge() -> bytes:
    """A picture of more pixels than a phone should draw, in a small file."""
    out = io.BytesIO()
    Image.new("1", (9000, 6000)).save(out, "PNG")
    return out.getvalue()


def film(paper: bytes, path: Path) -> Path:
    """A film of one picture for the camera that Chromium plays: the lower part of the sheet, 1280 × 720."""
    seen = sheet(paper)
    picture = Image.new("RGB", (1280, 720), TABLE)
    part = seen.crop((0, seen.height - 900, seen.width, seen.height))
    part.thumbnail(picture.size)
    picture.paste(part, ((picture.width - part.width) // 2, 0))
    path.write_bytes(_saved(picture, "JPEG"))
    return path


def launch_with_camera(browser: Browser, film: Path) -> Browser:
    """The same Chromium once more, with a camera that shows a film."""
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    return launch_kind(browser.browser_type, *camera)


def lay_before_the_camera(context: BrowserContext, *pictures: bytes) -> None:
    """Give pages a camera that sees the first of these PNGs, and after `lay(n)` another."""
    sources = [f"data:image/png;base64,{b64encode(picture).decode()}" for picture in pictures]
    context.add_init_script(CAMERA.replace("PICTURES", json.dumps(sources)))


def in_a_world_of_its_own(context: BrowserContext, address: str, bundle_ended: timedelta) -> str:
    """Let a phone trust the world of the unit tests, with a bundle that ended so long ago. Returns a QR text in it."""
    prefix = f"{address}/c"
    bundle = trusted.bundle(trusted.issuer(prefixes=(prefix,)), expires=trusted.NOW - bundle_ended)
    answers: dict[str, str | bytes] = {
        "**/c/trust/bundle": signed_data.sign_bundle(bundle, trusted.ROOT),
        "**/status/3.jwt": trusted.both_lists()[trusted.LIST],
        "**/status/3-suspension.jwt": trusted.both_lists()[trusted.HOLD_LIST],
    }
    for place, body in answers.items():
        context.route(place, partial(_answers, body))
    context.route(prefix, _pins_the_root)
    return trusted.text(prefix=prefix)


def _answers(body: str | bytes, route: Route) -> None:
    route.fulfill(body=body)


def _pins_the_root(route: Route) -> None:
    answer = route.fetch()
    page = re.sub(r'data-root="\w+"', f'data-root="{trusted.ROOT.public_key.hex()}"', answer.text())
    route.fulfill(response=answer, body=re.sub(r'data-issuer="[^"]+"', 'data-issuer="open-door"', page))


def _saved(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, kind)
    return out.getvalue()
