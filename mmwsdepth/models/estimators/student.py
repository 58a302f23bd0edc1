"""One pass of a student, and what of it is distilled."""

from collections.abc import Sequence
from typing import Any

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
    feats, head = student.extract_feat(image), student.decode_head
    if hasattr(head, 'decode') and hasattr(head, 'estimate'):
        feats = head.decode(feats)
        depth = head.estimate(feats)
    else:
        depth = head(feats)
    return Estimate(resize_depth(depth.float(), image.shape[-2:]), tuple(feats))


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
