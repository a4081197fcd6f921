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
from assessor.certificates.text import is_rtl

PICTURES = Path(__file__).parent / "pictures"
FONTS = Path(fonts.__file__).parent / "fonts"
SIZE = 30.0  # points
PIXELS_A_POINT = 150 / 72


SANS, NASKH = ("NotoSans-Regular", 100), ("NotoNaskhArabic-Regular", 105)
DEVANAGARI, BENGALI = ("NotoSansDevanagari-Regular", 105), ("NotoSansBengali-Regular", 105)
ETHIOPIC, NASTALIQ = ("NotoSansEthiopic-Regular", 110), ("NotoNastaliqUrdu-Regular", 100)


@dataclass(frozen=True)
class BrowserLine:
    """A text, its language, and the font files that draw it, with their scale in percent."""

    text: str
    language: str
    families: tuple[tuple[str, int], ...] = (SANS,)


# "Certificate of digital skills" and a name, or near it, in every language of the service.
LINES = {
    "en": BrowserLine("Certificate of Łukasz Ñuñez, office AVATAR", "en"),
    "mt": BrowserLine("Ċertifikat ta' Ġorġ Għawdex, ħiliet diġitali", "mt"),
    "lv": BrowserLine("Apliecība: Žanis Ķēniņš, digitālās prasmes", "lv"),
    "el": BrowserLine("Βεβαίωση: Ελένη Παπαδοπούλου, δεξιότητες", "el"),
    "es": BrowserLine("Certificado: Íñigo Peña, competencias", "es"),
    "ar": BrowserLine("سميرة عبد الرحمن حداد", "ar", (NASKH,)),
    "uk": BrowserLine("Посвідчення: Олена Ґалаґан, цифрові навички", "uk"),
    "ru": BrowserLine("Свидетельство: Пётр Щёголев, навыки", "ru"),
    "fr": BrowserLine("Attestation de Zoë Lefèvre, compétences", "fr"),
    "ne": BrowserLine("रमेश श्रेष्ठ क्षत्रिय कार्यक्रम प्रमाणपत्र", "ne", (DEVANAGARI,)),
    "bn": BrowserLine("রহিম চৌধুরী যোগাযোগ ক্ষেত্র দক্ষতা", "bn", (BENGALI,)),
    "fa": BrowserLine("گواهی\u200cنامهٔ مهارت\u200cهای ژاله پورکریمی", "fa", (NASKH,)),
    "ur": BrowserLine("ڈیجیٹل مہارتوں کی سند برائے عائشہ خان", "ur", (NASTALIQ,)),
    "ti": BrowserLine("ምስክር ወረቀት ሃይለ ገብረስላሴ", "ti", (ETHIOPIC,)),
    "hi": BrowserLine("अंजलि शर्मा डिजिटल कौशल का प्रमाणपत्र", "hi", (DEVANAGARI,)),
    "tr": BrowserLine("Belge: İlkay Işıldağ, dijital beceriler", "tr"),
    "ro": BrowserLine("Certificat: Ștefan Țurcanu, competențe", "ro"),
    "it": BrowserLine("Attestato: Niccolò Dalò, perché può", "it"),
    "so": BrowserLine("Shahaado: Xaliimo Cabdi, xirfadaha", "so"),
    "vocalised": BrowserLine("السَّلامُ عَلَيْكُمْ", "ar", (NASKH,)),
    "dated-ar": BrowserLine("بتاريخ \u20662026-11-21\u2069", "ar", (NASKH, SANS)),
    "dated-fa": BrowserLine("تاریخ \u20662026-11-21\u2069", "fa", (NASKH, SANS)),
    "dated-ur": BrowserLine("بتاریخ \u20662026-11-21\u2069", "ur", (NASTALIQ, SANS)),
    "dated-ne": BrowserLine("मिति \u20662026-11-21\u2069", "ne", (DEVANAGARI, SANS)),
    "dated-ti": BrowserLine("ዕለት \u20662026-11-21\u2069", "ti", (ETHIOPIC, SANS)),
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
        latin = "unicode-range: U+20-7E;" if name == "NotoSans-Regular" and len(line.families) > 1 else ""
        faces += f"@font-face {{font-family: F; src: url(data:font/ttf;base64,{data}); size-adjust: {scale}%; {latin}}}"
    direction = "rtl" if is_rtl(line.language) else "ltr"
    return (
        f"<!doctype html><html lang={line.language} dir={direction}><meta charset=utf-8><style>{faces}"
        f"body {{margin: 40px; font: {SIZE * PIXELS_A_POINT}px/2.5 F; white-space: nowrap}}</style><p>{line.text}"
    )


def draw_all() -> None:
    """Draw every line in Chromium and store its picture."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        view = browser.new_page(viewport={"width": 2000, "height": 400})
        for name, line in LINES.items():
            view.set_content(page(line))
            view.evaluate("document.fonts.ready")
            shot = Image.open(BytesIO(view.screenshot()))
            cut_to_ink(shot).save(PICTURES / f"{name}.png", optimize=True)
            print(f"{name}.png", file=sys.stderr)
        browser.close()


if __name__ == "__main__":
    draw_all()
