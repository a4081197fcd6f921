"""A QR symbol on paper: a white panel of its own and black rectangles merged per row (spec qr, print)."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from reportlab.pdfgen.canvas import Canvas

from assessor.certificates.cluster_font import write_code

QUIET_ZONE = 4  # modules, ISO/IEC 18004


def draw_symbol(canvas: Canvas, matrix: Sequence[Sequence[bool]], x: float, y: float, size: float) -> None:
    """Draw a square matrix (True is dark), `size` points wide without its quiet zone, lower left at `x`, `y`.

    Raises ValueError when the matrix is empty or not square.
    """
    side = len(matrix)
    if not side or any(len(row) != side for row in matrix):
        raise ValueError("A QR symbol must be a square matrix with at least one module.")
    module = size / side
    margin = QUIET_ZONE * module
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(x - margin, y - margin, size + 2 * margin, size + 2 * margin, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    rectangles = " ".join(
        f"{column} {side - 1 - row} {length} 1 re"
        for row, modules in enumerate(matrix)
        for column, length in _dark_runs(modules)
    )
    write_code(canvas, f"q {module:.5f} 0 0 {module:.5f} {x:.3f} {y:.3f} cm {rectangles} f Q")


def _dark_runs(modules: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Start and length of every unbroken row of dark modules."""
    column = 0
    for dark, group in groupby(modules):
        length = sum(1 for _ in group)
        if dark:
            yield column, length
        column += length
