"""The colours of paper, from the design language, section 2. On paper every meaning also survives in grey."""

from functools import lru_cache

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
def paint(colour: str) -> str:
    """`#rrggbb` as a page states it: red, green and blue from 0 to 1 (PDF 32000-1, 8.6.4.3)."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return f"{red:.4g} {green:.4g} {blue:.4g}"
