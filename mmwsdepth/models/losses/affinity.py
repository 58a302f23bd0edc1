"""Affinity distillation: the student's features keep the structure of the teacher's."""

import torch
from torch import Tensor, nn

from mmwsdepth.functional import affinity_distance, area_mean
from mmwsdepth.registry import MODELS


def affinity_loss(student: Tensor, teacher: Tensor, valid: Tensor | None = None) -> Tensor:
    """Distance of two feature maps in affinity space (Xu et al. 2021), on the coarser grid.

    Each channel is centered over the valid positions first: features after a ReLU are all positive,
    and their cosines would be near one everywhere.

    Args:
        student: (N, C, H, W).
        teacher: (N, D, h, w), gets no gradient. Channels and grid may differ from the student's.
        valid: (N, 1, *, *) on any grid at least as fine, true where depth was measured; a position
            counts where half of it was.

    Returns:
        Scalar, see `affinity_distance`.
    """
    size = (
        min(student.shape[-2], teacher.shape[-2]),
        min(student.shape[-1], teacher.shape[-1]),
    )
    mask = None if valid is None else area_mean(valid.float(), size).flatten(1) >= 0.5
    of_student, of_teacher = (
        centered(area_mean(maps, size).flatten(2), mask) for maps in (student, teacher.detach())
    )
    return affinity_distance(of_student, of_teacher, mask)


def centered(features: Tensor, valid: Tensor | None = None) -> Tensor:
    """Subtract each channel's mean over the valid positions.

    Args:
        features: (N, C, L).
        valid: (N, L), true where a position counts; all do by default.

    Returns:
        (N, C, L), float32 at least.
    """
    features = features.to(torch.promote_types(features.dtype, torch.float32))
    if valid is None:
        return features - features.mean(-1, keepdim=True)
    weight = valid[:, None].to(features)
    total = (features * weight).sum(-1, keepdim=True)
    return features - total / weight.sum(-1, keepdim=True).clamp(min=1)


@MODELS.register_module()
class AffinityLoss(nn.Module):
    """Module of `affinity_loss`.

    Args:
        loss_weight: Factor.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, student: Tensor, teacher: Tensor, valid: Tensor | None = None) -> Tensor:
        """See `affinity_loss`."""
        return self.loss_weight * affinity_loss(student, teacher, valid)
