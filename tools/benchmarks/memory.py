"""Peak memory of one case alone.

On CUDA it is what PyTorch's allocator held at most. On the processor it is `VmHWM` of a fresh
process: unlike `ru_maxrss`, that does not start at the peak of the process's parent.
"""

import os
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import torch

from .setting import Setting
from .timing import Case

MIB = 2**20
KILLED = 'error: a case was killed, as where memory does not suffice: take a smaller --size'


class Peak(NamedTuple):
    """MiB at the peak.

    Attributes:
        total: All, with the interpreter and its libraries on the processor.
        own: What the case and its inputs added.
    """

    total: float
    own: float


def peak_memory(build: Callable[[], Case], setting: Setting) -> Peak:
    """Build a case, call it twice, and see how much memory that took at most.

    Args:
        build: Makes the case; picklable, a `functools.partial` of a function.
        setting: Device and threads.

    Raises:
        SystemExit: The process was killed.
    """
    if setting.device == 'cuda':
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        _build_and_call(build, setting)
        total = torch.cuda.max_memory_allocated()
        return Peak(total / MIB, (total - before) / MIB)
    os.environ.setdefault('MALLOC_MMAP_THRESHOLD_', str(MIB))  # what is freed is given back at once
    with ProcessPoolExecutor(1, get_context('spawn')) as pool:
        try:
            return pool.submit(_resident, build, setting).result()
        except BrokenProcessPool:
            raise SystemExit(KILLED) from None


def extra_cuda_memory(case: Case) -> int:
    """Bytes on CUDA that a call takes at most beyond what is there before it."""
    case()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    case()
    return torch.cuda.max_memory_allocated() - before


def _resident(build: Callable[[], Case], setting: Setting) -> Peak:
    weight = torch.ones(4, 4, 3, 3, requires_grad=True)
    torch.conv2d(torch.ones(1, 4, 8, 8), weight).sum().backward()  # loads what libraries keep
    before = _status('VmRSS')
    _build_and_call(build, setting)
    total = _status('VmHWM')
    return Peak(total, total - before)


def _build_and_call(build: Callable[[], Case], setting: Setting) -> None:
    setting.apply()
    case = build()
    for _ in range(2):
        case()


def _status(key: str) -> float:
    match = re.search(rf'{key}:\s+(\d+) kB', Path('/proc/self/status').read_text())
    assert match is not None
    return int(match[1]) / 1024
