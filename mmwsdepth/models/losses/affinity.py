"""Affinity distillation: the student's features keep the structure of the teacher's."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmwsdepth.functional import affinity_distance, area_mean
from mmwsdepth.registry import MODELS


def affinity_loss(student: Tensor, teacher: Tensor, valid: Tensor | None = None) -> Tensor:
    """Distance of two feature maps in affinity space (Xu et al. 2021), on the coarser grid.

    Args:
        student: (N, C, H, W).
        teacher: (N, D, h, w), gets no gradient. Channels and grid may differ from the student's.
        valid: (N, 1, *, *) on any grid at least as fine, true where depth was measured.

    Returns:
        Scalar, see `affinity_distance`.
    """
    size = (
        min(student.shape[-2], teacher.shape[-2]),
        min(student.shape[-1], teacher.shape[-1]),
    )
    mask = None if valid is None else area_mean(valid.float(), size).flatten(1) >= 0.5
    return affinity_distance(
        area_mean(student, size).flatten(2), area_mean(teacher.detach(), size).flatten(2), mask
    )


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
