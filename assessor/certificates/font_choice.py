"""Which font draws which character: one face per chunk of text, so that no word is patched together.

>>> missing_characters("Ada \u65e5")
('\u65e5',)
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from fontTools.unicodedata import script as script_of

from assessor.certificates.fonts import Face, Role, chain, drawable_characters
from assessor.certificates.printable import without_controls

SUBSTITUTE = "\ufffd"
ISOLATE_STARTERS = "\u2066\u2067\u2068"
END_OF_ISOLATE = "\u2069"
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
JOINERS = frozenset("\u200c\u200d")
# DerivedCoreProperties.txt of Unicode 15, without the unassigned.
_IGNORABLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)  # fmt: skip
NO_SCRIPT = frozenset({"Zyyy", "Zinh", "Zzzz"})


class CharacterNotDrawable(ValueError):
    """A text of ours needs a character that no shipped font has: change the text, or ship a font for it."""

    def __init__(self, character: str) -> None:
        name = unicodedata.name(character, "unnamed character")
        super().__init__(f"No shipped font can draw U+{ord(character):04X} ({name}). Change the text or add a font.")


def clean(value: str) -> str:
    """Return NFC text without controls of any kind; line breaks become spaces, joiners stay."""
    return unicodedata.normalize("NFC", without_controls(value))


def missing_characters(value: str) -> tuple[str, ...]:
    """Return the characters of a name that no shipped font has, in order, each once."""
    known = drawable_characters()
    wanted = (c for c in clean(value) if ord(c) not in known and not _is_invisible(c))
    return tuple(dict.fromkeys(wanted))


def drawable(value: str) -> str:
    """Replace what no font can draw by U+FFFD, for names; report it with `missing_characters`."""
    return clean(value).translate({ord(c): SUBSTITUTE for c in missing_characters(value)})


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    return str(script_of(character))


def scripts_and_isolates(text: str) -> tuple[list[str], list[int]]:
    """Script and isolate of every character; common characters take the neighbour's in the same isolate."""
    scripts, isolates = [_script(character) for character in text], []
    stack, newest = [0], 0
    for character in text:
        if character == END_OF_ISOLATE and len(stack) > 1:
            stack.pop()
        isolates.append(stack[-1])
        if character in ISOLATE_STARTERS:
            newest += 1
            stack.append(newest)
    for order in (range(len(text)), range(len(text) - 1, -1, -1)):
        seen: dict[int, str] = {}
        for i in order:
            if scripts[i] in NO_SCRIPT:
                scripts[i] = seen.get(isolates[i], "Zyyy")
            else:
                seen[isolates[i]] = scripts[i]
    return scripts, isolates


def choose_faces(
    text: str,
    scripts: Sequence[str],
    isolates: Sequence[int],
    weights: Sequence[bool],
    role: Role,
    language: str = "",
) -> list[Face]:
    """One face per chunk (no space, one script, one isolate, one weight), so that a word is not patched."""
    chosen: list[Face | None] = [None] * len(text)
    start = 0
    while start < len(text):
        end = start + 1
        key = (scripts[start], isolates[start], weights[start])
        while (
            end < len(text)
            and not text[start].isspace()
            and not text[end].isspace()
            and (scripts[end], isolates[end], weights[end]) == key
        ):
            end += 1
        chunk = text[start:end]
        if not chunk.isspace() and any(not _is_invisible(character) for character in chunk):
            numeric = all(ord(character) < 0x80 and not character.isalpha() for character in chunk)
            faces = chain(role, weights[start], "Latn" if numeric else scripts[start], language)
            chosen[start:end] = _faces_of_chunk(chunk, faces)
        start = end
    return _spread(text, chosen, chain(role, weights[0] if weights else False, "Latn")[0])


def _faces_of_chunk(chunk: str, faces: Sequence[Face]) -> list[Face | None]:
    visible = "".join(character for character in chunk if not _is_invisible(character))
    for face in faces:
        if face.covers(visible):
            return [face] * len(chunk)
    result: list[Face | None] = []
    for character in chunk:
        follows = bool(result) and result[-1] is not None
        if follows and (_is_invisible(character) or _sticks(character, result[-1])):
            result.append(result[-1])
            continue
        if _is_invisible(character):
            result.append(None)
            continue
        best = next((face for face in faces if face.covers(character)), None)
        if best is None:
            raise CharacterNotDrawable(character)
        result.append(best)
    return result


def _sticks(character: str, face: Face | None) -> bool:
    """Marks keep the font of their base, as far as it has them."""
    return unicodedata.category(character).startswith("M") and face is not None and face.covers(character)


def _spread(text: str, chosen: Sequence[Face | None], default: Face) -> list[Face]:
    """Give spaces and controls the face beside them; a space between two faces is as wide as Latin's."""
    first = next((face for face in chosen if face is not None), default)
    after = first
    following: list[Face] = []
    for face in reversed(chosen):
        after = face or after
        following.append(after)
    result: list[Face] = []
    for character, face, next_face in zip(text, chosen, reversed(following), strict=True):
        beside = face or (result[-1] if result else first)
        if character == " " and next_face is not beside:
            beside = default
        if face is None and not _is_invisible(character) and not beside.covers(character):
            beside = default
            if not beside.covers(character):
                raise CharacterNotDrawable(character)
        result.append(beside)
    return result


def _is_invisible(character: str) -> bool:
    """Whether a character has no picture of its own (Unicode property Default_Ignorable_Code_Point)."""
    code = ord(character)
    return any(first <= code <= last for first, last in _IGNORABLE) if code >= 0xAD else False
