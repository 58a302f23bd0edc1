"""Means over what was measured."""

import torch
from torch import Tensor

MIN_DEPTH = 1e-3


def masked_mean(values: Tensor, valid: Tensor, dim: int | None = None) -> Tensor:
    """Mean of the valid values; a differentiable zero where none is.

    Args:
        values: Any shape; invalid entries may be NaN or infinite, their gradient is zero.
        valid: Boolean, of the same shape.
        dim: Dimension to average over; all by default.
    """
    return torch.where(valid, values, 0).sum(dim) / valid.sum(dim).clamp(min=1)


def log_difference(pred: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """`log(pred) - log(target)` in float32, zero where invalid.

    Args:
        pred: Depth in meters.
        target: Depth in meters, of the same shape.
        valid: Boolean, of the same shape.
    """
    pred = torch.where(valid, pred.to(target).clamp(min=MIN_DEPTH), 1)
    target = torch.where(valid, target.clamp(min=MIN_DEPTH), 1)
    return pred.log() - target.log()
