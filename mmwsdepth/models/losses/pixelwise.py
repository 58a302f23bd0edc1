"""Losses that compare depth pixel by pixel."""

from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from .reduce import log_difference, masked_mean


def l1_loss(pred: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error in meters over measured pixels.

    Args:
        pred: (N, 1, H, W) in meters.
        target: (N, 1, H, W) in meters; 0 means no measurement.
    """
    return masked_mean((pred - target).abs(), target > 0)


def log_l1_loss(pred: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error of log-depth over measured pixels.

    Args:
        pred: (N, 1, H, W) in meters.
        target: (N, 1, H, W) in meters; 0 means no measurement.
    """
    valid = target > 0
    return masked_mean(log_difference(pred, target, valid).abs(), valid)


@MODELS.register_module()
class DepthL1Loss(nn.Module):
    """Module of `l1_loss` and `log_l1_loss`.

    Args:
        log: Compare log-depth instead of meters.
        loss_weight: Factor.
    """

    def __init__(self, log: bool = False, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.log = log
        self.loss_weight = loss_weight

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        """See `l1_loss`."""
        return self.loss_weight * (log_l1_loss if self.log else l1_loss)(pred, target)
