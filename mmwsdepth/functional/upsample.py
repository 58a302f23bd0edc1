"""Depth onto a finer grid, for baselines alone: the method itself never does this."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .resample import Size


def upsample_depth(depth: Tensor, size: Size, mode: str = 'bilinear') -> Tensor:
    """Bring depth onto a finer grid without mixing missing values in.

    Args:
        depth: (N, 1, h, w) in meters; 0 means no measurement.
        size: (H, W) of the finer grid.
        mode: 'nearest' or 'bilinear'.

    Returns:
        (N, 1, H, W) in meters; 0 where missing pixels have at least half of the weight.

    Raises:
        ValueError: The mode is unknown.
    """
    if mode == 'nearest':
        return F.interpolate(depth, size, mode='nearest-exact')
    if mode != 'bilinear':
        raise ValueError(f"mode={mode!r} is neither 'nearest' nor 'bilinear'")
    weight = F.interpolate((depth > 0).to(depth), size, mode='bilinear', align_corners=False)
    value = F.interpolate(depth, size, mode='bilinear', align_corners=False)
    return torch.where(weight > 0.5, value / weight.clamp(min=0.5), 0)
