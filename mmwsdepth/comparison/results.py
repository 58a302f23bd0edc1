"""What a suite's runs found, and the table of it."""

import json
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from .suite import Run

ROW = 'model'


class Result(NamedTuple):
    """A variant's metrics over seeds.

    Attributes:
        name: The variant.
        metrics: One value a seed by the metric's name.
        series: See `Variant`.
        images: See `Variant`.
    """

    name: str
    metrics: dict[str, list[float]]
    series: str | None = None
    images: int | None = None

    def mean(self, metric: str) -> float:
        """Mean over seeds."""
        return statistics.fmean(self.metrics[metric])

    def spread(self, metric: str) -> float:
        """Half of the distance between the largest and the smallest value."""
        values = self.metrics[metric]
        return (max(values) - min(values)) / 2


def collect(runs: Iterable[Run]) -> list[Result]:
    """Read the metrics of complete runs, in the order of their variants.

    Args:
        runs: Complete runs.
    """
    results: dict[str, Result] = {}
    for run in runs:
        metrics = json.loads(run.metrics_file.read_text())
        values = {k.partition('/')[2]: v for k, v in metrics.items() if k.startswith(f'{ROW}/')}
        variant = run.variant
        fresh = Result(variant.name, {}, variant.series, variant.images)
        result = results.setdefault(variant.name, fresh)
        for name, value in values.items():
            result.metrics.setdefault(name, []).append(value)
    return list(results.values())


def results_table(results: Sequence[Result], metrics: Sequence[str]) -> str:
    """Lay results out as Markdown, mean and spread over seeds.

    Args:
        results: A row each.
        metrics: A column each; one that no result has is left out.
    """
    columns = [m for m in metrics if any(m in result.metrics for result in results)]
    lines = ['| variant | ' + ' | '.join(columns) + ' |', '|---|' + '---:|' * len(columns)]
    for result in results:
        cells = [_cell(result, column) for column in columns]
        lines.append(f'| {result.name} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def _cell(result: Result, metric: str) -> str:
    if metric not in result.metrics:
        return ''
    seeds = len(result.metrics[metric])
    return f'{result.mean(metric):.3g}' + (f' ± {result.spread(metric):.1g}' if seeds > 1 else '')


def write_results(results: Sequence[Result], metrics: Sequence[str], folder: Path) -> None:
    """Write `table.md` and `results.json`.

    Args:
        results: What was found.
        metrics: Columns of the table; the JSON has all.
        folder: Where to.
    """
    (folder / 'table.md').write_text(results_table(results, metrics) + '\n')
    values = {result.name: result.metrics for result in results}
    (folder / 'results.json').write_text(json.dumps(values, indent=1) + '\n')
