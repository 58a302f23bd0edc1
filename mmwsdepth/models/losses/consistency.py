"""Consistency of the two resolutions."""

from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from .pixelwise import l1_loss, log_l1_loss


def resolution_consistency_loss(
    depth_lr: Tensor, depth_hr_down: Tensor, log: bool = True, detach: str | None = None
) -> Tensor:
    """L1 distance of the LR estimate and the down-sampled HR estimate (Xu et al. 2021).

    Both are dense, so every pixel counts, measured or not.

    Args:
        depth_lr: (N, 1, h, w) in metres, from the LR image.
        depth_hr_down: (N, 1, h, w) in metres, from the HR image.
        log: Compare log-depth instead of metres.
        detach: 'lr' or 'hr' names the side that is a target and gets no gradient.
    """
    depth_lr = depth_lr.detach() if detach == 'lr' else depth_lr
    depth_hr_down = depth_hr_down.detach() if detach == 'hr' else depth_hr_down
    return (log_l1_loss if log else l1_loss)(depth_hr_down, depth_lr)


@MODELS.register_module()
class ResolutionConsistencyLoss(nn.Module):
    """Module of `resolution_consistency_loss`.

    Args:
        log: Compare log-depth instead of metres.
        detach: Side without gradient: 'lr', 'hr' or None.
        loss_weight: Factor.

    Raises:
        ValueError: `detach` is none of the three.
    """

    def __init__(
        self, log: bool = True, detach: str | None = None, loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        if detach not in (None, 'lr', 'hr'):
            raise ValueError(f"detach={detach!r} is none of None, 'lr' and 'hr'")
        self.log = log
        self.detach = detach
        self.loss_weight = loss_weight

    def forward(self, depth_lr: Tensor, depth_hr_down: Tensor) -> Tensor:
        """See `resolution_consistency_loss`."""
        loss = resolution_consistency_loss(depth_lr, depth_hr_down, self.log, self.detach)
        return self.loss_weight * loss
