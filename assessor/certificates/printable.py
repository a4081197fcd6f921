"""Text as it is printed and signed: one Unicode form, no hidden controls, cut where a reader would cut.

What is signed must be what is on the paper, so the same text goes to both: pass every name and title
through `printable` once, then print and sign its answer.

>>> printable("  Leila  Nae\\u0308mi\\u202e ", 96)
'Leila Naëmi'
>>> printable("नमस्ते", 9)
'नम'
"""

import unicodedata

ZWJ = "\u200d"
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_VIRAMA = 9  # canonical combining class of the Indic signs that join two consonants


def printable(text: str, max_bytes: int) -> str:
    """NFC, spaces single, controls gone, and at most `max_bytes` of UTF-8, cut at a grapheme border."""
    composed = unicodedata.normalize("NFC", without_controls(text))
    return cut(" ".join(composed.split()), max_bytes).rstrip()


def without_controls(text: str) -> str:
    """Drop what steers text instead of showing: controls, bidi controls, halves of surrogate pairs.

    Joiners stay, because Persian and the Indic scripts are misspelt without them.
    """
    if text.isprintable():
        return text
    spaced = "".join(" " if character.isspace() else character for character in text)
    return "".join(character for character in spaced if not is_control(character))


def has_control(text: str) -> bool:
    """Whether a text holds any of them. Almost every text is printable through and through, which is seen at once."""
    return not text.isprintable() and any(is_control(character) for character in text)


def is_control(character: str) -> bool:
    """True for characters that never belong into a printed name."""
    return character in _BIDI_CONTROLS or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def cut(text: str, max_bytes: int) -> str:
    """The longest beginning of `text` that fits and does not split what a reader sees as one sign."""
    if len(text.encode()) <= max_bytes:
        return text
    used, border = 0, 0
    for at, character in enumerate(text):
        if at and starts_grapheme(text, at):
            border = at
        used += len(character.encode())
        if used > max_bytes:
            return text[:border]
    return text


def starts_grapheme(text: str, at: int) -> bool:
    """True where a text may be cut before `text[at]` (UAX #29, extended grapheme clusters).

    Follows the rules for marks, joiners, Indic conjuncts, Hangul syllables and flags. Where Unicode's
    tables are finer than the standard library, it keeps together rather than splits.
    """
    before, here = text[at - 1], text[at]
    if unicodedata.category(here).startswith("M") or here in (ZWJ, "\u200c"):
        return False
    if before == ZWJ or unicodedata.combining(before) == _VIRAMA:
        return False
    if 0x1F3FB <= ord(here) <= 0x1F3FF:  # skin tones
        return False
    if _is_flag_half(here):
        run = len(text[:at]) - len(text[:at].rstrip("".join(map(chr, range(0x1F1E6, 0x1F200)))))
        return run % 2 == 0
    return not (_hangul_open(before) and _hangul_continues(here))


def _is_flag_half(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _hangul_open(character: str) -> bool:
    return 0x1100 <= ord(character) <= 0x11FF or 0xAC00 <= ord(character) <= 0xD7A3


def _hangul_continues(character: str) -> bool:
    return 0x1100 <= ord(character) <= 0x11FF
