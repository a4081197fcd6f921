"""The font faces shipped with the project, and which of them are tried for a script.

A *role* is what the text is for: `sans` for reading, `serif` for the sentences of the diploma, `display` for
the name and the title. Scripts that Noto Sans and Noto Serif do not have bring their own face to every role.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import uharfbuzz as hb

Role = Literal["sans", "serif", "display"]

_LATIN_FACES: dict[tuple[Role, bool], str] = {
    ("sans", False): "NotoSans-Regular",
    ("sans", True): "NotoSans-Bold",
    ("serif", False): "NotoSerif-Regular",
    ("serif", True): "NotoSerifDisplay-Bold",
    ("display", False): "NotoSerifDisplay-Regular",
    ("display", True): "NotoSerifDisplay-Bold",
}
# ISO 15924 script → regular and bold face.
_SCRIPT_FACES: dict[str, tuple[str, str]] = {
    "Arab": ("NotoNaskhArabic-Regular", "NotoNaskhArabic-Bold"),
    "Deva": ("NotoSansDevanagari-Regular", "NotoSansDevanagari-Bold"),
    "Beng": ("NotoSansBengali-Regular", "NotoSansBengali-Bold"),
    "Ethi": ("NotoSansEthiopic-Regular", "NotoSansEthiopic-Bold"),
}
# A language that writes a script in a style of its own; tried before the script's face.
_LANGUAGE_FACES: dict[tuple[str, str], tuple[str, str]] = {
    ("ur", "Arab"): ("NotoNastaliqUrdu-Regular", "NotoNastaliqUrdu-Regular"),
}
# What a line needs above the baseline and in all, in em, and the size beside Latin (design language, 3).
_MEASURES = {
    "NotoNaskhArabic": (1.12, 1.6, 1.05),
    "NotoNastaliqUrdu": (1.5, 2.2, 1.0),
    "NotoSansDevanagari": (1.1, 1.5, 1.05),
    "NotoSansBengali": (1.1, 1.5, 1.05),
    "NotoSansEthiopic": (1.1, 1.5, 1.1),
}
_LATIN_MEASURES = (1.0, 1.35, 1.0)


@dataclass(frozen=True, eq=False)
class Face:
    """One font file. `covered` holds the code points it can draw; `ascent` and `line` are in em.

    `scale` makes the script as large to the eye as Latin of the same size.
    """

    name: str
    face: Any  # uharfbuzz publishes no types
    font: Any
    covered: frozenset[int]
    units_per_em: int
    ascent: float
    line: float
    scale: float

    @property
    def spaced(self) -> bool:
        """Whether letters of this face stand apart, so that more space between them does no harm."""
        return self.name in _LATIN_FACES.values()

    def size(self, style_size: float) -> float:
        """The font size in points that sets this face beside Latin of `style_size`."""
        return style_size * self.scale

    def points(self, style_size: float) -> float:
        """Points per font unit at that size."""
        return style_size * self.scale / self.units_per_em

    def covers(self, text: str) -> bool:
        """Whether every character of `text` has a glyph in this face."""
        return all(ord(character) in self.covered for character in text)


@cache
def face(name: str) -> Face:
    """Load one shipped face by its file name without suffix; kept for the life of the process."""
    loaded = hb.Face(hb.Blob(files(__package__).joinpath("fonts", f"{name}.ttf").read_bytes()))
    ascent, line, scale = _MEASURES.get(name.partition("-")[0], _LATIN_MEASURES)
    return Face(name, loaded, hb.Font(loaded), frozenset(loaded.unicodes), loaded.upem, ascent, line, scale)


@cache
def chain(role: Role, bold: bool, script: str, language: str = "") -> tuple[Face, ...]:
    """Return the faces to try for a script in a language (BCP 47), best first; every shipped script is in it."""
    styled = _LANGUAGE_FACES.get((language.partition("-")[0], script))
    own = [pair[bold] for pair in (styled, _SCRIPT_FACES.get(script)) if pair]
    names = [*own, _LATIN_FACES[role, bold], _LATIN_FACES["sans", bold]]
    names += [pair[bold] for pair in _SCRIPT_FACES.values()]
    return tuple(face(name) for name in dict.fromkeys(names))


@cache
def drawable_characters() -> frozenset[int]:
    """All code points that some shipped face can draw."""
    return frozenset().union(*(one.covered for one in chain("sans", False, "Latn")))
