"""The seven wrong ways to store a depth map, and how each is brought to its image."""

from collections.abc import Callable

import numpy as np

ORIENTATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    'rotate90': lambda array: np.rot90(array, -1),
    'rotate180': lambda array: np.rot90(array, 2),
    'rotate270': lambda array: np.rot90(array, 1),
    'fliplr': np.fliplr,
    'flipud': np.flipud,
    'transpose': np.transpose,
    'transverse': lambda array: np.rot90(array, 2).T,
}
"""What to do with an array (h, w); degrees are clockwise."""
