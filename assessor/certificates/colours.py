"""The colours of paper, from the design language, section 2. On paper every meaning also survives in grey."""

from functools import lru_cache

from reportlab.lib.colors import Color, HexColor

INK = "#1E2930"
INK2 = "#44505A"
LINE = "#76818A"
HAIR = "#DCD3C4"
SUNK = "#F1EBE0"
PRIMARY = "#124C59"
CLAY = "#9A3B1B"
OCHRE = "#D9A02B"
AMBER = "#FFCB47"
RANGE = "#A9D0D7"


@lru_cache(maxsize=256)
def paint(colour: str) -> Color:
    """The colour as reportlab draws it; remembered, because its own parsing of `#rrggbb` is slow."""
    return HexColor(colour)
