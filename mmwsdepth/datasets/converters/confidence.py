"""Confidence maps, by which a sensor doubts its own depth."""

from pathlib import Path

import numpy as np

from ..depth_io import decode_depth
from .item import RejectedError

APPLE_LIDAR = 'Apple lidar, fused by ARKit'


def read_confidence(path: Path) -> np.ndarray:
    """Read a confidence map.

    Args:
        path: 8-bit PNG.

    Returns:
        (h, w).

    Raises:
        RejectedError: There is no such file.
        BadFileError: It is truncated, or no image of one number a pixel.
    """
    if not path.is_file():
        raise RejectedError('no confidence map, give --min-confidence 0 to do without', str(path))
    return decode_depth(path)


def keep_confident(depth: np.ndarray, confidence: np.ndarray, least: int, name: str) -> np.ndarray:
    """Drop depth that the sensor itself doubts.

    Args:
        depth: (h, w).
        confidence: (h, w); Apple's levels are 0 (low), 1 (medium) and 2 (high).
        least: Least confidence that is kept.
        name: The confidence map's file, for the error.

    Returns:
        (h, w), 0 where dropped.

    Raises:
        RejectedError: The two differ in shape.
    """
    if confidence.shape != depth.shape:
        shapes = 'x'.join(map(str, confidence.shape)), 'x'.join(map(str, depth.shape))
        raise RejectedError(
            'confidence does not fit depth', f'{name} is {shapes[0]}, depth {shapes[1]}'
        )
    return np.where(confidence >= least, depth, 0)
