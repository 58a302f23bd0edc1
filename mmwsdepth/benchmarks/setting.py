"""What every suite is told."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, process_time

import torch
from mmengine.logging import MMLogger

Size = tuple[int, int]
LOGGER = 'benchmark'
CLOCKS: dict[str, Callable[[], float]] = {'wall': perf_counter, 'processor': process_time}


@dataclass(frozen=True)
class Setting:
    """How to measure.

    Args:
        device: 'cpu' or 'cuda'.
        threads: Threads of PyTorch and ONNX Runtime on the processor.
        rounds: How often each thing of a pair is timed.
        seed: Of weights and data.
        clock: 'wall', or 'processor' for the time that this process spends computing, which other
            jobs on the machine change little; on one thread and an idle machine both are the same.
        memory_limit: GiB that one thing may take, on the processor; above it the thing is left out.

    Raises:
        ValueError: An option cannot be meant, or there is no CUDA device.
    """

    device: str = 'cpu'
    threads: int = 1
    rounds: int = 7
    seed: int = 0
    clock: str = 'wall'
    memory_limit: float = 8.0

    def __post_init__(self) -> None:
        if self.device not in ('cpu', 'cuda'):
            raise ValueError(f"device={self.device!r} is neither 'cpu' nor 'cuda'")
        if self.device == 'cuda' and not torch.cuda.is_available():
            raise ValueError('device=cuda, yet PyTorch sees no CUDA device: take device=cpu')
        if self.clock not in CLOCKS:
            raise ValueError(f'clock={self.clock!r} is none of {", ".join(CLOCKS)}')
        if self.clock == 'processor' and self.device == 'cuda':
            raise ValueError('clock=processor does not see the CUDA device: take clock=wall')
        for name in ('threads', 'rounds', 'memory_limit'):
            if not getattr(self, name) > 0:
                raise ValueError(f'{name}={getattr(self, name)} must be above 0')

    def apply(self) -> None:
        """Set this process's threads and seed, and keep MMEngine's logger to errors."""
        if not MMLogger.check_instance_created(LOGGER):
            MMLogger.get_instance(LOGGER, log_level='ERROR')
        torch.set_num_threads(self.threads)
        torch.manual_seed(self.seed)

    def synchronize(self) -> None:
        """Wait until the device has done what it was given."""
        if self.device == 'cuda':
            torch.cuda.synchronize()


def size_text(size: Size) -> str:
    """(H, W) as people write it."""
    return f'{size[0]}x{size[1]}'
