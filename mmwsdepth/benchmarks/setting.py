"""What every suite is told."""

from dataclasses import dataclass

import torch
from mmengine.logging import MMLogger

Size = tuple[int, int]
LOGGER = 'benchmark'


@dataclass(frozen=True)
class Setting:
    """How to measure.

    Args:
        device: 'cpu' or 'cuda'.
        threads: Threads of PyTorch and ONNX Runtime on the processor.
        rounds: How often each thing of a pair is timed.
        seed: Of weights and data.
        memory_limit: GiB that one thing may take, on the processor; above it the thing is left out.

    Raises:
        ValueError: An option cannot be meant, or there is no CUDA device.
    """

    device: str = 'cpu'
    threads: int = 1
    rounds: int = 7
    seed: int = 0
    memory_limit: float = 8.0

    def __post_init__(self) -> None:
        if self.device not in ('cpu', 'cuda'):
            raise ValueError(f"device={self.device!r} is neither 'cpu' nor 'cuda'")
        if self.device == 'cuda' and not torch.cuda.is_available():
            raise ValueError('device=cuda, yet PyTorch sees no CUDA device: take device=cpu')
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
