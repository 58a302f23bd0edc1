"""The crops that published numbers were scored in, as shares of the image."""

from collections.abc import Sequence

import torch
from torch import Tensor

# Rows and columns as shares of height and width.
CROPS = {
    # Eigen et al. 2014 on NYU: rows 45:471 and columns 41:601 of 480x640.
    'nyu': ((45 / 480, 471 / 480), (41 / 640, 601 / 640)),
    # Garg et al. 2016 on KITTI.
    'garg': ((0.40810811, 0.99189189), (0.03594771, 0.96405229)),
}


def crop_mask(size: Sequence[int], crop: str | None) -> Tensor:
    """Mark the pixels that a protocol scores.

    Args:
        size: (H, W) of the image.
        crop: 'nyu', 'garg' or None for the whole image.

    Returns:
        (H, W), true inside.
    """
    mask = torch.zeros(tuple(size), dtype=torch.bool)
    (top, bottom), (left, right) = CROPS[crop] if crop else ((0, 1), (0, 1))
    height, width = size
    rows = slice(int(top * height + 1e-9), int(bottom * height + 1e-9))
    columns = slice(int(left * width + 1e-9), int(right * width + 1e-9))
    mask[rows, columns] = True
    return mask
