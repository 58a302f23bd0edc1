"""A network tells meters from apparent size, so it sees images at the size it learned from."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from .global_scale import Size

TOLERANCE = 0.02


def size_at_training(full: Size, trained: Size) -> Size:
    """Choose the size at which an image shows things as large as the training images did.

    That is the largest of its aspect that fits into the training images' size, upright or lying.
    So a part that was cut out of an image along one direction alone keeps its scale, and a turned
    camera too.

    Args:
        full: (H, W) of the image.
        trained: (H, W) of the training images, before cropping.

    Returns:
        (h, w); the image's own where that is less than `TOLERANCE` away.
    """
    factor = min(wanted / side for side, wanted in zip(sorted(full), sorted(trained), strict=True))
    if abs(factor - 1) < TOLERANCE:
        return full
    return max(round(factor * full[0]), 1), max(round(factor * full[1]), 1)


def see_at_trained_size(
    image: Tensor, estimate_depth: Callable[[Tensor], Tensor], trained: Size | None
) -> Tensor:
    """Estimate depth from the image at the size of training, and bring it to the image's own.

    Args:
        image: (N, 3, H, W).
        estimate_depth: Image to depth, (N, 1, h, w) in meters.
        trained: See `size_at_training`; None for the image as it is.

    Returns:
        (N, 1, H, W) in meters.
    """
    full = (image.shape[-2], image.shape[-1])
    size = full if trained is None else size_at_training(full, trained)
    if size == full:
        return estimate_depth(image)
    return _resample(estimate_depth(_resample(image, size)), full)


def _resample(values: Tensor, size: Size) -> Tensor:
    return F.interpolate(values, size, mode='bilinear', align_corners=False, antialias=True)
