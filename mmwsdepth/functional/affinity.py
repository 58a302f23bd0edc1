"""Distance of two feature maps in affinity space, exact and linear in the number of positions."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

SHORTEST = 1e-12  # a shorter feature vector has no direction
PIECE, PIECE_ON_GPU = 2**19, 2**24  # numbers a step: they stay in the caches; few launches
ROWS = 64  # of the symmetric Gram matrix a step; what lies right of their diagonal is not computed


def affinity_distance(student: Tensor, teacher: Tensor, valid: Tensor | None = None) -> Tensor:
    """Mean squared difference of two cosine affinity matrices, without building them.

    The affinity of positions i and j is the cosine of their feature vectors. Let F = [S; T] be the
    unit-norm features of both (C + D x L), G = FF' their Gram matrix (C + D x C + D), and J the
    diagonal matrix with 1 for the student's channels and -1 for the teacher's. Then

        S'S - T'T = F'JF,    |F'JF|^2 = sum(JGJ * G),    d|F'JF|^2 / dF = 4 JGJ F,

    and no L x L matrix is needed. Forward and backward go through the positions in pieces, and of
    what they compute only G is kept. Accumulates in float32 at least, under autocast too.

    Args:
        student: (N, C, L) features at L positions.
        teacher: (N, D, L) features at the same positions; D may differ from C.
        valid: (N, L), true where a position takes part; all do by default.

    Returns:
        Scalar: the mean over pairs of valid positions, then over images; an image without a valid
        position counts as zero. A zero feature vector has no direction: its affinities are zero and
        it gets no gradient.

    Raises:
        NotImplementedError: A gradient is asked for with `create_graph`: it has none of its own.

    Examples:
        >>> import torch
        >>> feats = torch.rand(2, 8, 30)
        >>> bool(affinity_distance(feats, 3 * feats) < 1e-5)
        True
    """
    return _AffinityDistance.apply(student, teacher, valid)


class _AffinityDistance(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, student: Tensor, teacher: Tensor, valid: Tensor | None) -> Tensor:
        with torch.autocast(student.device.type, enabled=False):
            gram = _gram_matrix(student, teacher, valid)
            signed = gram.clone()  # JGJ
            width = student.shape[1]
            signed[:, :width, width:].neg_()
            signed[:, width:, :width].neg_()
            counts = gram.new_full((len(gram),), student.shape[-1])
            if valid is not None:
                counts = valid.bool().sum(-1).to(counts)
            weight = 1 / (counts.clamp(min=1).square() * len(gram))
            ctx.save_for_backward(student, teacher, valid, 4 * weight[:, None, None] * signed)
            return weight @ (signed * gram).sum((-2, -1))

    @staticmethod
    def backward(ctx: Any, grad_distance: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        if torch.is_grad_enabled():
            raise NotImplementedError(
                'affinity_distance can be differentiated only once: leave create_graph out'
            )
        student, teacher, valid, matrix = ctx.saved_tensors
        channels = slice(student.shape[1]), slice(student.shape[1], None)
        grads = [
            torch.empty_like(features) if wanted else None
            for features, wanted in zip((student, teacher), ctx.needs_input_grad[:2], strict=True)
        ]
        with torch.autocast(student.device.type, enabled=False):
            matrix = matrix * grad_distance
            for images, positions in _pieces(student, teacher):
                units, per_length = _unit_norm(student, teacher, valid, images, positions)
                for grad, rows, inverse in zip(grads, channels, per_length, strict=True):
                    if grad is not None:
                        unit, grad_unit = units[:, rows], matrix[images, rows] @ units
                        along = (unit * grad_unit).sum(1, keepdim=True)  # would change the length
                        grad_unit.addcmul_(unit, along, value=-1)
                        grad[images, :, positions] = grad_unit.mul_(inverse)
        return grads[0], grads[1], None


def _gram_matrix(student: Tensor, teacher: Tensor, valid: Tensor | None) -> Tensor:
    """Multiply the unit-norm features of both, (N, C + D, L), by their transpose."""
    channels = student.shape[1] + teacher.shape[1]
    gram = student.new_zeros(len(student), channels, channels, dtype=_precision(student, teacher))
    for images, positions in _pieces(student, teacher):
        units, _ = _unit_norm(student, teacher, valid, images, positions)
        for row in range(0, channels, ROWS):
            end = row + ROWS
            gram[images, row:end, :end].baddbmm_(units[:, row:end], units[:, :end].mT)
    return gram.tril() + gram.tril(-1).mT


def _pieces(student: Tensor, teacher: Tensor) -> Iterator[tuple[slice, slice]]:
    """Cut (N, *, L) into ranges of images and of positions, as large as a step may be."""
    images, channels, positions = student.shape
    channels += teacher.shape[1]
    size = (PIECE if student.device.type == 'cpu' else PIECE_ON_GPU) // channels
    some_positions = max(min(size, positions), 1)
    some_images = max(size // some_positions, 1)
    for image in range(0, images, some_images):
        for position in range(0, positions, some_positions):
            yield slice(image, image + some_images), slice(position, position + some_positions)


def _unit_norm(
    student: Tensor, teacher: Tensor, valid: Tensor | None, images: slice, positions: slice
) -> tuple[Tensor, list[Tensor]]:
    """Bring a piece to unit norm: (n, C + D, l), and of each the inverse lengths (n, 1, l).

    Both are zero where a feature vector is, or a position takes no part.
    """
    units, per_length = [], []
    for whole in (student, teacher):
        features = whole[images, :, positions].to(_precision(student, teacher))
        if valid is not None:
            features = features.where(valid[images, None, positions].bool(), 0)
        squared = features.square().sum(1, keepdim=True)
        per_length.append(squared.rsqrt().where(squared > SHORTEST**2, 0))
        units.append(features * per_length[-1])
    return torch.cat(units, dim=1), per_length


def _precision(student: Tensor, teacher: Tensor) -> torch.dtype:
    return torch.promote_types(torch.promote_types(student.dtype, teacher.dtype), torch.float32)
