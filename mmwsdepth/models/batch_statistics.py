"""Control over which forward pass updates the running statistics of batch normalization."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

_STATISTICS = ('running_mean', 'running_var')


@contextmanager
def keep_running_statistics(module: nn.Module, keep: bool = True) -> Iterator[None]:
    """Normalize by batch statistics as usual but leave the running mean and variance alone.

    A running mean blended from the HR and the LR branch fits neither of them.

    Args:
        module: Every batch normalization in it is affected.
        keep: False makes the context do nothing.
    """
    norms = [m for m in module.modules() if isinstance(m, _BatchNorm)] if keep else []
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum


class OwnStatistics(nn.Module):
    """Running mean and variance of every batch normalization, for a second use of one network.

    Args:
        network: Whose values it starts from.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        for index, (_, norm) in enumerate(_norms(network)):
            for name in _STATISTICS:
                self.register_buffer(f'{name}_{index}', getattr(norm, name).clone())

    @contextmanager
    def in_use(self, network: nn.Module) -> Iterator[None]:
        """Let the network read and update these instead of its own."""
        self._swap(network)
        try:
            yield
        finally:
            self._swap(network)

    @torch.no_grad()
    def copy_from(self, network: nn.Module) -> None:
        """Take over the network's own values."""
        for index, (_, norm) in enumerate(_norms(network)):
            for name in _STATISTICS:
                getattr(self, f'{name}_{index}').copy_(getattr(norm, name))

    def sources(self, network: nn.Module) -> dict[str, str]:
        """Name the buffer of the network that each of these stands for, by the name of this."""
        return {
            f'{name}_{index}': f'{path}.{name}'
            for index, (path, _) in enumerate(_norms(network))
            for name in _STATISTICS
        }

    def _swap(self, network: nn.Module) -> None:
        for index, (_, norm) in enumerate(_norms(network)):
            for name in _STATISTICS:
                mine, theirs = getattr(self, f'{name}_{index}'), getattr(norm, name)
                setattr(self, f'{name}_{index}', theirs)
                setattr(norm, name, mine)


def _norms(module: nn.Module) -> list[tuple[str, _BatchNorm]]:
    return [
        (name, m)
        for name, m in module.named_modules()
        if isinstance(m, _BatchNorm) and m.track_running_stats
    ]
