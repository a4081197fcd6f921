"""QR codes on pages: the modules as one path, so that a page needs no further file."""

from dataclasses import dataclass
from itertools import groupby

from assessor.certificates import qr

QUIET_ZONE = 4


@dataclass(frozen=True)
class Drawn:
    """A QR code as an SVG path of black runs; ``size``: its width and height in modules, with the quiet zone."""

    size: int
    path: str


def drawn(text: str) -> Drawn:
    """The code of an ASCII text."""
    rows = qr.symbol(text)
    path = []
    for y, row in enumerate(rows, QUIET_ZONE):
        x = QUIET_ZONE
        for is_black, run in groupby(row):
            length = len(list(run))
            if is_black:
                path.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return Drawn(len(rows) + 2 * QUIET_ZONE, "".join(path))
