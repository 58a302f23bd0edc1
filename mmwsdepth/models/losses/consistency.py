"""Consistency of the two resolutions."""

import torch
from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from .reduce import log_difference


def resolution_consistency_loss(depth_lr: Tensor, depth_hr_down: Tensor) -> Tensor:
    """L1 distance of log-depth of the LR and the down-sampled HR estimate (Xu et al. 2021).

    Both are dense, so every pixel counts, measured or not.

    Args:
        depth_lr: (N, 1, h, w) in meters, from the LR image.
        depth_hr_down: (N, 1, h, w) in meters, from the HR image.
    """
    everywhere = torch.ones_like(depth_lr, dtype=torch.bool)
    return log_difference(depth_hr_down, depth_lr, everywhere).abs().mean()


@MODELS.register_module()
class ResolutionConsistencyLoss(nn.Module):
    """Module of `resolution_consistency_loss`.

    Args:
        loss_weight: Factor.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, depth_lr: Tensor, depth_hr_down: Tensor) -> Tensor:
        """See `resolution_consistency_loss`."""
        return self.loss_weight * resolution_consistency_loss(depth_lr, depth_hr_down)
