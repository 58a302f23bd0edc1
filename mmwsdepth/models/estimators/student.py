"""One pass of a student, and what of it is distilled."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .estimate import Estimate


def run_student(student: Any, image: Tensor) -> Estimate:
    """Estimate depth at an image's own resolution.

    Args:
        student: Encoder-decoder, see `WSDepthEstimator`.
        image: (N, 3, H, W), normalized.

    Returns:
        Depth (N, 1, H, W) in meters, float32, and the features that are distilled: the decoder's
        where the head shows them by `decode` and `estimate`, else the encoder's.
    """
    multiple = getattr(getattr(student, 'backbone', None), 'size_multiple', 1)
    padded = pad_to_multiple(image, multiple) if multiple > 1 else image
    feats, head = student.extract_feat(padded), student.decode_head
    if hasattr(head, 'decode') and hasattr(head, 'estimate'):
        feats = head.decode(feats)
        depth = head.estimate(feats)
    else:
        depth = head(feats)
    depth = resize_depth(depth.float(), padded.shape[-2:])
    if padded.shape != image.shape:
        depth, *feats = (cut_back(maps, padded, image) for maps in (depth, *feats))
    return Estimate(depth, tuple(feats))


def pad_to_multiple(image: Tensor, multiple: int) -> Tensor:
    """Repeat an image's last row and column until its sides are multiples of a number.

    Args:
        image: (N, 3, H, W).
        multiple: The number.
    """
    bottom, right = (-side % multiple for side in image.shape[-2:])
    return F.pad(image, (0, right, 0, bottom), mode='replicate')


def cut_back(maps: Tensor, padded: Tensor, image: Tensor) -> Tensor:
    """Cut maps of a padded image to what the image itself covers, see `pad_to_multiple`.

    Args:
        maps: (N, C, h, w), which cover the padded image.
        padded: (N, 3, *, *).
        image: (N, 3, H, W).

    Returns:
        (N, C, *, *), sides rounded up; where that is a fraction of a pixel too much, the maps are
        resampled.
    """
    (height, width), (all_rows, all_columns) = image.shape[-2:], padded.shape[-2:]
    rows, columns = maps.shape[-2] * height, maps.shape[-1] * width
    size = [len(maps), 1, -(-rows // all_rows), -(-columns // all_columns)]
    if rows % all_rows == 0 and columns % all_columns == 0:
        return maps[..., : size[2], : size[3]]
    y, x = height / all_rows, width / all_columns
    window = torch.tensor([[x, 0, x - 1], [0, y, y - 1]], device=maps.device)
    grid = F.affine_grid(window.expand(len(maps), 2, 3), size, align_corners=False)
    return F.grid_sample(maps.float(), grid, padding_mode='border', align_corners=False)


def coarsest_at_least(feats: Sequence[Tensor], like: Tensor) -> Tensor:
    """Choose the coarsest map that is no coarser than another map; the finest if all are.

    Args:
        feats: (N, C_i, H_i, W_i), finest first.
        like: (N, D, h, w).
    """
    fine_enough = [maps for maps in feats if maps.shape[-1] >= like.shape[-1]]
    return fine_enough[-1] if fine_enough else feats[0]


def resize_depth(depth: Tensor, size: Sequence[int]) -> Tensor:
    """Bring dense depth, (N, 1, H, W), to another size."""
    return F.interpolate(depth, tuple(size[:2]), mode='bilinear', align_corners=False)
