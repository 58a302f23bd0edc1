"""Feature maps of student and teacher on one grid."""

from torch import Tensor

from mmwsdepth.functional import area_mean


def to_common_grid(
    student: Tensor, teacher: Tensor, valid: Tensor | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Average two feature maps over the cells of the coarser of their grids.

    Args:
        student: (N, C, H, W).
        teacher: (N, D, h, w), gets no gradient.
        valid: (N, 1, *, *) on any grid at least as fine, true where depth was measured.

    Returns:
        (N, C, L), (N, D, L) and (N, L) or None: a position counts where half of it was measured.
    """
    size = (
        min(student.shape[-2], teacher.shape[-2]),
        min(student.shape[-1], teacher.shape[-1]),
    )
    mask = None if valid is None else area_mean(valid.float(), size).flatten(1) >= 0.5
    return (
        area_mean(student, size).flatten(2),
        area_mean(teacher.detach(), size).flatten(2),
        mask,
    )
