"""Consistency of the two resolutions."""

import torch
from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from .reduce import log_difference


def resolution_consistency_loss(
    depth_lr: Tensor, depth_hr_down: Tensor, log: bool = True
) -> Tensor:
    """L1 distance of the LR estimate and the down-sampled HR estimate (Xu et al. 2021).

    Both are dense, so every pixel counts, measured or not.

    Args:
        depth_lr: (N, 1, h, w) in meters, from the LR image.
        depth_hr_down: (N, 1, h, w) in meters, from the HR image.
        log: Compare log-depth instead of meters.
    """
    difference = depth_hr_down - depth_lr
    if log:
        everywhere = torch.ones_like(depth_lr, dtype=torch.bool)
        difference = log_difference(depth_hr_down, depth_lr, everywhere)
    return difference.abs().mean()


@MODELS.register_module()
class ResolutionConsistencyLoss(nn.Module):
    """Module of `resolution_consistency_loss`.

    Args:
        log: Compare log-depth instead of meters.
        loss_weight: Factor.
    """

    def __init__(self, log: bool = True, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.log = log
        self.loss_weight = loss_weight

    def forward(self, depth_lr: Tensor, depth_hr_down: Tensor) -> Tensor:
        """See `resolution_consistency_loss`."""
        return self.loss_weight * resolution_consistency_loss(depth_lr, depth_hr_down, self.log)
