"""Three other ways to draw a certificate, where they are installed: typst, WeasyPrint and fpdf2, measured beside ours.

Each draws the same texts and the symbol on two pages of A4, in our fonts, shaped and embedded, in the fastest sensible
way that we know: it keeps from one certificate to the next what its interface lets it keep. Only we draw badge, border,
marks and bars. typst and WeasyPrint write tags as we do; fpdf2 has none for text. The modules of the symbol come with
the content: computing them is in everybody's time.

None is a dependency: `peer.py` says how to make an environment with them.
"""

import importlib
import importlib.util
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from html import escape
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image

from assessor.certificates.certificate import CertificateContent
from assessor.certificates.text import RTL_LANGUAGES

NOT_INSTALLED = "{} is not installed, so nothing is compared with it: see tests/benchmarks/peer.py"
FONTS = Path(str(files("assessor.certificates"))) / "fonts"
SANS, SERIF, DISPLAY, ARABIC = "Noto Sans", "Noto Serif", "Noto Serif Display", "Noto Naskh Arabic"
MARGIN, SYMBOL = 18, 45  # mm

Draw = Callable[[CertificateContent], bytes]
Block = tuple[str, str]  # a kind and its text, of a table with tabs and new lines
Kind = tuple[str, tuple[str, ...], float, int]  # tag, families, points, weight

LATIN: Mapping[str, Kind] = {
    "certificate": ("h1", (DISPLAY,), 44, 400),
    "name": ("p", (DISPLAY,), 40, 400),
    "title": ("h2", (DISPLAY,), 26, 700),
    "heading": ("h2", (SANS,), 13, 700),
    "line": ("p", (SERIF,), 12.5, 400),
    "text": ("p", (SANS,), 10.5, 400),
    "table": ("table", (SANS,), 10.5, 400),
    "small": ("p", (SANS,), 9, 400),
}
ARABIC_KINDS = {
    f"{kind}-ar": (tag, (ARABIC, *fonts), size, weight) for kind, (tag, fonts, size, weight) in LATIN.items()
}
KINDS = {**LATIN, **ARABIC_KINDS}


def pages(content: CertificateContent) -> tuple[list[Block], list[Block]]:
    """Every text of our paper, in our order; a kind names the font of its script first."""
    said, spellings = content.labels, [name for name in (content.holder, content.second_spelling) if name]
    values = {"host": content.host, "list": content.not_tested, "page": 2, "pages": 2}
    level = said["level"].format(band=said[f"band_{content.band}"], level=content.level)
    bands = "  ".join(said[f"band_{band}"] for band in range(1, 5))
    tasks = [("heading", said["can_do"]), *(("text", task) for task in content.tasks)]
    results = [
        (area.name, said["not_assessed" if area.score is None else "area_result"].format(**vars(area)))
        for area in content.areas
    ]
    table = "\n".join("\t".join(row) for row in ((said["area_column"], said["result_column"]), *results))
    first = [
        ("heading", content.issuer), ("text", content.project or ""), ("certificate", said["certificate"]),
        ("small", said["of_competence"]), ("line", said["given_to"]), *(("name", name) for name in spellings),
        ("line", said["shown"].format(date=content.issued)), ("title", content.title), ("line", level),
        ("small", bands), *tasks, ("small", content.conditions), ("small", said["issued"].format(date=content.issued)),
        ("small", said["valid_until"].format(date=content.valid_until)), ("symbol", ""),
        ("heading", content.number), ("small", said["scan"]), ("heading", content.host),
    ]  # fmt: skip
    second = [
        ("heading", spellings[0]), *(("text", name) for name in spellings[1:]), ("text", content.number),
        ("text", f"{content.title} · {level} · {said['second_page'].format(**values)}"), *tasks,
        ("heading", said["areas"]), ("table", table), ("small", bands), ("small", said["range"]),
        ("text", said["not_tested"].format(**values)), ("heading", said["obtained"]), ("text", content.conditions),
        ("heading", said["check"]), *(("text", f"{n} {said[f'check_{n}'].format(**values)}") for n in range(1, 4)),
        ("small", said["attached"]), ("small", said["framework"]),
        *([] if content.reviewed else [("small", said["unreviewed"])]),
    ]  # fmt: skip
    return _scripts(first), _scripts(second)


def _file(family: str, weight: int) -> Path:
    return FONTS / f"{family.replace(' ', '')}-{'Bold' if weight == 700 else 'Regular'}.ttf"


def _scripts(blocks: list[Block]) -> list[Block]:
    return [(f"{kind}-ar" if any("\u0600" <= c <= "\u06ff" for c in text) else kind, text) for kind, text in blocks]


def _dark(content: CertificateContent) -> list[tuple[int, int, int]]:
    """Column, row and length of every unbroken row of dark modules."""
    steps = np.diff(np.pad(np.array(content.symbol, np.int8), ((0, 0), (1, 1))), axis=1)
    (rows, starts), (_, ends) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    return list(zip(starts.tolist(), rows.tolist(), (ends - starts).tolist(), strict=True))


TEMPLATE = f"""
#set page(paper: "a4", margin: {MARGIN}mm)
#set par(spacing: 6pt)
#show heading: set block(spacing: 6pt)
#let it = json(bytes(sys.inputs.content))
#set document(title: it.title)
#set text(lang: it.language, font: "{SANS}")
#let drawn(kind, words) = if kind == "symbol" {{
  image(bytes(it.symbol), format: "svg", width: {SYMBOL}mm, alt: "QR")
}} else {{
  let (tag, families, size, weight) = it.kinds.at(kind)
  let styled(words) = text(font: families, size: size * 1pt, weight: weight, words)
  if tag.starts-with("h") {{ heading(level: int(tag.last()), styled(words)) }}
  else if tag == "table" {{ table(columns: (1fr, 1fr), ..words.split(regex("[\\t\\n]")).map(styled)) }}
  else {{ par(styled(words)) }}
}}
#for (place, page) in it.pages.enumerate() {{
  if place > 0 {{ pagebreak() }}
  for (kind, words) in page {{ drawn(kind, words) }}
}}"""


def typst() -> Draw:
    """One compiler, and one template that reads the values."""
    compiler = importlib.import_module("typst").Compiler(font_paths=[str(FONTS)], ignore_system_fonts=True)

    def draw(content: CertificateContent) -> bytes:
        side, path = len(content.symbol), "".join(f"M{x} {y}h{n}v1h-{n}z" for x, y, n in _dark(content))
        symbol = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'
        values = {"title": content.holder, "language": content.language, "symbol": symbol, "kinds": KINDS}
        inputs = {"content": json.dumps(values | {"pages": pages(content)})}
        return bytes(compiler.compile(TEMPLATE.encode(), format="pdf", sys_inputs=inputs))

    return draw


def weasyprint() -> Draw:
    """One style sheet and one configuration of fonts. A symbol of paths would make it a third slower than a bitmap."""
    peer, fonts = importlib.import_module("weasyprint"), importlib.import_module("weasyprint.text.fonts")
    css = f"@page {{ size: A4; margin: {MARGIN}mm }} section + section {{ break-before: page }} td {{ width: 50% }}"
    css += f"p, h1, h2 {{ margin: 0 }} img {{ width: {SYMBOL}mm; image-rendering: pixelated }}"
    for kind, (_, families, size, weight) in KINDS.items():
        css += f".{kind} {{ font: {weight} {size}pt {', '.join(families)} }}"
    for family, weight in {(family, weight) for _, families, _, weight in KINDS.values() for family in families}:
        source = f"font-weight: {weight}; src: url({_file(family, weight).as_uri()})"
        css += f"@font-face {{ font-family: {family}; {source} }}"
    configuration = fonts.FontConfiguration()
    sheet = peer.CSS(string=css, font_config=configuration)

    def draw(content: CertificateContent) -> bytes:
        sections = "".join(
            f"<section>{''.join(_html(block, content) for block in page)}</section>" for page in pages(content)
        )
        head = f"<html lang={content.language} dir={'rtl' if content.language in RTL_LANGUAGES else 'ltr'}>"
        document = peer.HTML(string=f"{head}<title>{escape(content.holder)}</title>{sections}")
        return bytes(document.write_pdf(stylesheets=[sheet], font_config=configuration, pdf_tags=True))

    return draw


def _html(block: Block, content: CertificateContent) -> str:
    kind, text = block
    if kind == "symbol":
        picture = BytesIO()
        Image.fromarray(~np.array(content.symbol)).save(picture, "PNG")
        return f'<img alt=QR src="data:image/png;base64,{b64encode(picture.getvalue()).decode()}">'
    tag, words = KINDS[kind][0], escape(text)
    if tag == "table":
        words = "<tr><td>" + words.replace("\t", "<td>").replace("\n", "<tr><td>")
    return f"<{tag} class={kind}>{words}</{tag}>"


def fpdf2() -> Draw:
    """A new document and its fonts each time: its interface keeps nothing."""
    peer = importlib.import_module("fpdf")

    def draw(content: CertificateContent) -> bytes:
        document = peer.FPDF(format="A4")
        document.set_margin(MARGIN)
        document.set_title(content.holder)
        document.set_lang(content.language)
        document.set_text_shaping(True)
        for page in pages(content):
            document.add_page()
            for block in page:
                _add(document, block, content)
        return bytes(document.output())

    return draw


def _add(document: Any, block: Block, content: CertificateContent) -> None:
    kind, text = block
    if kind == "symbol":
        module, left, top = SYMBOL / len(content.symbol), document.get_x(), document.get_y()
        for x, y, length in _dark(content):
            document.rect(left + x * module, top + y * module, length * module, module, style="F")
        document.set_y(top + SYMBOL)
        return
    _, families, size, weight = KINDS[kind]
    style, rtl = "B" if weight == 700 else "", content.language in RTL_LANGUAGES
    for family in families:
        if family.lower() + style not in document.fonts:  # each costs 10 ms
            document.add_font(family, style, _file(family, weight))
    document.set_font(families[0], style, size)
    document.set_fallback_fonts(families[1:])
    for row in text.split("\n"):
        cells = row.split("\t")[:: -1 if rtl else 1]
        for place, cell in enumerate(cells, start=1):
            after = ("LMARGIN", "NEXT") if place == len(cells) else ("RIGHT", "TOP")
            width, align = document.epw / len(cells), "R" if rtl else "L"
            document.multi_cell(width, size / 2, cell, align=align, new_x=after[0], new_y=after[1])


PEERS: Mapping[str, tuple[str, Callable[[], Draw]]] = {
    "typst": ("typst", typst),
    "WeasyPrint": ("weasyprint", weasyprint),
    "fpdf2": ("fpdf", fpdf2),
}


def installed() -> dict[str, Draw]:
    """The peers that are here, by name; says which are not."""
    found = {}
    for name, (module, begin) in PEERS.items():
        if importlib.util.find_spec(module) is None:
            print(NOT_INSTALLED.format(name))
        else:
            found[name] = begin()
    return found


def check(paper: bytes, content: CertificateContent, symbol: str) -> None:
    """Refuse to time what draws less than a certificate in our fonts, with a symbol that reads. Raises ValueError."""
    with pikepdf.open(BytesIO(paper)) as pdf:
        things = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)]
        fonts = [font for font in things if font.get("/Type") == "/FontDescriptor"]
        embedded = {str(font.FontName).replace("-", "") for font in fonts if "/FontFile2" in font}
    with pypdfium2.PdfDocument(paper) as document:
        texts = [page.get_textpage().get_text_range().split() for page in document]
        read = zxingcpp.read_barcodes(document[0].render(scale=4).to_pil())
    if len(texts) != 2 or not all({*content.holder.split()} <= {*words} for words in texts):  # reversed in Arabic lines
        raise ValueError("There are not two pages with the holder's name.")
    if len(embedded) != len(fonts) or not all(any(name in one for one in embedded) for name in ("NotoSans", "Naskh")):
        raise ValueError("A font of ours is missing or not embedded.")
    if [code.text for code in read] != [symbol]:
        raise ValueError("The symbol does not read as it should.")
