"""Affinity distillation: the student's features keep the structure of the teacher's."""

from torch import Tensor

from mmwsdepth.functional import affinity_distance
from mmwsdepth.registry import MODELS

from .common_grid import to_common_grid
from .levelwise import LevelwiseLoss


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
class AffinityLoss(LevelwiseLoss):
    """Module of `affinity_loss`, averaged over pairs of levels; arguments of `LevelwiseLoss`."""

    distance = staticmethod(affinity_loss)
