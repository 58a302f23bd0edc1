"""Curves of what training logged."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

COLUMNS = 3
LOGS = '*/vis_data/scalars.json'
Curve = tuple[np.ndarray, np.ndarray]


def read_scalars(work_dir: str | Path) -> dict[str, Curve]:
    """Read what all runs in a work directory logged while training; later runs win.

    Args:
        work_dir: As given to `mmwsdepth train`.

    Returns:
        Iterations and values by name, in the order of iterations.

    Raises:
        FileNotFoundError: Nothing was logged there.
        ValueError: A line is no JSON, and not the last, which a killed run may leave unfinished.
    """
    paths = sorted(Path(work_dir).glob(LOGS))
    found: dict[str, dict[int, float]] = {}
    for path in paths:
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines, start=1):
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                if number == len(lines):
                    continue
                raise ValueError(f'{path}:{number}: no JSON: {line[:40]!r}') from None
            if 'iter' in record:
                for name, value in record.items():
                    found.setdefault(name, {})[record['iter']] = value
    if not found:
        raise FileNotFoundError(
            f'{Path(work_dir) / LOGS}: no training logged: give the --work-dir of the training'
        )
    return {
        name: (np.array(sorted(values)), np.array([values[i] for i in sorted(values)], float))
        for name, values in found.items()
    }


def loss_names(runs: Mapping[str, Mapping[str, Curve]]) -> list[str]:
    """Names of the losses of these runs, the total first, and of the learning rate."""
    names = {name for run in runs.values() for name in run}
    losses = sorted((name for name in names if 'loss' in name), key=lambda name: (len(name), name))
    return [*losses, *(['lr'] if 'lr' in names else [])]


def draw_loss_curves(runs: Mapping[str, Mapping[str, Curve]], names: Sequence[str]) -> Figure:
    """Draw a panel for each name, with a curve for each run that logged it.

    Args:
        runs: What `read_scalars` returned, by label.
        names: What to draw.

    Returns:
        A figure; `savefig` writes it.

    Raises:
        ValueError: No run logged one of the names.
    """
    known = sorted({name for run in runs.values() for name in run})
    for name in names:
        if name not in known:
            raise ValueError(f'{name}: not logged; there are {", ".join(known)}')
    columns = min(len(names), COLUMNS)
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(4.2 * columns, 2.8 * rows + 0.4), layout='constrained', dpi=110)
    FigureCanvasAgg(figure)
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis, name in zip(axes, names, strict=False):
        for label, run in runs.items():
            curve = run.get(name, (np.array([]), np.array([])))
            axis.plot(*curve, label=label, linewidth=1, marker='.' if len(curve[0]) < 3 else None)
        axis.set_title(name, fontsize=9)
        axis.set_xlabel('iteration', fontsize=8)
        axis.tick_params(labelsize=7)
        axis.grid(alpha=0.3)
    for axis in axes[len(names) :]:
        axis.set_axis_off()
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc='outside upper left', ncols=COLUMNS, fontsize=8)
    return figure
