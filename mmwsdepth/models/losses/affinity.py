"""Affinity distillation: the student's features keep the structure of the teacher's."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmwsdepth.functional import affinity_distance
from mmwsdepth.registry import MODELS

from .common_grid import to_common_grid


def affinity_loss(student: Tensor, teacher: Tensor, valid: Tensor | None = None) -> Tensor:
    """Distance of two feature maps in affinity space (Xu et al. 2021), on the coarser grid.

    Args:
        student: (N, C, H, W).
        teacher: (N, D, h, w), gets no gradient. Channels and grid may differ from the student's.
        valid: (N, 1, *, *) on any grid at least as fine, true where depth was measured.

    Returns:
        Scalar, see `affinity_distance`.
    """
    return affinity_distance(*to_common_grid(student, teacher, valid))


@MODELS.register_module()
class AffinityLoss(nn.Module):
    """Module of `affinity_loss`, averaged over pairs of levels.

    Args:
        loss_weight: Factor.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(
        self, student: Sequence[Tensor], teacher: Sequence[Tensor], valid: Tensor | None = None
    ) -> Tensor:
        """Average `affinity_loss` over corresponding levels.

        Args:
            student: Feature maps of the student, (N, C_i, H_i, W_i).
            teacher: As many of the teacher, (N, D_i, h_i, w_i).
            valid: (N, 1, h, w), true where depth was measured.
        """
        losses = [affinity_loss(s, t, valid) for s, t in zip(student, teacher, strict=True)]
        return self.loss_weight * torch.stack(losses).mean()
