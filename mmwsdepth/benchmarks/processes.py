"""One process against several that share the work and average their gradients."""

import os
import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import distributed

from .report import Table
from .setting import Setting
from .steps import Step
from .timing import Work, ratio_of, time_in_turns

ALONE, APART, TOGETHER = 'one process', 'all at once, apart', 'all at once, gradients averaged'


def several_processes(build: Callable[[], Step], processes: int, setting: Setting) -> Table:
    """Time a step alone, beside others, and with others; each process has a batch of its own.

    Gradients go through gloo on the processor and NCCL on CUDA devices, one device a process.

    Args:
        build: Makes the step; picklable.
        processes: How many.
        setting: How to measure; its threads are those of each process.

    Raises:
        ValueError: There are fewer CUDA devices than processes.
    """
    if setting.device == 'cuda' and torch.cuda.device_count() < processes:
        raise ValueError(
            f'processes={processes}, and PyTorch sees {torch.cuda.device_count()} CUDA devices: '
            'take as many'
        )
    with (
        TemporaryDirectory() as folder,
        ProcessPoolExecutor(processes, get_context('spawn')) as pool,
    ):
        meeting = Path(folder, 'meeting').as_uri()
        one = partial(_time_one, build, setting, processes, meeting)
        seconds, *_ = pool.map(one, range(processes))
    return _table(seconds, processes, setting)


def _time_one(
    build: Callable[[], Step], setting: Setting, processes: int, meeting: str, rank: int
) -> dict[str, list[float]]:
    backend = 'nccl' if setting.device == 'cuda' else 'gloo'
    if setting.device == 'cuda':
        torch.cuda.set_device(rank)
    setting.apply()
    distributed.init_process_group(backend, meeting, rank=rank, world_size=processes)
    apart, together = build(), build()
    together.share_gradients()

    def meet() -> None:
        setting.synchronize()
        distributed.barrier()

    works: dict[str, Work] = {
        ALONE: apart if rank == 0 else _rest,
        APART: apart,
        TOGETHER: together,
    }
    seconds = time_in_turns(works, setting.rounds, meet)
    distributed.destroy_process_group()
    return seconds


def _rest() -> None:
    pass


def _table(seconds: dict[str, list[float]], processes: int, setting: Setting) -> Table:
    rows: list[dict[str, object]] = [
        {
            'steps': name,
            'processes': 1 if name == ALONE else processes,
            'ms': 1e3 * statistics.median(found),
            'efficiency': ratio_of(seconds[ALONE], found),
            'seconds': found,
        }
        for name, found in seconds.items()
    ]
    notes = [
        'Wall time. Each process has a batch of its own, so the work grows with them. Efficiency: '
        'time of one over time of the slowest; what is lost apart is lost to the shared machine, '
        'the rest to averaging gradients.'
    ]
    cores = os.cpu_count() or 1
    if setting.device == 'cpu' and processes * setting.threads > cores:
        notes.append(f'{processes} x {setting.threads} threads are more than the {cores} cores.')
    return Table('scaling in processes', ('steps', 'processes', 'ms', 'efficiency'), rows, notes)
