"""Other ways to distil features, to be compared with affinity."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from .common_grid import to_common_grid
from .levelwise import LevelwiseLoss
from .reduce import masked_mean


def attention_loss(student: Tensor, teacher: Tensor, valid: Tensor | None = None) -> Tensor:
    """Attention transfer (Zagoruyko and Komodakis 2017, arXiv 1612.03928), eq. 2, p = 2.

    Compares where features are strong: the sum of squares over channels, as a unit vector over the
    measured positions.

    Args:
        student: (N, C, H, W).
        teacher: (N, D, h, w), gets no gradient. Channels and grid may differ from the student's.
        valid: (N, 1, *, *) on any grid at least as fine, true where depth was measured.

    Returns:
        Scalar: squared distance of the two unit vectors, mean over images.
    """
    student, teacher, mask = to_common_grid(student, teacher, valid)
    strengths = []
    for feats in (student, teacher):
        strength = feats.float().square().sum(dim=1)
        strengths.append(F.normalize(strength if mask is None else strength * mask, dim=-1))
    return (strengths[0] - strengths[1]).square().sum(-1).mean()


def feature_l2_loss(student: Tensor, teacher: Tensor, valid: Tensor | None = None) -> Tensor:
    """Mean squared distance of unit-norm features at each measured position.

    Args:
        student: (N, C, H, W).
        teacher: (N, C, h, w), gets no gradient. The grid may differ from the student's.
        valid: (N, 1, *, *) on any grid at least as fine, true where depth was measured.
    """
    student, teacher, mask = to_common_grid(student, teacher, valid)
    difference = F.normalize(student.float(), dim=1) - F.normalize(teacher.float(), dim=1)
    distance = difference.square().sum(dim=1)
    return masked_mean(distance, torch.ones_like(distance) > 0 if mask is None else mask)


@MODELS.register_module()
class AttentionLoss(LevelwiseLoss):
    """Module of `attention_loss`, averaged over pairs of levels; takes `AffinityLoss`'s place."""

    distance = staticmethod(attention_loss)


@MODELS.register_module()
class FeatureL2Loss(LevelwiseLoss):
    """Module of `feature_l2_loss` behind a learnt 1x1 projection; takes `AffinityLoss`'s place.

    Args:
        student_channels: Channels of the student's feature maps, one a level.
        teacher_channels: Channels of the teacher's.
        loss_weight: Factor.
    """

    distance = staticmethod(feature_l2_loss)

    def __init__(
        self,
        student_channels: Sequence[int],
        teacher_channels: Sequence[int],
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__(loss_weight)
        self.projections = nn.ModuleList(
            nn.Conv2d(s, t, 1) for s, t in zip(student_channels, teacher_channels, strict=True)
        )

    def forward(
        self, student: Sequence[Tensor], teacher: Sequence[Tensor], valid: Tensor | None = None
    ) -> Tensor:
        """Project the student's maps to the teacher's channels and average over levels."""
        projected = [project(s) for s, project in zip(student, self.projections, strict=True)]
        return super().forward(projected, teacher, valid)
