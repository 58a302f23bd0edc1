"""One picture that tells how good a depth map is."""

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

PANEL_WIDTH = 3.0
DEPTH_COLORS, ERROR_COLORS, MISSING = 'turbo_r', 'magma', '0.6'


def draw_depth_panels(
    image: np.ndarray,
    pred: np.ndarray,
    sensor: np.ndarray,
    hr: np.ndarray | None = None,
    fused: np.ndarray | None = None,
) -> Figure:
    """Draw color, sensor depth, prediction, HR ground truth and error side by side.

    All depth panels share one color bar in meters; what was not measured is gray. The error is
    taken at HR if there is HR ground truth, else on the sensor's grid.

    Args:
        image: (H, W, 3) uint8, BGR.
        pred: (H, W) in meters.
        sensor: (h, w) in meters, 0 where nothing was measured.
        hr: (H, W) in meters, 0 where nothing was measured.
        fused: (H, W) in meters, the prediction with the sensor's depth.

    Returns:
        A figure; `savefig` writes it.
    """
    target = sensor if hr is None else hr
    titles = {
        'sensor depth': sensor,
        'prediction': pred,
        'prediction with sensor': fused,
        'HR ground truth': hr,
    }
    maps = {f'{k}, {size_of(depth)}': depth for k, depth in titles.items() if depth is not None}
    scored = target > 0
    error = np.where(scored, np.abs(_nearest(pred, target.shape) - target), np.nan)
    measured = np.concatenate([target[scored], sensor[sensor > 0]])
    low, high = np.percentile(measured, (1, 99)) if measured.size else (0.0, 1.0)
    worst = float(np.percentile(error[scored], 99)) if scored.any() else 1.0

    columns = len(maps) + 2
    aspect = image.shape[0] / image.shape[1]
    figure = Figure(figsize=(PANEL_WIDTH * columns, PANEL_WIDTH * aspect + 1.1), dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, columns, gridspec_kw=dict(wspace=0.04))
    figure.subplots_adjust(left=0.01, right=0.99, top=0.9, bottom=0.2)
    show(axes[0], image[..., ::-1], f'color, {size_of(image)}')
    for axis, (title, depth) in zip(axes[1:-1], maps.items(), strict=True):
        shown = np.where(depth > 0, depth, np.nan)
        drawn = show(axis, shown, title, cmap=DEPTH_COLORS, vmin=low, vmax=high)
    add_bar(figure, drawn, list(axes[1:-1]), 'depth (m)')
    share = np.mean(error[scored] / target[scored]) if scored.any() else np.nan
    drawn = show(
        axes[-1], error, f'error, abs_rel {share:.3f}', cmap=ERROR_COLORS, vmin=0, vmax=worst
    )
    add_bar(figure, drawn, [axes[-1]], 'absolute error (m)')
    return figure


def show(axis: Any, values: np.ndarray, title: str, **style: Any) -> Any:
    """Draw an image pixel by pixel, without ticks; Matplotlib's `imshow` takes the style."""
    axis.set_title(title, fontsize=9)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.set_facecolor(MISSING)
    return axis.imshow(values, interpolation='nearest', aspect='auto', **style)


def add_bar(figure: Figure, drawn: Any, axes: list[Any], label: str) -> None:
    """Put a horizontal color bar below these neighboring axes."""
    left, right = axes[0].get_position().x0, axes[-1].get_position().x1
    axis = figure.add_axes((left, 0.13, right - left, 0.03))
    figure.colorbar(drawn, cax=axis, orientation='horizontal')
    axis.tick_params(labelsize=7, pad=1)
    axis.set_xlabel(label, fontsize=8, labelpad=1)


def size_of(array: np.ndarray) -> str:
    """Height and width in words."""
    return f'{array.shape[0]}x{array.shape[1]}'


def _nearest(depth: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    rows, columns = (
        np.minimum(((np.arange(n) + 0.5) * fine / n).astype(int), fine - 1)
        for n, fine in zip(size, depth.shape, strict=True)
    )
    return depth[np.ix_(rows, columns)]
