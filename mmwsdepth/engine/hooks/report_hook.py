"""Prints and keeps the table of results."""

import json
from pathlib import Path

from mmengine.dist import master_only
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmwsdepth.evaluation import markdown_table
from mmwsdepth.registry import HOOKS


@HOOKS.register_module()
class ReportHook(Hook):
    """Prints the model beside its baselines after each evaluation.

    Writes the table to `report.md` and the numbers to `metrics.json` in the work directory.
    """

    priority = 'LOWEST'

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Report a validation."""
        self._report(runner, metrics or {})

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Report a test."""
        self._report(runner, metrics or {})

    @master_only
    def _report(self, runner: Runner, metrics: dict[str, float]) -> None:
        table, path = markdown_table(metrics), Path(runner.work_dir, 'report.md')
        path.write_text(f'{table}\n')
        runner.logger.info(f'results: {path}\n{table}')
        Path(runner.work_dir, 'metrics.json').write_text(json.dumps(metrics, indent=1) + '\n')
