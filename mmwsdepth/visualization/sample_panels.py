"""One picture that tells what the network is given."""

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from mmwsdepth.functional.boundary_errors import discontinuities

from .depth_panels import DEPTH_COLORS, PANEL_WIDTH, add_bar, show, size_of

OPACITY = 0.55
TITLE_INCHES, BOTTOM = 0.55, 0.18
EDGE_COLOR = '#ff00ff'


def draw_sample_panels(
    image: np.ndarray, sensor: np.ndarray, hr: np.ndarray | None = None, title: str = ''
) -> Figure:
    """Draw color, sensor depth, that depth over the color, and its edges over the color.

    Each depth map is drawn on its own grid, stretched over the image's field of view, so that both
    must meet if the crops are aligned. What was not measured is gray, or lets color through.

    Args:
        image: (H, W, 3) uint8, RGB.
        sensor: (h, w) in meters, 0 where nothing was measured.
        hr: The same on a finer grid, if there is HR ground truth.
        title: Over the picture; both grids' sizes and their ratio are added.

    Returns:
        A figure; `savefig` writes it.
    """
    maps = {'sensor depth': sensor} | ({} if hr is None else {'HR ground truth': hr})
    measured = np.concatenate([depth[depth > 0] for depth in maps.values()])
    low, high = np.percentile(measured, (1, 99)) if measured.size else (0.0, 1.0)
    colors = dict(cmap=DEPTH_COLORS, vmin=low, vmax=high)
    columns = len(maps) + 3
    aspect = image.shape[0] / image.shape[1]
    height = (PANEL_WIDTH * aspect + TITLE_INCHES) / (1 - BOTTOM)
    figure = Figure(figsize=(PANEL_WIDTH * columns, height), dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, columns, gridspec_kw=dict(wspace=0.04))
    figure.subplots_adjust(left=0.01, right=0.99, top=1 - TITLE_INCHES / height, bottom=BOTTOM)
    ratio = image.shape[1] / sensor.shape[1]
    figure.suptitle(
        f'{title}  color {size_of(image)}, depth {size_of(sensor)}, ratio {ratio:.3g}'.strip(),
        fontsize=10,
    )

    show(axes[0], image, f'color, {size_of(image)}')
    for axis, (name, depth) in zip(axes[1:-2], maps.items(), strict=True):
        drawn = show(axis, _measured(depth), f'{name}, {size_of(depth)}', **colors)
    rows, columns = image.shape[:2]
    over = dict(extent=(-0.5, columns - 0.5, rows - 0.5, -0.5))
    show(axes[-2], image, '')
    show(axes[-2], _measured(sensor), 'sensor depth over color', alpha=OPACITY, **colors, **over)
    show(axes[-1], image, '')
    edges = np.where(_edges(sensor), 1.0, np.nan)
    show(axes[-1], edges, 'its edges over color', cmap=ListedColormap([EDGE_COLOR]), **over)
    add_bar(figure, drawn, list(axes[1:-1]), 'depth (m)')
    return figure


def _measured(depth: np.ndarray) -> np.ndarray:
    return np.where(depth > 0, depth, np.nan)


def _edges(depth: np.ndarray) -> np.ndarray:
    values = torch.from_numpy(depth)
    return discontinuities(values, values > 0).numpy()
