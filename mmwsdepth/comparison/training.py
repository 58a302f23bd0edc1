"""Run a suite's trainings and tests, several at a time, going on where an earlier call stopped."""

import copy
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.progress import Progress

from .suite import Run, Variant

TRAINED, LOG = 'student.pth', 'log.txt'


def run_suite(
    variants: Sequence[Variant], work_dir: Path, tools: Path, seeds: int = 1, jobs: int = 1
) -> list[Run]:
    """Train and test every variant under every seed.

    A finished run is left alone, a training that was killed goes on from its last checkpoint, and a
    run that fails is reported without stopping the others.

    Args:
        variants: What to run.
        work_dir: Each run writes to `NAME/seed_K` in it.
        tools: Folder of `train.py` and `test.py`.
        seeds: Number of seeds, from 0.
        jobs: Runs at a time; they share the processor's cores.

    Returns:
        The runs that are complete.
    """
    runs = [
        Run(variant, seed, work_dir / variant.name / f'seed_{seed}')
        for seed in range(seeds)
        for variant in variants
    ]
    threads = str(max((os.cpu_count() or 1) // jobs, 1))
    with Progress() as progress:
        trained = [run for run in runs if run.variant.weights_from is None]
        _each(lambda run: _train(run, tools, threads), trained, jobs, progress, 'training')
        _each(lambda run: _test(run, tools, threads), runs, jobs, progress, 'testing')
    return [run for run in runs if run.metrics_file.is_file()]


def _each(
    work: Callable[[Run], None], runs: Iterable[Run], jobs: int, progress: Progress, title: str
) -> None:
    runs = list(runs)
    task = progress.add_task(title, total=len(runs))

    def one(run: Run) -> None:
        try:
            work(run)
        except (subprocess.CalledProcessError, FileNotFoundError) as error:
            progress.console.print(f'{title} {run.folder} failed, see its {LOG}: {error}')
        progress.advance(task)

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        list(pool.map(one, runs))


def _train(run: Run, tools: Path, threads: str) -> None:
    if (run.folder / TRAINED).is_file():
        return
    config = _write_config(run)
    _call([tools / 'train.py', config, '--work-dir', run.folder, '--resume'], run, threads)


def _test(run: Run, tools: Path, threads: str) -> None:
    if run.metrics_file.is_file():
        return
    config, weights = _write_config(run), _student(run.trained)
    folders = ['--work-dir', run.folder / 'test', '--out', run.predictions]
    _call([tools / 'test.py', config, weights, *folders], run, threads)


def _student(folder: Path) -> Path:
    weights = folder / TRAINED
    if not weights.is_file():
        raise FileNotFoundError(f'{weights} is missing: its training did not end')
    return weights


def _write_config(run: Run) -> Path:
    run.folder.mkdir(parents=True, exist_ok=True)
    cfg = copy.deepcopy(run.variant.cfg)
    cfg.randomness = dict(seed=run.seed)
    path = run.folder / 'config.py'
    path.write_text(cfg.pretty_text)
    return path


def _call(command: Sequence[object], run: Run, threads: str) -> None:
    with (run.folder / LOG).open('a') as log:
        subprocess.run(
            [sys.executable, *map(str, command)],
            check=True,
            env=os.environ | dict(OMP_NUM_THREADS=threads),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
