"""What is in this file: finds the credential in JSON, JWT, PNG or SVG, without judging it.

PDF certificates carry the same bytes as an attachment; the certificates library takes them out and hands them
here.

    >>> from assessor.openbadges.reading import read_credential
    >>> read_credential(b'{"id": "urn:x:1"}')
    ('json', b'{"id": "urn:x:1"}')
"""

import re
from typing import Literal

from assessor.openbadges.baking import is_png, is_svg, unbake_png, unbake_svg
from assessor.openbadges.errors import NotACredential, Unreadable

Format = Literal["json", "jwt", "png", "svg"]

_JWT = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", re.ASCII)
_SPACE = b" \t\r\n"


def read_credential(data: bytes) -> tuple[Format, bytes]:
    """The format of a file and the exact text of the credential inside (JSON or compact JWT).

    Raises `Unreadable`, `NotACredential` or `AlteredCarrier`, each with a sentence for a person.
    """
    text = data.strip(_SPACE)
    if is_png(data):
        return "png", unbake_png(data).strip(_SPACE)
    if is_svg(data):
        return "svg", unbake_svg(data).strip(_SPACE)
    if text.startswith(b"{"):
        return "json", text
    if is_jwt(text):
        return "jwt", text
    if text.startswith(b"%PDF-"):
        raise NotACredential("This is a PDF. Take the badge out of its attachments first.")
    if not text:
        raise Unreadable("The file is empty.")
    raise Unreadable("The file is not a badge in any form known here: JSON, JWT, PNG, SVG or PDF.")


def is_jwt(text: bytes) -> bool:
    """Whether the text has the outer shape of a compact JWT."""
    return _JWT.fullmatch(text) is not None
