"""What a coarse depth map says of itself: its holes, noise and edges. All maps are (N, 1, h, w)."""

import math
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor


def fill_cells(values: Tensor, weight: Tensor) -> Tensor:
    """Replace values, as far as their weight is below 1, by weighted means of ever more around.

    Args:
        values: Any numbers.
        weight: From 0 to 1; where it is 0 in a whole map, the result is 0.
    """
    sides = values.shape[-2:]
    if max(sides) == 1:
        return weight * values
    kernel = [min(2, side) for side in sides]
    total = F.avg_pool2d(weight, kernel, ceil_mode=True)
    mean = F.avg_pool2d(weight * values, kernel, ceil_mode=True) / total.clamp(min=1e-6)
    around = fill_cells(mean, (total * math.prod(kernel)).clamp(max=1))
    around = F.interpolate(around, sides, mode='bilinear', align_corners=False)
    return torch.lerp(around, values, weight)


def estimate_noise(values: Tensor, weight: Tensor) -> Tensor:
    """Estimate the noise's standard deviation, (N, 1, 1, 1), by the median of second differences.

    Args:
        values: Log-depth.
        weight: Cells of weight 0, and those beside them, do not count.
    """
    known = -F.max_pool2d(-F.pad((weight > 0).to(values), [1] * 4), 3, 1) > 0
    bends = torch.cat([bend.where(known, torch.nan) for bend in _bends(values)], 1)
    median = bends.flatten(1).nanmedian(1).values
    return (median.nan_to_num() / (0.6745 * math.sqrt(6))).view(-1, 1, 1, 1)


def smooth_cells(values: Tensor, step: Tensor) -> Tensor:
    """Filter bilaterally over 3 x 3 cells.

    Args:
        values: Log-depth.
        step: Difference, (N, 1, 1, 1), that noise does not reach.
    """
    height, width = values.shape[-2:]
    padded = F.pad(values, [1] * 4, mode='replicate')
    value, total = torch.zeros_like(values), torch.zeros_like(values)
    for dy, dx in product(range(3), repeat=2):
        near = padded[..., dy : dy + height, dx : dx + width]
        distance = ((near - values) / step.clamp(min=1e-6)).square()
        share = (-(distance + (dy - 1) ** 2 + (dx - 1) ** 2) / 2).exp()
        value += share * near
        total += share
    return value / total


def find_edges(values: Tensor, threshold: Tensor) -> Tensor:
    """Tell, from 0 to 1, whether there is an edge in the 3 x 3 cells around; slopes are none.

    Args:
        values: Log-depth.
        threshold: Second difference, (N, 1, 1, 1), from which there surely is.
    """
    bend = torch.maximum(*_bends(values))
    return (2 * F.max_pool2d(bend, 3, 1, 1) / threshold - 1).clamp(0, 1)


def _bends(values: Tensor) -> tuple[Tensor, Tensor]:
    """Size of the second differences down and across, 0 on the rim that has none."""
    down, across = torch.zeros_like(values), torch.zeros_like(values)
    down[..., 1:-1, :] = values.diff(2, dim=-2).abs() if values.shape[-2] > 2 else 0
    across[..., 1:-1] = values.diff(2, dim=-1).abs() if values.shape[-1] > 2 else 0
    return down, across
