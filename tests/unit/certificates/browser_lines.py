"""Single lines as Chromium draws them with our font files, to compare ours with.

    python -m tests.unit.certificates.browser_lines

draws the stored pictures anew (needs Chromium). They are 1 px = 1/150 inch, black on white, cut to the ink.
"""

import base64
import shutil
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

from assessor.certificates import fonts

PICTURES = Path(__file__).parent / "pictures"
FONTS = Path(fonts.__file__).parent / "fonts"
SIZE = 30.0  # points
PIXELS_A_POINT = 150 / 72


@dataclass(frozen=True)
class BrowserLine:
    """A text, its language and direction, and the font files that draw it, with their scale in percent."""

    text: str
    language: str
    families: tuple[tuple[str, int], ...]


LINES = {
    "latin": BrowserLine("Łukasz Ñuñez, office AVATAR", "en", (("NotoSans-Regular", 100),)),
    "arabic": BrowserLine("سميرة عبد الرحمن حداد", "ar", (("NotoNaskhArabic-Regular", 105),)),
    "vocalised": BrowserLine("السَّلامُ عَلَيْكُمْ", "ar", (("NotoNaskhArabic-Regular", 105),)),
    "dated": BrowserLine(
        "صدرت في \u20662026-11-21\u2069", "ar", (("NotoNaskhArabic-Regular", 105), ("NotoSans-Regular", 100))
    ),
    "devanagari": BrowserLine("क्षत्रिय कार्यक्रम", "ne", (("NotoSansDevanagari-Regular", 105),)),
    "bengali": BrowserLine("যোগাযোগ ক্ষেত্র", "bn", (("NotoSansBengali-Regular", 105),)),
    "cyrillic": BrowserLine("Олена Ґалаґан", "uk", (("NotoSans-Regular", 100),)),
}


def cut_to_ink(picture: Image.Image) -> Image.Image:
    """Crop a grey picture to what is not white."""
    grey = picture.convert("L")
    box = ImageChops.invert(grey).point(lambda value: 255 if value > 16 else 0).getbbox()
    return grey.crop(box)


def page(line: BrowserLine) -> str:
    """One line of HTML with the fonts inside. Digits and Latin come from Noto Sans, as on paper."""
    faces = ""
    for name, scale in line.families:
        data = base64.b64encode((FONTS / f"{name}.ttf").read_bytes()).decode("ascii")
        latin = "unicode-range: U+21-7E;" if name == "NotoSans-Regular" and len(line.families) > 1 else ""
        faces += f"@font-face {{font-family: F; src: url(data:font/ttf;base64,{data}); size-adjust: {scale}%; {latin}}}"
    direction = "rtl" if line.language == "ar" else "ltr"
    return (
        f"<!doctype html><html lang={line.language} dir={direction}><meta charset=utf-8><style>{faces}"
        f"body {{margin: 40px; font: {SIZE * PIXELS_A_POINT}px F; white-space: nowrap}}</style><p>{line.text}"
    )


def draw_all() -> None:
    """Draw every line in Chromium and store its picture."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        view = browser.new_page(viewport={"width": 1600, "height": 300})
        for name, line in LINES.items():
            view.set_content(page(line))
            view.evaluate("document.fonts.ready")
            shot = Image.open(BytesIO(view.screenshot()))
            cut_to_ink(shot).save(PICTURES / f"{name}.png", optimize=True)
            print(f"{name}.png", file=sys.stderr)
        browser.close()


if __name__ == "__main__":
    draw_all()
