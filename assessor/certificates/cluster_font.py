"""Fonts whose characters are shaped clusters, in a reportlab document.

One cluster is one CID, one glyph and one exact ToUnicode entry, so pictures and searching are both right.
This is the only file that touches reportlab's private names (`_doc`, `_code`, `_preamble`, `delayedFonts`,
`fontMapping`, `BasicFonts`); reportlab is pinned because of it.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFStream
from reportlab.pdfgen.canvas import Canvas

from assessor.certificates.fonts import Face
from assessor.certificates.text import Cluster, Line, Recipe, Run, Style
from assessor.certificates.truetype import subset_with_composites

_BFCHARS_A_BLOCK = 100  # PDF 32000-1, 9.10.3
_SYMBOLIC = 4


class ClusterFont:
    """The codes of one face in one document, handed out in order of first use from 1."""

    def __init__(self, face: Face, internal_name: str) -> None:
        self.face = face
        self.internal_name = internal_name
        self._codes: dict[tuple[Recipe, str], int] = {}
        self._advances: list[int] = []

    def code(self, cluster: Cluster) -> tuple[int, int]:
        """Return the cluster's CID and the advance (font units) that the font states for it."""
        key = (cluster.recipe, cluster.text)
        cid = self._codes.get(key)
        if cid is None:
            cid = self._codes[key] = len(self._codes) + 1
            plain = len(cluster.recipe) == 1 and cluster.recipe[0][1:] == (0, 0)
            glyph = cluster.recipe[0][0]
            self._advances.append(self.face.font.get_glyph_h_advance(glyph) if plain else cluster.advance)
        return cid, self._advances[cid - 1]

    def addObjects(self, doc: Any) -> None:  # noqa: N802, the name reportlab calls on `delayedFonts`
        """Write the Type0 font and everything under it into the document (called when it is saved)."""
        name = self.internal_name
        recipes = [(recipe, advance) for (recipe, _), advance in zip(self._codes, self._advances, strict=True)]
        subset = subset_with_composites(self.face, recipes)
        base = f"/{_subset_tag(subset.data)}+{self.face.name}"
        gids = b"".join(gid.to_bytes(2) for gid in (0, *subset.glyph_ids))
        font_file = PDFStream(PDFDictionary({"Length1": len(subset.data)}), subset.data, filters=[])
        descriptor = PDFDictionary({**self._descriptor(base), "FontFile2": doc.Reference(font_file, f"{name}.ttf")})
        scale = 1000 / self.face.units_per_em
        widths = " ".join(f"{advance * scale:g}" for advance in self._advances)
        descendant = PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": base,
                "CIDSystemInfo": "<</Registry (Adobe) /Ordering (Identity) /Supplement 0>>",
                "FontDescriptor": doc.Reference(descriptor, f"{name}.descriptor"),
                "W": f"[1 [{widths}]]",
                "CIDToGIDMap": doc.Reference(_stream(gids), f"{name}.gids"),
            }
        )
        to_unicode = _to_unicode(text for _, text in self._codes)
        doc.idToObject["BasicFonts"].dict[name] = doc.Reference(
            PDFDictionary(
                {
                    "Type": "/Font",
                    "Subtype": "/Type0",
                    "BaseFont": base,
                    "Encoding": "/Identity-H",
                    "DescendantFonts": PDFArray([doc.Reference(descendant, f"{name}.cid")]),
                    "ToUnicode": doc.Reference(_stream(to_unicode), f"{name}.unicode"),
                }
            ),
            name,
        )

    def _descriptor(self, base: str) -> dict[str, object]:
        metrics = self.face.font.get_font_extents("ltr")
        scale = 1000 / self.face.units_per_em
        ascent, descent = round(metrics.ascender * scale), round(metrics.descender * scale)
        return {
            "Type": "/FontDescriptor",
            "FontName": base,
            "Flags": _SYMBOLIC,
            "FontBBox": f"[-1000 {descent} 3000 {ascent}]",
            "ItalicAngle": 0,
            "Ascent": ascent,
            "Descent": descent,
            "CapHeight": 714,
            "StemV": 120 if self.face.name.endswith("Bold") else 80,
        }


class ClusterFonts:
    """The cluster fonts of one document, and the drawing of lines with them."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas: Any = canvas  # private names below
        self._fonts: dict[str, ClusterFont] = {}
        canvas_: Any = canvas
        canvas_._preamble = "1 0 0 1 0 0 cm"  # reportlab's own would name an unembedded Helvetica
        canvas_._doc.idToObject["BasicFonts"].dict.clear()

    def draw(self, line: Line, x: float, y: float, style: Style) -> None:
        """Draw one line with its left end at `x` and its baseline at `y`, in points."""
        code = self._canvas._code
        tracking = style.tracking if not any(run.rtl for run in line.runs) else 0.0
        if tracking:  # readers take wide letter-spacing for spaces, so the text is stated
            text = "".join(cluster.text for run in line.runs for cluster in run.clusters)
            code.append(f"/Span <</ActualText <feff{text.encode('utf-16-be').hex()}>>> BDC")
        for run in line.runs:
            font = self._font(run.face)
            shown, width = _show(font, run)
            if run.rtl:
                code.append("/ReversedChars BMC")  # PDF 32000-1, 14.8.2.3.3
            code.append(
                f"BT /{font.internal_name} {run.face.size(style.size):g} Tf {tracking:g} Tc "
                f"1 0 0 1 {x:.3f} {y:.3f} Tm {shown} TJ ET"
            )
            if run.rtl:
                code.append("EMC")
            x += width * run.face.points(style.size) + tracking * len(run.clusters)
        if tracking:
            code.append("EMC")

    def _font(self, face: Face) -> ClusterFont:
        font = self._fonts.get(face.name)
        if font is None:
            doc = self._canvas._doc
            internal_name = f"F{len(doc.fontMapping) + 1}"
            doc.fontMapping[face.name] = f"/{internal_name}"
            font = self._fonts[face.name] = ClusterFont(face, internal_name)
            doc.delayedFonts.append(font)
        return font


def write_code(canvas: Canvas, code: str) -> None:
    """Write operators into the page that reportlab has no method for, or writes number by number."""
    canvas_: Any = canvas
    canvas_._code.append(code)


def _show(font: ClusterFont, run: Run) -> tuple[str, int]:
    """The operand of TJ for a run, and the run's advance in font units."""
    parts, codes, total = [], "", 0
    for cluster in run.clusters:
        cid, stated = font.code(cluster)
        codes += f"{cid:04x}"
        total += cluster.advance
        if cluster.advance != stated:
            parts.append(f"<{codes}>{(stated - cluster.advance) * 1000 / run.face.units_per_em:g}")
            codes = ""
    if codes:
        parts.append(f"<{codes}>")
    return f"[{''.join(parts)}]", total


def _stream(data: bytes) -> PDFStream:
    return PDFStream(PDFDictionary({}), data, filters=[])


def _to_unicode(texts: Iterable[str]) -> bytes:
    """A CMap from CID to the exact text of its cluster, in UTF-16BE."""
    lines = [f"<{cid:04x}> <{text.encode('utf-16-be').hex()}>" for cid, text in enumerate(texts, start=1)]
    blocks = [lines[i : i + _BFCHARS_A_BLOCK] for i in range(0, len(lines), _BFCHARS_A_BLOCK)]
    body = "\n".join("\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"]) for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def _subset_tag(data: bytes) -> str:
    """Six capitals from the font's bytes, so that equal documents get equal names (PDF 32000-1, 9.6.4)."""
    number = int.from_bytes(hashlib.sha256(data).digest()[:8])
    letters = ""
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters += chr(ord("A") + letter)
    return letters
