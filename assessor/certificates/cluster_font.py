"""Fonts whose characters are shaped clusters, in a reportlab document.

One cluster is one CID, one glyph and one exact ToUnicode entry, so pictures and searching are both right.
"""

import hashlib
from collections.abc import Iterable

import pikepdf
from pikepdf import Array, Dictionary, Name

from assessor.certificates.canvas import PaperCanvas
from assessor.certificates.fonts import Face
from assessor.certificates.text import Cluster, Line, Recipe, Run, Style
from assessor.certificates.truetype import subset_with_composites

_BFCHARS_A_BLOCK = 100  # PDF 32000-1, 9.10.3
_SYMBOLIC = 4


class ClusterFont:
    """The codes of one face in one document, handed out in order of first use from 1. `name` is that of its pages."""

    def __init__(self, face: Face, name: str) -> None:
        self.face = face
        self.name = name
        self._codes: dict[tuple[Recipe | int, str], tuple[str, int]] = {}  # CID in hexadecimal, advance
        self._clusters: list[tuple[Cluster, int]] = []  # as first used, with the advance that the font states

    def show(self, run: Run) -> tuple[str, int]:
        """The operand of TJ for a run, and the run's advance in font units."""
        parts, codes, total = [], "", 0
        for cluster in run.clusters:
            cid, stated = self._codes.get(cluster.key) or self._new_code(cluster)
            codes += cid
            total += cluster.advance
            if cluster.advance != stated:
                parts.append(f"<{codes}>{(stated - cluster.advance) * 1000 / self.face.units_per_em:g}")
                codes = ""
        if codes:
            parts.append(f"<{codes}>")
        return f"[{''.join(parts)}]", total

    def _new_code(self, cluster: Cluster) -> tuple[str, int]:
        """The cluster's CID as it is written and the advance (font units) that the font will state for it."""
        glyph = cluster.recipe[0][0]
        is_plain = cluster.key[0] == glyph
        stated = self.face.font.get_glyph_h_advance(glyph) if is_plain else cluster.advance
        self._clusters.append((cluster, stated))
        self._codes[cluster.key] = f"{len(self._clusters):04x}", stated
        return self._codes[cluster.key]

    def write(self, pdf: pikepdf.Pdf) -> Dictionary:
        """The Type0 font and everything under it, as objects of the document."""
        subset = subset_with_composites(self.face, [(cluster.recipe, stated) for cluster, stated in self._clusters])
        base = Name(f"/{_subset_tag(subset.data)}+{self.face.name}")
        descriptor = self._descriptor()
        descriptor.FontName = base
        descriptor.FontFile2 = pdf.make_stream(subset.data, Length1=len(subset.data))
        scale = 1000 / self.face.units_per_em
        widths = " ".join(f"{advance * scale:g}" for _, advance in self._clusters)
        gids = b"".join(gid.to_bytes(2) for gid in (0, *subset.glyph_ids))
        descendant = pikepdf.Object.parse(
            "<</Type /Font /Subtype /CIDFontType2"
            f" /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> /W [1 [{widths}]]>>".encode()
        )
        descendant.BaseFont = base
        descendant.FontDescriptor = pdf.make_indirect(descriptor)
        descendant.CIDToGIDMap = pdf.make_stream(gids)
        return Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=base,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(_to_unicode(cluster.text for cluster, _ in self._clusters)),
        )

    def _descriptor(self) -> pikepdf.Object:
        """What is told of the font beside its outlines, without its name and its file."""
        metrics = self.face.font.get_font_extents("ltr")
        scale = 1000 / self.face.units_per_em
        ascent, descent = round(metrics.ascender * scale), round(metrics.descender * scale)
        return pikepdf.Object.parse(
            f"<</Type /FontDescriptor /Flags {_SYMBOLIC} /FontBBox [-1000 {descent} 3000 {ascent}] /ItalicAngle 0"
            f" /Ascent {ascent} /Descent {descent} /CapHeight 714"
            f" /StemV {120 if self.face.name.endswith('Bold') else 80}>>".encode()
        )


class ClusterFonts:
    """The cluster fonts of one document, and the drawing of lines with them."""

    def __init__(self, canvas: PaperCanvas) -> None:
        self._canvas = canvas
        self._fonts: dict[str, ClusterFont] = {}

    def draw(self, line: Line, x: float, y: float, style: Style) -> None:
        """Draw one line with its left end at `x` and its baseline at `y`, in points."""
        write, tracking = self._canvas.addLiteral, line.tracking
        if tracking:  # readers take wide letter-spacing for spaces, so the text is stated
            text = "".join(cluster.text for run in line.runs for cluster in run.clusters)
            write(f"/Span <</ActualText <feff{text.encode('utf-16-be').hex()}>>> BDC")
        for run in line.runs:
            font = self._font(run.face)
            shown, width = font.show(run)
            if run.rtl:
                write("/ReversedChars BMC")  # PDF 32000-1, 14.8.2.3.3
            write(
                f"BT /{font.name} {run.face.size(style.size):g} Tf {tracking:g} Tc "
                f"1 0 0 1 {x:.3f} {y:.3f} Tm {shown} TJ ET"
            )
            if run.rtl:
                write("EMC")
            x += width * run.face.points(style.size) + tracking * len(run.clusters)
        if tracking:
            write("EMC")

    def _font(self, face: Face) -> ClusterFont:
        font = self._fonts.get(face.name)
        if font is None:
            font = self._fonts[face.name] = ClusterFont(face, f"F{len(self._fonts) + 1}")
            self._canvas.add_font(font.name, font.write)
        return font


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
