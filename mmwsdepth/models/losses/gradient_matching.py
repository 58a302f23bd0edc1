"""Multi-scale gradient matching."""

import torch
from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from .reduce import log_difference, masked_mean


def gradient_matching_loss(pred: Tensor, target: Tensor, scales: int = 4) -> Tensor:
    """Li and Snavely 2018 (MegaDepth, arXiv 1804.00607), eq. 3: gradients of the log error.

    Args:
        pred: (N, 1, H, W) in meters.
        target: (N, 1, H, W) in meters; 0 means no measurement.
        scales: Number of scales, each of half the size of the one before; those of fewer than two
            pixels a side are left out.

    Returns:
        Scalar: mean over scales of the mean absolute differences along both axes.
    """
    valid = target > 0
    error = log_difference(pred, target, valid)
    total = error.new_zeros(())
    used = 0
    for scale in range(scales):
        step = 2**scale
        e, v = error[..., ::step, ::step], valid[..., ::step, ::step]
        if min(e.shape[-2:]) < 2:
            break
        total = total + _mean_difference(e, v, -1) + _mean_difference(e, v, -2)
        used += 1
    return total / max(used, 1)


def _mean_difference(error: Tensor, valid: Tensor, dim: int) -> Tensor:
    length = error.shape[dim] - 1
    both = torch.narrow(valid, dim, 1, length) & torch.narrow(valid, dim, 0, length)
    return masked_mean(error.diff(dim=dim).abs(), both)


@MODELS.register_module()
class GradientMatchingLoss(nn.Module):
    """Module of `gradient_matching_loss`.

    Args:
        scales: Number of scales.
        loss_weight: Factor.
    """

    def __init__(self, scales: int = 4, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.scales = scales
        self.loss_weight = loss_weight

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        """See `gradient_matching_loss`."""
        return self.loss_weight * gradient_matching_loss(pred, target, self.scales)
