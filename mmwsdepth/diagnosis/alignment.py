"""Whether color and depth show the same thing at the same place."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch

from mmwsdepth.datasets.orientations import ORIENTATIONS
from mmwsdepth.functional.boundary_errors import discontinuities

LONGEST_SIDE = 640
REACH = 32
MIN_SIDE = 4 * REACH
MIN_EDGE_PIXELS = 30
MIN_CERTAINTY = 4.5
TOLERATED_SHARE = 0.005
BETTER = 2.0
MAX_ORIENTED = 12


class Shift(NamedTuple):
    """How far the color image lies from its depth map, in pixels of the color image.

    Attributes:
        down: Rows that color edges lie below depth edges.
        right: Columns that they lie to the right.
        certainty: By how many standard deviations of the correlation at other shifts the one at
            this shift stands out.
    """

    down: float
    right: float
    certainty: float


class Edges(NamedTuple):
    """Where a pair has edges.

    Attributes:
        color: (H, W) float32, strength of the image's gradients on a working grid of at most
            `LONGEST_SIDE` pixels.
        depth: (h, w) bool, the discontinuities on the depth map's own grid.
    """

    color: np.ndarray
    depth: np.ndarray


def find_edges(color: np.ndarray, depth: np.ndarray) -> Edges | None:
    """Find a pair's edges.

    Args:
        color: (H, W, 3) uint8.
        depth: (h, w) float32, 0 where nothing was measured; of the same field of view.

    Returns:
        None where depth has too few discontinuities, or the image has no edges or is too small.
    """
    factor = working_scale(color.shape)
    height, width = (round(side * factor) for side in color.shape[:2])
    values = torch.from_numpy(depth)
    jumps = discontinuities(values, values > 0).numpy()
    if jumps.sum() < MIN_EDGE_PIXELS or min(height, width) < MIN_SIDE:
        return None
    gradients = _gradients(cv2.resize(color, (width, height), interpolation=cv2.INTER_AREA))
    return Edges(gradients, jumps) if gradients.any() else None


def edge_correlation(edges: Edges) -> np.ndarray:
    """Correlate color gradients with depth discontinuities over small shifts.

    Returns:
        (2 REACH + 1, 2 REACH + 1), the correlation coefficient when color lies by i - REACH rows
        below and j - REACH columns to the right of depth, on the working grid.
    """
    height, width = edges.color.shape
    coarser = edges.depth.shape[1] < width
    jumps = cv2.resize(
        edges.depth.astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_LINEAR if coarser else cv2.INTER_AREA,
    )
    inner = np.ascontiguousarray(jumps[REACH:-REACH, REACH:-REACH])
    if not inner.any():
        return np.zeros((2 * REACH + 1, 2 * REACH + 1), np.float32)
    return cv2.matchTemplate(edges.color, inner, cv2.TM_CCOEFF_NORMED)


def find_orientation(edges: Sequence[Edges]) -> str | None:
    """Find how depth has to be rotated or mirrored to lie as its images do.

    Args:
        edges: Of some pairs; the first `MAX_ORIENTED` count.

    Returns:
        A key of `ORIENTATIONS`; None if none fits clearly better than depth as it is.
    """
    edges = edges[:MAX_ORIENTED]
    if not edges:
        return None
    fits = {
        name: [edge_correlation(pair._replace(depth=turn(pair.depth))) for pair in edges]
        for name, turn in ORIENTATIONS.items()
    }
    peaks = {name: np.mean(found, axis=0).max() for name, found in fits.items()}
    best = max(peaks, key=lambda name: peaks[name])
    as_it_is = np.mean([edge_correlation(pair) for pair in edges], axis=0).max()
    is_better = peaks[best] > BETTER * as_it_is and find_shift(fits[best], 1.0) is not None
    return best if is_better else None


def working_scale(size: Sequence[int]) -> float:
    """Pixels of the working grid per pixel of a color image of (H, W, ...)."""
    return min(LONGEST_SIDE / max(size[:2]), 1.0)


def _gradients(color: np.ndarray) -> np.ndarray:
    """Strength of the strongest channel's gradient, the strong ones alike: (H, W) float32."""
    smooth = cv2.GaussianBlur(color.astype(np.float32), (0, 0), 1)
    across, along = (
        np.abs(cv2.Sobel(smooth, cv2.CV_32F, *order)).max(-1) for order in ((1, 0), (0, 1))
    )
    strength = np.hypot(across, along)
    return np.minimum(strength, np.percentile(strength, 95))


def find_shift(correlations: Sequence[np.ndarray], scale: float) -> Shift | None:
    """Find the shift at which the images' edges meet best.

    Args:
        correlations: Of each image, see `edge_correlation`.
        scale: See `working_scale`.

    Returns:
        The shift with sub-pixel steps; None if none stands out.
    """
    if not correlations:
        return None
    mean = np.mean(correlations, axis=0)
    row, column = (int(index) for index in np.unravel_index(mean.argmax(), mean.shape))
    if not (0 < row < 2 * REACH and 0 < column < 2 * REACH):
        return None
    deviation = np.abs(mean - np.median(mean))
    certainty = float(deviation[row, column] / max(1.4826 * np.median(deviation), 1e-9))
    if certainty < MIN_CERTAINTY:
        return None
    down = row + _vertex(mean[row - 1 : row + 2, column]) - REACH
    right = column + _vertex(mean[row, column - 1 : column + 2]) - REACH
    return Shift(down / scale, right / scale, certainty)


def _vertex(values: np.ndarray) -> float:
    """Position of the vertex of a parabola through three values, seen from the middle one."""
    before, middle, after = (float(value) for value in values)
    curvature = before - 2 * middle + after
    return 0.5 * (before - after) / curvature if curvature else 0.0


def tolerance(color: Sequence[int], depth: Sequence[int]) -> float:
    """Pixels of the color image by which edges may be apart: a depth cell, or half a percent.

    Args:
        color: (H, W) of the image.
        depth: (h, w) of the depth map.
    """
    return max(color[1] / depth[1], TOLERATED_SHARE * max(color[:2]))
