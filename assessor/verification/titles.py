"""Whether two titles are one in two wordings, as the code and the catalogue write it.

The code has room for a short title, and says nothing of its language. Where the catalogue's title in the reader's
language is the same one in more words, showing both would make people doubt who are asked to compare. Two languages
that write nearly the same word for a thing remain two: of the pairs of letters nine in ten must be shared.
"""

import unicodedata
from itertools import pairwise


def alike(title: str, other: str) -> bool:
    """Whether nearly all pairs of letters of the shorter title are in the other; the twin is in `static/show.js`."""
    fewer, more = sorted((_pairs(title), _pairs(other)), key=len)
    return title == other or (bool(fewer) and 10 * len(fewer & more) >= 9 * len(fewer))


def _pairs(title: str) -> set[tuple[str, str]]:
    """What stands side by side inside its words, without the marks between them and without large letters."""
    folded = unicodedata.normalize("NFKC", title).lower()
    signs = (sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in folded)
    return {pair for pair in pairwise(signs) if " " not in pair}
