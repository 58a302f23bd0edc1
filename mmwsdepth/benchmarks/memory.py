"""Peak memory of one thing alone.

On CUDA it is what PyTorch's allocator held at most. On the processor it is the peak of the resident
memory of a fresh process that does nothing else: unlike `ru_maxrss`, Linux's `VmHWM` belongs to the
process alone and can be reset. There the C library gives what is freed back at once, or the peak
would tell of its heap's fragmentation more than of what lives at a time. Small things, which
libraries' buffers would outweigh, are measured by the tensors that they allocate.
"""

import gc
import json
import os
import re
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import torch
from torch.profiler import ProfilerActivity, profile

from .setting import Setting
from .timing import Work

GIB = 2**30
MIB = 2**20
CALLS = 2
_PRELOADED = ['mmseg', 'mmwsdepth.models', 'mmwsdepth.evaluation']


class Peak(NamedTuple):
    """Bytes at the peak.

    Attributes:
        total: All, with the interpreter and its libraries on the processor.
        own: What the thing and its inputs added.
    """

    total: int
    own: int


def peak_memory(build: Callable[[], Work], setting: Setting) -> Peak | None:
    """Build a work, call it twice, and see how much memory that took at most.

    Args:
        build: Makes the work; on the processor it must be picklable.
        setting: Device, threads, seed and the limit.

    Returns:
        None where it takes more than there is on the device, or than the limit on the processor.
    """
    if setting.device == 'cuda':
        return _allocated(build, setting)
    context = get_context('forkserver')
    context.set_forkserver_preload(_PRELOADED)
    os.environ.setdefault('MALLOC_MMAP_THRESHOLD_', str(MIB))  # for the server of these processes
    with ProcessPoolExecutor(1, context) as pool:
        return pool.submit(_resident, build, setting).result()


def peak_of_tensors(work: Work, setting: Setting) -> int:
    """Bytes of tensors that a call of a work allocates beyond those that are there, at most.

    Args:
        work: Called twice; the first call does not count.
        setting: The device.
    """
    work()
    if setting.device == 'cuda':
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        work()
        return torch.cuda.max_memory_allocated() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        work()
    with TemporaryDirectory() as folder:
        trace = Path(folder) / 'trace.json'
        profiler.export_chrome_trace(str(trace))
        events = json.loads(trace.read_text())['traceEvents']
    changes = sorted((e['ts'], e['args']['Bytes']) for e in events if e['name'] == '[memory]')
    return max(accumulate(change for _, change in changes), default=0)


def _allocated(build: Callable[[], Work], setting: Setting) -> Peak | None:
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    try:
        _build_and_call(build, setting)
    except torch.OutOfMemoryError:
        return None
    total = torch.cuda.max_memory_allocated()
    return Peak(total, total - before)


def _resident(build: Callable[[], Work], setting: Setting) -> Peak | None:
    _wake_up_libraries()
    limit = int(setting.memory_limit * GIB)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    Path('/proc/self/clear_refs').write_text('5')
    before = _status('VmRSS')
    try:
        _build_and_call(build, setting)
    except MemoryError:
        return None
    except RuntimeError as error:
        if "can't allocate memory" in str(error):
            return None
        raise
    total = _status('VmHWM')
    return Peak(total, total - before)


def _build_and_call(build: Callable[[], Work], setting: Setting) -> None:
    setting.apply()
    work = build()
    for _ in range(CALLS):
        work()
    setting.synchronize()


def _wake_up_libraries() -> None:
    """Let them take what they keep, which is nobody's in particular."""
    weight = torch.ones(4, 4, 3, 3, requires_grad=True)
    torch.conv2d(torch.ones(1, 4, 8, 8), weight).sum().backward()


def _status(key: str) -> int:
    match = re.search(rf'{key}:\s+(\d+) kB', Path('/proc/self/status').read_text())
    assert match is not None
    return int(match[1]) * 1024
