"""Which names can be printed and signed: letters that people see, short enough for the paper, and no phone number."""

import re

from assessor.certificates.printable import printable
from assessor.certificates.summary import MAX_NAME, MAX_SECOND_SPELLING
from assessor.errors import Invalid

#: Six digits or more of any script, with what people write between them. "Ada 2nd" and "Ada 1815" are names.
_PHONE = re.compile(r"\d(?:[\s()./+\u2010-\u2015-]{0,3}\d){5}")


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
    if _PHONE.search(clean):
        raise NameNotUsable("A phone number does not belong on a certificate. Write the name only.")
    if len(clean.encode()) > MAX_NAME:
        raise NameNotUsable("This name is too long for the paper. Write it shorter.")
    return clean


def usable_second(text: str) -> str | None:
    """The second spelling as it will be printed, None where there is none. Raises `SecondNotUsable`."""
    clean = printable(text, 4 * MAX_SECOND_SPELLING)
    if clean and not _has_letters(clean):
        raise SecondNotUsable("Write the second spelling with letters, or leave it empty.")
    if _PHONE.search(clean):
        raise SecondNotUsable("A phone number does not belong on a certificate. Write the name only.")
    if len(clean.encode()) > MAX_SECOND_SPELLING:
        raise SecondNotUsable("The second spelling is too long for the paper. Write it shorter.")
    return clean or None


def _has_letters(text: str) -> bool:
    """Signs that nobody sees are no name."""
    return any(character.isalpha() for character in text)
