"""Fisher information: how much one answer to an item tells about theta.

>>> float(item_information(0.0, 1.0, 0.0))
0.25
"""

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.response_models import Array, probability

# Far from an item's difficulty P or Q rounds to 0; the information there is 0 as well, and must not become 0
# / 0.
_SMALLEST_PROBABILITY = 1e-12


def item_information(theta: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0) -> Array:
    """Return the information of items at theta, in units of 1 / theta². Arguments broadcast.

    I = a² (Q / P) ((P - c) / (1 - c))², which is a² P Q where nobody guesses: Lord 1980, equation 4-43.
    """
    guessing = np.asarray(c, dtype=np.float64)
    right = np.clip(probability(theta, a, b, guessing), _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    knowing = np.maximum(right - guessing, 0) / (1 - guessing)
    return np.asarray(np.square(np.asarray(a)) * (1 - right) / right * np.square(knowing), dtype=np.float64)
