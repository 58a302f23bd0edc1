"""How well the depth edges of one image are met."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

THRESHOLDS = tuple(1.05 + 0.2 * step / 9 for step in range(10))


def boundary_f1(pred: Tensor, target: Tensor, valid: Tensor) -> float | None:
    """Scale-invariant boundary F1 of Depth Pro (Bochkovskii et al. 2024, arXiv 2410.02073).

    Pixel i occludes its neighbor j (of four) at threshold t where depth(j) / depth(i) > t. A
    predicted occlusion is right where the truth has the same one: same pair, same order. Precision
    and recall are averaged over the four directions, and their F1 over ten thresholds from 1.05 to
    1.25, each weighing as much as its value.

    This is what Depth Pro's code computes wherever the truth is complete and has edges of all
    directions at all thresholds. Beyond that, a pair with missing depth has no edge; and directions
    and thresholds without a true edge are left out, so that an exact prediction always scores 1.

    Args:
        pred: (H, W) in any unit, positive where valid.
        target: (H, W) in any unit, positive where valid.
        valid: (H, W), true where the target was measured.

    Returns:
        From 0 to 1, the higher the better; None if the truth has no edge at any threshold.

    Examples:
        >>> import torch
        >>> depth = torch.ones(8, 8)
        >>> depth[:, 4:] = 2
        >>> round(boundary_f1(depth, depth, depth > 0), 2)
        1.0
    """
    thresholds = torch.tensor(THRESHOLDS, dtype=torch.float64, device=target.device)
    directions = zip(_neighbor_ratios(target, valid), _neighbor_ratios(pred, valid), strict=True)
    counts = torch.stack([_count_edges(*ratios, thresholds) for ratios in directions])
    true, found, right = counts.double().unbind(1)
    exists = true > 0
    number = exists.sum(0).clamp(min=1)
    precision = (right / found.clamp(min=1)).sum(0) / number
    recall = (right / true.clamp(min=1)).sum(0) / number
    f1 = 2 * precision * recall / (precision + recall).clamp(min=1e-12)
    weights = thresholds * exists.any(0)
    if not weights.any():
        return None
    return ((weights * f1).sum() / weights.sum()).item()


def discontinuities(depth: Tensor, valid: Tensor, ratio: float = 1.1) -> Tensor:
    """Mark the pixels beside a depth discontinuity, those of both sides.

    Args:
        depth: (H, W) in any unit, positive where valid.
        valid: (H, W), true where depth was measured.
        ratio: Depth of two neighboring valid pixels, larger to smaller, above which there is a
            discontinuity between them.

    Returns:
        (H, W), true beside a discontinuity.

    Examples:
        >>> import torch
        >>> depth = torch.tensor([[1.0, 1.0, 2.0, 2.0]])
        >>> discontinuities(depth, depth > 0)
        tensor([[False,  True,  True, False]])
    """
    depth = depth.double()
    beside = torch.zeros_like(valid, dtype=torch.bool)
    pairs = zip(_pairs(depth), _pairs(valid.bool()), _pairs(beside), strict=True)
    for (first, second), (first_valid, second_valid), (first_side, second_side) in pairs:
        jump = torch.maximum(first / second, second / first) > ratio
        jump &= first_valid & second_valid
        first_side |= jump
        second_side |= jump
    return beside


def discontinuity_error(
    pred: Tensor, target: Tensor, valid: Tensor, radius: int = 2, ratio: float = 1.1
) -> float | None:
    """Mean absolute relative error near the true depth discontinuities.

    Args:
        pred: (H, W) in meters, positive where valid.
        target: (H, W) in meters, positive where valid.
        valid: (H, W), true where the target was measured.
        radius: How many pixels on each side of a discontinuity count, diagonally too.
        ratio: See `discontinuities`.

    Returns:
        abs_rel over the valid pixels of that band; None if the truth has no discontinuity.

    Examples:
        >>> import torch
        >>> depth = torch.tensor([[1.0, 1.0, 2.0, 2.0]])
        >>> round(discontinuity_error(1.5 * depth, depth, depth > 0), 2)
        0.5
    """
    beside = discontinuities(target, valid, ratio)
    band = F.max_pool2d(beside.float()[None], 2 * radius - 1, 1, radius - 1)[0].bool()
    pred, target = pred[band & valid].double(), target[band & valid].double()
    return ((pred - target).abs() / target).mean().item() if len(target) else None


def soft_edge_error(
    pred: Tensor, target: Tensor, valid: Tensor, radius: int = 1, ratio: float = 1.1
) -> float | None:
    """Soft edge error: how far a prediction at an edge is from any depth that is near by.

    As Chen et al. 2019 (On the Over-Smoothing Problem of CNN Based Disparity Estimation, ICCV) and
    Tosi et al. 2021 (arXiv 2104.03866) define it, an edge that is sharp and slightly misplaced
    costs nothing and depth between foreground and background does. They measure disparity in
    pixels; here errors are relative to the true depth, to be read beside `discontinuity_error`.

    Args:
        pred: (H, W) in meters, positive where valid.
        target: (H, W) in meters, positive where valid.
        valid: (H, W), true where the target was measured.
        radius: The truth is searched in a window of 2 radius + 1 pixels squared.
        ratio: See `discontinuities`, the pixels that count.

    Returns:
        Mean over the pixels beside a discontinuity of the smallest |pred - target'| / target' over
        the valid target' of the pixel's window; None if the truth has no discontinuity.

    Examples:
        >>> import torch
        >>> depth = torch.tensor([[1.0, 1.0, 2.0, 2.0]])
        >>> soft_edge_error(depth, depth, depth > 0)
        0.0
    """
    rows, columns = discontinuities(target, valid, ratio).nonzero(as_tuple=True)
    if not len(rows):
        return None
    offset = torch.arange(2 * radius + 1, device=target.device)
    window = (rows[:, None, None] + offset[:, None], columns[:, None, None] + offset)
    margin = [radius] * 4
    near = F.pad(target.double(), margin)[window]
    known = F.pad(valid.float(), margin)[window].bool()
    error = (pred[rows, columns].double()[:, None, None] - near).abs() / near
    return error.masked_fill(~known, torch.inf).amin((1, 2)).mean().item()


def _neighbor_ratios(depth: Tensor, valid: Tensor) -> list[Tensor]:
    """Depth of neighbor to pixel over the valid pairs: (P,) for each of the four directions."""
    ratios = []
    for (first, second), (first_valid, second_valid) in zip(
        _pairs(depth.double()), _pairs(valid.bool()), strict=True
    ):
        both = first_valid & second_valid
        first, second = first[both], second[both]
        ratios += [second / first, first / second]
    return ratios


def _count_edges(truth: Tensor, found: Tensor, thresholds: Tensor) -> Tensor:
    """How many of the (P,) ratios are true, found and rightly found edges: (3, thresholds)."""
    candidates = torch.maximum(truth, found) > thresholds[0]
    truth, found = truth[candidates], found[candidates]
    ratios = torch.stack([truth, found, torch.minimum(truth, found)])
    return (ratios[:, None] > thresholds[:, None]).sum(-1)


def _pairs(image: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Views of the pixels that have a neighbor, and of those: to the right, then below."""
    yield image[:, :-1], image[:, 1:]
    yield image[:-1], image[1:]
