"""One estimate from several scales of an image."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import torch.nn.functional as F
from torch import Tensor

from mmwsdepth.functional import area_mean, downsample_image, enlarge_image

from .global_scale import Size, align_scale

CELL = 8
MAX_DENOMINATOR = 1000


def resize_image(image: Tensor, size: Size, scale: float) -> Tensor:
    """Bring an image to the size that a scale gives it."""
    return (enlarge_image if scale > 1 else downsample_image)(image, size)


def estimate_at_scales(
    image: Tensor,
    scales: Sequence[float],
    estimate: Callable[[Tensor, float], Tensor],
    resize: Callable[[Tensor, Size, float], Tensor] = resize_image,
    mean: Callable[[Tensor, Size], Tensor] = area_mean,
) -> Tensor:
    """Estimate depth at several scales: coarse depth from all, detail from the finest.

    Over cells of 8 x 8 pixels of the next coarser scale, depth is the geometric mean of the scales
    up to 1, which all learned meters and err differently. Scales above 1 add only what is finer
    than a cell: a network blurs edges by a number of its pixels, and those of an enlarged image
    are smaller.

    Args:
        image: (N, 3, H, W).
        scales: Of the image's sides, ascending.
        estimate: Image and its scale to depth, (N, 1, h, w) in meters.
        resize: Brings an image to the size that a scale gives it.
        mean: Averages over the cells of a grid.

    Returns:
        (N, 1, H, W) in meters.
    """
    full = (image.shape[-2], image.shape[-1])
    depth = image[:, :1]
    for number, scale in enumerate(scales):
        size = full if scale == 1 else (scaled(full[0], scale), scaled(full[1], scale))
        finer = estimate(image if scale == 1 else resize(image, size, scale), scale)
        if number:
            rows, columns = ((side + CELL - 1) // CELL for side in depth.shape[-2:])
            share = 1.0 if scale > 1 else number / (number + 1)
            finer = align_scale(finer, mean(depth, (rows, columns)), (0, 0), size, share)
        depth = finer
    if scales[-1] < 1:
        return F.interpolate(depth, full, mode='bilinear', align_corners=False)
    return depth if scales[-1] == 1 else mean(depth, full)


def scaled(side: int, scale: float) -> int:
    """Pixels of a scaled side, rounded; in integers, for exporters."""
    exact = Fraction(scale).limit_denominator(MAX_DENOMINATOR)
    return max((2 * side * exact.numerator + exact.denominator) // (2 * exact.denominator), 1)
