"""Cut a TrueType font down to some glyphs and add composite ones made of them (ISO/IEC 14496-22, glyf).

A cluster of several glyphs, or of one that is shifted, becomes one composite glyph, so that a PDF can show
it by one code. Only `glyf` outlines can do this, neither CFF nor variable fonts.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import uharfbuzz as hb

from assessor.certificates.fonts import Face
from assessor.certificates.text import Recipe

_DROPPED = (
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "STAT",
    "name",
    "OS/2",
    "post",
    "cmap",
    "kern",
    "gasp",
    "meta",
    "FFTM",
)
_WORDS, _OFFSETS, _MORE = 0x0001, 0x0002, 0x0020  # component flags
_CHECKSUM_MAGIC = 0xB1B0AFBA


@dataclass(frozen=True)
class Subset:
    """An embeddable font file and, for every recipe asked for, the glyph id that draws it."""

    data: bytes
    glyph_ids: tuple[int, ...]


def subset_with_composites(face: Face, recipes: Sequence[tuple[Recipe, int]]) -> Subset:
    """Build the font that draws `recipes`, each given with its advance in font units.

    A recipe of one unshifted glyph uses that glyph; any other gets a composite glyph.
    """
    wanted = {glyph for recipe, _ in recipes for glyph, _, _ in recipe}
    data, mapping = _subset(face, wanted)
    tables = _read_tables(data)
    count = struct.unpack_from(">H", tables["maxp"], 4)[0]
    composites: list[tuple[bytes, int, int]] = []
    ids: list[int] = []
    for recipe, advance in recipes:
        if _is_plain(recipe):
            ids.append(mapping[recipe[0][0]])
            continue
        box = _box(face, recipe)
        composites.append((_composite(recipe, mapping, box), advance, box[0]))
        ids.append(count + len(composites) - 1)
    if composites:
        _append(tables, count, composites, parts=max(len(recipe) for recipe, _ in recipes))
    return Subset(_write(tables), tuple(ids))


def _is_plain(recipe: Recipe) -> bool:
    return len(recipe) == 1 and recipe[0][1:] == (0, 0)


def _subset(face: Face, glyphs: set[int]) -> tuple[bytes, dict[int, int]]:
    """HarfBuzz's subset, and where its plan puts each glyph: it also adds the parts of composite glyphs."""
    request = hb.SubsetInput()
    request.sets(hb.SubsetInputSets.GLYPH_INDEX).set(glyphs | {0})
    request.flags = hb.SubsetFlags.NO_LAYOUT_CLOSURE | hb.SubsetFlags.NO_HINTING
    request.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update({int.from_bytes(tag.encode().ljust(4)) for tag in _DROPPED})
    plan = hb.SubsetPlan(face.face, request)
    return bytes(plan.execute().blob.data), dict(plan.old_to_new_glyph_mapping)


def _box(face: Face, recipe: Recipe) -> tuple[int, int, int, int]:
    """xMin, yMin, xMax, yMax of the parts at their places."""
    boxes = []
    for glyph, dx, dy in recipe:
        extents = face.font.get_glyph_extents(glyph)
        if extents and (extents.width or extents.height):
            left, top = extents.x_bearing + dx, extents.y_bearing + dy
            boxes.append((left, top + extents.height, left + extents.width, top))
    if not boxes:
        return 0, 0, 0, 0
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def _composite(recipe: Recipe, mapping: dict[int, int], box: tuple[int, int, int, int]) -> bytes:
    """Glyph description with contour count -1 and one component per part."""
    data = struct.pack(">h4h", -1, *box)
    for place, (glyph, dx, dy) in enumerate(recipe):
        flags = _WORDS | _OFFSETS | (_MORE if place < len(recipe) - 1 else 0)
        data += struct.pack(">HHhh", flags, mapping[glyph], dx, dy)
    return data


def _append(tables: dict[str, bytes], count: int, composites: Sequence[tuple[bytes, int, int]], *, parts: int) -> None:
    """Add the glyphs to glyf, loca, hmtx, hhea, head, maxp. A composite: its data, advance and left edge."""
    long_offsets = struct.unpack_from(">h", tables["head"], 50)[0]
    if long_offsets:
        offsets = list(struct.unpack(f">{count + 1}I", tables["loca"][: 4 * (count + 1)]))
    else:
        offsets = [2 * short for short in struct.unpack(f">{count + 1}H", tables["loca"][: 2 * (count + 1)])]
    glyf = bytearray(tables["glyf"][: offsets[-1]])
    for data, _, _ in composites:
        glyf += data + b"\0" * (-len(data) % 4)
        offsets.append(len(glyf))
    tables["glyf"] = bytes(glyf)
    tables["loca"] = struct.pack(f">{len(offsets)}I", *offsets)

    full = struct.unpack_from(">H", tables["hhea"], 34)[0]
    metrics = bytearray(tables["hmtx"][: 4 * full])
    last_advance = struct.unpack_from(">H", metrics, 4 * (full - 1))[0]
    for (bearing,) in struct.iter_unpack(">h", tables["hmtx"][4 * full : 4 * full + 2 * (count - full)]):
        metrics += struct.pack(">Hh", last_advance, bearing)
    for _, advance, left in composites:
        metrics += struct.pack(">Hh", max(0, advance), left)
    tables["hmtx"] = bytes(metrics)

    total = count + len(composites)
    tables["hhea"] = tables["hhea"][:34] + struct.pack(">H", total)
    tables["head"] = tables["head"][:50] + struct.pack(">h", 1) + tables["head"][52:]
    maxp = bytearray(tables["maxp"])
    struct.pack_into(">H", maxp, 4, total)
    elements, depth = struct.unpack_from(">HH", maxp, 28)
    points, contours, composite_points, composite_contours = struct.unpack_from(">4H", maxp, 6)
    most_points = min(65535, parts * max(points, composite_points))
    most_contours = min(65535, parts * max(contours, composite_contours))
    struct.pack_into(">2H", maxp, 10, most_points, most_contours)
    struct.pack_into(">HH", maxp, 28, max(elements, parts), depth + 1)
    tables["maxp"] = bytes(maxp)


def _read_tables(data: bytes) -> dict[str, bytes]:
    tables = {}
    for place in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * place)
        tables[tag.decode("ascii")] = data[offset : offset + length]
    return tables


def _write(tables: dict[str, bytes]) -> bytes:
    """Write the font file with its directory, checksums and head.checkSumAdjustment."""
    tables["head"] = tables["head"][:8] + b"\0\0\0\0" + tables["head"][12:]
    count = len(tables)
    power = count.bit_length() - 1
    header = struct.pack(">IHHHH", 0x00010000, count, 16 << power, power, 16 * count - (16 << power))
    directory, body, start = b"", b"", 12 + 16 * count
    head_at = 0
    for tag in sorted(tables):
        data = tables[tag]
        padded = data + b"\0" * (-len(data) % 4)
        if tag == "head":
            head_at = start + len(body)
        directory += struct.pack(">4sIII", tag.encode("ascii"), _checksum(padded), start + len(body), len(data))
        body += padded
    font = bytearray(header + directory + body)
    struct.pack_into(">I", font, head_at + 8, (_CHECKSUM_MAGIC - _checksum(bytes(font))) & 0xFFFFFFFF)
    return bytes(font)


def _checksum(padded: bytes) -> int:
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF
