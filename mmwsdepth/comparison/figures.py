"""Figures of a comparison."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mmwsdepth.datasets.depth_io import read_color, read_depth
from mmwsdepth.visualization.depth_panels import DEPTH_COLORS

from .results import Result
from .suite import Run

CROP_SHARE = 0.35


def draw_figures(
    results: Sequence[Result], runs: Sequence[Run], metrics: Sequence[str], folder: Path
) -> list[Path]:
    """Draw metrics against the budget with the spread of seeds, and a contact sheet.

    Args:
        results: What was found.
        runs: Complete runs; those of the lowest seed are shown in the contact sheet.
        metrics: Metrics to draw, as far as there are any results of them.
        folder: Where to.

    Returns:
        The pictures written.
    """
    metrics = [m for m in metrics if all(m in result.metrics for result in results)]
    seed = min(run.seed for run in runs)
    figures = {
        'budget.png': _against_budget(results, metrics),
        'contact_sheet.png': contact_sheet([run for run in runs if run.seed == seed]),
    }
    for name, figure in figures.items():
        FigureCanvasAgg(figure)
        figure.savefig(folder / name, dpi=110)
    return [folder / name for name in figures]


def _against_budget(results: Sequence[Result], metrics: Sequence[str]) -> Figure:
    figure = Figure(figsize=(4.2 * len(metrics), 3.6), layout='constrained')
    names = dict.fromkeys(result.series for result in results if result.series)
    for axis, metric in zip(np.atleast_1d(figure.subplots(1, len(metrics))), metrics, strict=True):
        for name in names:
            line = sorted((r for r in results if r.series == name), key=lambda r: r.images or 0)
            axis.errorbar(
                [result.images for result in line],
                [result.mean(metric) for result in line],
                yerr=[result.spread(metric) for result in line],
                marker='o',
                capsize=2,
                label=name,
            )
        axis.set_xscale('log')
        axis.set_xlabel('budget (HR images)')
        axis.set_title(metric)
    if names:
        axis.legend(fontsize=7)
    return figure


def contact_sheet(runs: Sequence[Run], images: int = 3) -> Figure:
    """Show the same crops around the strongest depth edges, one row a variant.

    Edges are what is to be seen, so each estimate is multiplied by the factor, written on it, that
    gives the crop its true median depth. Variants scored on other images than the first are left
    out.
    """
    depths, colors = _test_folders(runs[0])
    runs = [run for run in runs if _test_folders(run) == (depths, colors)]
    names = sorted(path.stem for path in runs[0].predictions.glob('*.png'))[:images]
    columns, rows = len(names), len(runs) + 2
    figure = Figure(figsize=(2.2 * columns, 1.7 * rows), layout='constrained')
    axes = figure.subplots(rows, columns, squeeze=False)
    for column, name in enumerate(names):
        truth = read_depth(depths / f'{name}.png', 1e-3, (1e-3, 100.0))
        window = edge_window(truth)
        low, high = np.percentile(truth[window][truth[window] > 0], (2, 98))
        style = dict(cmap=DEPTH_COLORS, vmin=low, vmax=high, interpolation='nearest')
        color = read_color(colors / f'{name}.jpg')[window][..., ::-1]
        axes[0, column].imshow(color)
        axes[1, column].imshow(truth[window], **style)
        for row, run in enumerate(runs, start=2):
            pred = read_depth(run.predictions / f'{name}.png', 1e-3, (1e-3, 100.0))[window]
            factor = median_depth(truth[window]) / median_depth(pred)
            axes[row, column].imshow(factor * pred, **style)
            axes[row, column].text(
                0.03, 0.06, f'x{factor:.2f}', fontsize=6, transform=axes[row, column].transAxes,
                bbox=dict(facecolor='white', alpha=0.7, linewidth=0, pad=1),
            )  # fmt: skip
    titles = ['color', 'ground truth', *(run.variant.name for run in runs)]
    for axis, title in zip(axes[:, 0], titles, strict=True):
        axis.set_ylabel(fill(title, 18), fontsize=7)
    for axis in axes.flat:
        axis.set_xticks([])
        axis.set_yticks([])
    return figure


def _test_folders(run: Run) -> tuple[Path, Path]:
    dataset = run.variant.cfg.test_dataloader.dataset
    root, split = Path(dataset.data_root), dataset.get('split', 'test')
    prefix = dataset.get('data_prefix') or {}
    return (
        root / prefix.get('depth_map_path', f'annotations/{split}'),
        root / prefix.get('img_path', f'images/{split}'),
    )


def median_depth(depth: np.ndarray) -> float:
    """Median of what was measured of (H, W) in meters."""
    return float(np.median(depth[depth > 0]))


def edge_window(depth: np.ndarray) -> tuple[slice, slice]:
    """Find the window of (H, W) in meters with the most depth discontinuities."""
    height, width = (int(side * CROP_SHARE) for side in depth.shape)
    log = np.log(np.where(depth > 0, depth, 1)).astype(np.float32)
    steps = np.zeros_like(log)
    steps[:, 1:] += np.abs(np.diff(log, axis=1)) > 0.1
    steps[1:] += np.abs(np.diff(log, axis=0)) > 0.1
    density = cv2.boxFilter(steps, -1, (width, height), normalize=False)
    inner = density[height // 2 : -(height // 2) or None, width // 2 : -(width // 2) or None]
    top, left = np.unravel_index(int(inner.argmax()), inner.shape)
    return slice(int(top), int(top) + height), slice(int(left), int(left) + width)
