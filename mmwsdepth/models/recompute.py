"""Activations that are computed anew in the backward pass instead of being kept."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from .batch_statistics import keep_running_statistics


def recomputed(module: nn.Module, function: Callable[..., Any], *inputs: Any) -> Any:
    """Call a function, and once more in the backward pass: less memory, more time.

    Chen et al. 2016, arXiv 1604.06174. The gradient is the same; the running statistics of batch
    normalization move in the first call only.

    Args:
        module: Has every batch normalization that the function runs.
        function: What to call.
        inputs: Its arguments, which are kept.
    """
    if not torch.is_grad_enabled():
        return function(*inputs)
    return checkpoint(
        function,
        *inputs,
        use_reentrant=False,
        context_fn=lambda: (nullcontext(), keep_running_statistics(module)),
    )


def recompute(block: Any) -> None:
    """Let a module recompute what happens in it, see `recomputed`.

    Args:
        block: The module, changed in place.
    """
    block.forward = partial(recomputed, block, block.forward)


def take_over_recomputation(network: nn.Module) -> None:
    """Let blocks built with `with_cp=True` recompute by `recomputed` instead of their own way.

    Theirs moves the running statistics of batch normalization in both calls.

    Args:
        network: Changed in place.
    """
    blocks: list[Any] = [m for m in network.modules() if getattr(m, 'with_cp', False)]
    innermost = [b for b in blocks if not any(m in blocks for m in list(b.modules())[1:])]
    for block in blocks:
        block.with_cp = False
    for block in innermost:
        recompute(block)
