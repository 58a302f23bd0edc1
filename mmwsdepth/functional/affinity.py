"""Distance of two feature maps in affinity space, exact and linear in the number of positions."""

import torch
import torch.nn.functional as F
from torch import Tensor


def affinity_distance(student: Tensor, teacher: Tensor, valid: Tensor | None = None) -> Tensor:
    """Mean squared difference of two cosine affinity matrices, without building them.

    The affinity of positions i and j is the cosine of their feature vectors. With unit-norm
    features S (C x L) and T (D x L) the squared Frobenius distance of the L x L affinities is
    `|S'S - T'T|^2 = |SS'|^2 + |TT'|^2 - 2 |ST'|^2`, which needs C x C, D x D and C x D matrices.
    Accumulates in float32 at least, under autocast too.

    Args:
        student: (N, C, L) features at L positions.
        teacher: (N, D, L) features at the same positions; D may differ from C.
        valid: (N, L), true where a position takes part; all do by default.

    Returns:
        Scalar: the mean over pairs of valid positions, then over images; an image without a valid
        position counts as zero. A zero feature vector has no direction: its affinities are zero and
        it gets no gradient.
    """
    with torch.autocast(student.device.type, enabled=False):
        student, teacher = _unit_norm(student, valid), _unit_norm(teacher, valid)
        distance = (
            _squared_norm(student @ student.mT)
            + _squared_norm(teacher @ teacher.mT)
            - 2 * _squared_norm(student @ teacher.mT)
        )
        if valid is None:
            pairs = torch.full_like(distance, float(student.shape[-1]) ** 2)
        else:
            pairs = valid.sum(-1).to(distance) ** 2
        return (distance / pairs.clamp(min=1)).mean()


def _unit_norm(features: Tensor, valid: Tensor | None) -> Tensor:
    features = features if features.dtype == torch.float64 else features.float()
    directed = features.ne(0).any(1, keepdim=True)  # else the gradient would be 1 / eps
    counts = directed if valid is None else directed & valid[:, None].bool()
    return F.normalize(features.where(counts, 0), dim=1)


def _squared_norm(matrix: Tensor) -> Tensor:
    return matrix.square().sum(dim=(-2, -1))
