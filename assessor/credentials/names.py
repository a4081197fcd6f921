"""Which names can be printed and signed: letters that people see, short enough for the paper, and no phone number."""

import unicodedata

from assessor.certificates.font_choice import missing_characters
from assessor.certificates.printable import printable
from assessor.certificates.summary import MAX_NAME, MAX_SECOND_SPELLING
from assessor.errors import Invalid

#: So many digits of any script without a letter between them are a phone number. "Ada 2nd" and "Ada 1815" are names.
PHONE_DIGITS = 6


class NameNotUsable(Invalid):
    """The name cannot be printed and signed as it is."""

    #: Which field of `Holder` the sentence is about.
    field = "name"


class SecondNotUsable(NameNotUsable):
    """The second spelling cannot be printed and signed as it is."""

    field = "second"


def usable_name(text: str) -> str:
    """The name as it will be printed. Raises `NameNotUsable`."""
    clean = printable(text, 4 * MAX_NAME)
    if not _has_letters(clean):
        raise NameNotUsable("Write the name as it should be printed.")
    if _has_phone_number(clean):
        raise NameNotUsable("A phone number does not belong on a certificate. Write the name only.")
    if too_many := _letters_beyond(clean, MAX_NAME):
        raise NameNotUsable(
            "This name is too long for the code on the paper. Letters too many: %(count)s. Write it shorter.",
            count=too_many,
        )
    if not _can_be_read(clean):
        raise NameNotUsable("The paper has no letters for this name. Write it in another script.")
    return clean


def usable_second(text: str) -> str | None:
    """The second spelling as it will be printed, None where there is none. Raises `SecondNotUsable`."""
    clean = printable(text, 4 * MAX_SECOND_SPELLING)
    if clean and not _has_letters(clean):
        raise SecondNotUsable("Write the second spelling with letters, or leave it empty.")
    if _has_phone_number(clean):
        raise SecondNotUsable("A phone number does not belong on a certificate. Write the name only.")
    if too_many := _letters_beyond(clean, MAX_SECOND_SPELLING):
        raise SecondNotUsable(
            "The second spelling is too long for the code on the paper. Letters too many: %(count)s. Write it shorter.",
            count=too_many,
        )
    if clean and not _can_be_read(clean):
        raise SecondNotUsable("The paper has no letters for the second spelling. Leave it empty.")
    return clean or None


def unprintable(*names: str | None) -> tuple[str, ...]:
    """The signs of names for which the paper shows an empty sign, because no font of ours has them; each once."""
    return tuple(dict.fromkeys(sign for name in names if name for sign in missing_characters(name)))


def _has_letters(text: str) -> bool:
    """Signs that nobody sees are no name."""
    return any(character.isalpha() for character in text)


def _letters_beyond(text: str, most: int) -> int:
    """How many letters stand behind the first so many bytes: scripts other than Latin take two or three for each."""
    kept = text.encode()[:most].decode(errors="ignore")
    return sum(not unicodedata.category(sign).startswith("M") for sign in text[len(kept) :]) or len(text) - len(kept)


def _can_be_read(text: str) -> bool:
    """A name of empty signs only says nothing; one rare letter among others is forgiven, and told."""
    missing = set(missing_characters(text))
    return any(character.isalpha() and character not in missing for character in text)


def _has_phone_number(text: str) -> bool:
    """Digits are counted whatever stands between them, except letters."""
    digits = 0
    for sign in unicodedata.normalize("NFKC", text):
        if sign.isalpha():
            digits = 0
        elif unicodedata.numeric(sign, None) is not None:
            digits += 1
            if digits == PHONE_DIGITS:
                return True
    return False
