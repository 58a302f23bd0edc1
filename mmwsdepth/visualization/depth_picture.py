"""Depth in colors, pixel by pixel, with a bar in meters beside it."""

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure

from .depth_panels import DEPTH_COLORS, MISSING

Limits = tuple[float, float]
BAR_INCHES = (0.95, 4.8)


def depth_limits(depth: np.ndarray) -> Limits:
    """Nearest and farthest depth worth a color of their own: the 1st and 99th percentile.

    Args:
        depth: (H, W) in meters; what is not a positive number does not count.
    """
    seen = depth[np.isfinite(depth) & (depth > 0)]
    near, far = np.percentile(seen, (1, 99)) if seen.size else (0.0, 1.0)
    return float(near), float(far)


def color_depth(depth: np.ndarray, limits: Limits | None = None) -> np.ndarray:
    """Color depth; near is red, far is blue, what is not a positive number is gray.

    Args:
        depth: (H, W) in meters.
        limits: Depths in meters at both ends of the colors; by default see `depth_limits`.

    Returns:
        (H, W, 3) uint8, RGB.
    """
    shown = np.where(np.isfinite(depth) & (depth > 0), depth, np.nan)
    return _colors()(_norm(limits or depth_limits(depth))(shown), bytes=True)[..., :3]


def draw_depth(depth: np.ndarray, limits: Limits | None = None) -> np.ndarray:
    """Color depth and put a bar in meters on its right.

    Args:
        depth: (H, W) in meters.
        limits: See `color_depth`.

    Returns:
        (H, W + B, 3) uint8, RGB: the first W columns are `color_depth`.
    """
    limits = limits or depth_limits(depth)
    return np.hstack([color_depth(depth, limits), _draw_bar(depth.shape[0], limits)])


def _draw_bar(height: int, limits: Limits) -> np.ndarray:
    dpi = max(height / BAR_INCHES[1], 100)
    figure = Figure(figsize=(BAR_INCHES[0], height / dpi), dpi=dpi)
    canvas = FigureCanvasAgg(figure)
    axis = figure.add_axes((0.1, 0.04, 0.2, 0.92))
    figure.colorbar(ScalarMappable(_norm(limits), _colors()), cax=axis, label='depth (m)')
    axis.tick_params(labelsize=8)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def _norm(limits: Limits) -> Normalize:
    near, far = limits
    return Normalize(near, far if far > near else near + 1e-3, clip=True)


def _colors() -> Colormap:
    return matplotlib.colormaps[DEPTH_COLORS].with_extremes(bad=MISSING)
