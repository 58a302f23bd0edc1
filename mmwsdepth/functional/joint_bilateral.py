"""Joint bilateral filters at chosen pixels: depth that follows the edges of a guide.

A guide is (N, C, H, W), scaled so that a difference of 1 separates two surfaces. Pixels are given
as three indices, (P,) each: of the image, the row and the column.
"""

from collections.abc import Sequence
from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor

from .resample import area_mean

Pixels = tuple[Tensor, ...]
WINDOW = tuple(product(range(-2, 3), repeat=2))
CELLS, PIXELS = 0.5, 1.6  # standard deviations of the windows over cells, and over pixels


def upsample_joint_bilateral(
    values: Tensor, guide: Tensor, pixels: Pixels, weight: Tensor
) -> Tensor:
    """Give each pixel the mean of those cells around that look like it (Kopf et al. 2007).

    Args:
        values: (N, 1, h, w) on a grid no finer than the guide's.
        guide: (N, C, H, W); a cell looks like the mean over it.
        pixels: Where.
        weight: (N, 1, h, w), positive.

    Returns:
        (P,).
    """
    grid, size = values.shape[-2:], guide.shape[-2:]
    image, y, x = pixels
    rows = (y + 0.5) * grid[0] / size[0] - 0.5
    columns = (x + 0.5) * grid[1] / size[1] - 0.5
    row, column = rows.round().long(), columns.round().long()
    own = guide.permute(0, 2, 3, 1)[pixels]
    looks = area_mean(guide, (grid[0], grid[1])).permute(0, 2, 3, 1).contiguous()
    value, total = torch.zeros_like(rows), torch.zeros_like(rows)
    for dy, dx in WINDOW:
        at = (image, (row + dy).clamp(0, grid[0] - 1), (column + dx).clamp(0, grid[1] - 1))
        distance = ((rows - row - dy).square() + (columns - column - dx).square()) / CELLS**2
        distance += (looks[at] - own).square().sum(1)
        share = ((-distance / 2).exp() + 1e-10) * weight[:, 0][at]
        value += share * values[:, 0][at]
        total += share
    return value / total


def window_weights(guide: Tensor, pixels: Pixels) -> list[Tensor]:
    """Weights, (P,) each, of the pixels in a window of 5 x 5, by distance and guide."""
    image, y, x = pixels
    guide = guide.permute(0, 2, 3, 1).contiguous()
    own, (height, width) = guide[pixels], guide.shape[1:3]
    weights = []
    for dy, dx in WINDOW:
        at = (image, (y + dy).clamp(0, height - 1), (x + dx).clamp(0, width - 1))
        distance = (guide[at] - own).square().sum(1) + (dy * dy + dx * dx) / PIXELS**2
        weights.append((-distance / 2).exp())
    return weights


def filter_bilateral(
    values: Tensor, pixels: Pixels, weights: Sequence[Tensor], step: float
) -> Tensor:
    """Filter values at the pixels by given weights and by how near the values themselves are.

    Args:
        values: (N, 1, H, W).
        pixels: Where.
        weights: See `window_weights`.
        step: Difference of values that separates two surfaces.

    Returns:
        (P,).
    """
    image, y, x = pixels
    padded = F.pad(values, [2] * 4, mode='replicate')[:, 0]
    own = values[:, 0][pixels]
    value, total = torch.zeros_like(own), torch.zeros_like(own)
    for (dy, dx), weight in zip(WINDOW, weights, strict=True):
        near = padded[image, y + 2 + dy, x + 2 + dx]
        share = weight * (-((near - own) / step).square() / 2).exp()
        value += share * near
        total += share
    return value / total
