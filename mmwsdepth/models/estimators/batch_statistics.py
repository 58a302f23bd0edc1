"""Control over which forward pass updates the running statistics of batch normalisation."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def keep_running_statistics(module: nn.Module, keep: bool = True) -> Iterator[None]:
    """Normalise by batch statistics as usual but leave the running mean and variance alone.

    A running mean blended from the HR and the LR branch fits neither of them.

    Args:
        module: Every batch normalisation in it is affected.
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
