"""Train the variants of a suite, score them on the same images, lay the results side by side."""

from .figures import draw_figures
from .results import Result, collect, results_table, write_results
from .suite import Run, Variant, load_suite
from .training import run_suite

__all__ = [
    'Result',
    'Run',
    'Variant',
    'collect',
    'draw_figures',
    'load_suite',
    'results_table',
    'run_suite',
    'write_results',
]
