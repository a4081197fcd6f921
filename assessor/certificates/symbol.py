"""A QR symbol on paper: a white panel of its own and black rectangles merged per row (spec qr, print)."""

from collections.abc import Sequence

import numpy as np

from assessor.certificates.canvas import PaperCanvas

QUIET_ZONE = 4  # modules, ISO/IEC 18004


def draw_symbol(canvas: PaperCanvas, matrix: Sequence[Sequence[bool]], x: float, y: float, size: float) -> None:
    """Draw a square matrix (True is dark), `size` points wide without its quiet zone, lower left at `x`, `y`.

    Raises ValueError when the matrix is empty or not square.
    """
    side = len(matrix)
    if not side or any(len(row) != side for row in matrix):
        raise ValueError("A QR symbol must be a square matrix with at least one module.")
    module = size / side
    margin = QUIET_ZONE * module
    canvas.setFillGray(1)
    canvas.rect(x - margin, y - margin, size + 2 * margin, size + 2 * margin, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.saveState()
    canvas.transform(module, 0, 0, module, x, y)
    canvas.addLiteral(f"{_rectangles(matrix)} f")
    canvas.restoreState()


def _rectangles(matrix: Sequence[Sequence[bool]]) -> str:
    """Every unbroken row of dark modules as a rectangle, in modules from the lower left corner.

    As one text: a thousand calls of the canvas take longer than the rest of the paper.
    """
    edged = np.pad(np.array(matrix, dtype=np.int8), ((0, 0), (1, 1)))
    steps = np.diff(edged, axis=1)
    (rows, starts), (_, ends) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    numbers = np.column_stack((starts, len(matrix) - 1 - rows, ends - starts)).ravel().tolist()
    return ("%d %d %d 1 re " * len(rows)) % tuple(numbers)
