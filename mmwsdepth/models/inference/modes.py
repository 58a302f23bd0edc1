"""Inference at any size: the whole image, its mirror image too, or tiles of one global scale.

Everything here works on a callable that turns images, (N, 3, H, W), into depth, (N, 1, H, W) in
meters. Depths are averaged and blended as logarithms, for which they are at least `MIN_DEPTH`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import torch
from torch import Tensor

from mmwsdepth.functional import area_mean, downsample_image

from .global_scale import align_scale, log_depth, scale_grids
from .options import InferenceOptions
from .trained_size import see_at_trained_size, size_at_training

UNTRAINED_GLOBAL_SIZE = 640
EstimateDepth = Callable[[Tensor], Tensor]


def infer(image: Tensor, estimate_depth: EstimateDepth, options: InferenceOptions) -> Tensor:
    """Estimate depth as the options say.

    Args:
        image: (N, 3, H, W).
        estimate_depth: Image to depth, see the module.
        options: Mode, flip and tiles.

    Returns:
        (N, 1, H, W) in meters.
    """
    if options.flip:
        estimate_depth = partial(with_flip, estimate_depth=estimate_depth)
    if options.mode == 'whole':
        depth = see_at_trained_size(image, estimate_depth, options.trained_size)
    else:
        depth = torch.stack([slide(single, estimate_depth, options) for single in image])
    return depth if options.depth_factor == 1 else depth * options.depth_factor


def with_flip(image: Tensor, estimate_depth: EstimateDepth) -> Tensor:
    """Average, in log-depth, the estimates of the image and of its mirror image.

    Args:
        image: (N, 3, H, W).
        estimate_depth: Image to depth, see the module.

    Returns:
        (N, 1, H, W) in meters.
    """
    straight = log_depth(estimate_depth(image))
    mirrored = log_depth(estimate_depth(image.flip(-1))).flip(-1)
    return ((straight + mirrored) / 2).exp()


@torch.no_grad()
def slide(image: Tensor, estimate_depth: EstimateDepth, options: InferenceOptions) -> Tensor:
    """Estimate depth tile by tile, blend without seams, keep one global scale.

    An image no larger than a tile, or than training images, is estimated whole. There are no
    gradients: tiles are summed up in place.

    Args:
        image: (3, H, W).
        estimate_depth: Image to depth, see the module; sees at most `tile_batch` tiles at once.
        options: The tiles' options.

    Returns:
        (1, H, W) in meters.
    """
    full = (image.shape[-2], image.shape[-1])
    tile = (min(options.tile[0], full[0]), min(options.tile[1], full[1]))
    trained = None
    if options.trained_size is not None:
        trained = size_at_training(full, options.trained_size)
    if tile == full or (trained is not None and trained[0] >= full[0]):
        return see_at_trained_size(image[None], estimate_depth, options.trained_size)[0]
    coarse = None
    global_size = options.global_size
    if global_size is not None:
        if isinstance(global_size, str):
            global_size = trained or UNTRAINED_GLOBAL_SIZE
        grids = scale_grids(full, tile, global_size, options.cell)
        low = estimate_depth(downsample_image(image[None], grids.image))
        coarse = area_mean(low.float(), grids.cells)[0]

    rows, columns = map(tile_starts, full, tile, options.margins)
    window_rows, window_columns = (smooth_window(side).to(image.device) for side in tile)
    window = window_rows[:, None] * window_columns
    total = torch.zeros(1, *full, device=image.device)
    corners = list(product(rows, columns))
    for first in range(0, len(corners), options.tile_batch):
        batch = corners[first : first + options.tile_batch]
        crops = torch.stack([image[:, y : y + tile[0], x : x + tile[1]] for y, x in batch])
        for (y, x), depth in zip(batch, estimate_depth(crops).float(), strict=True):
            if coarse is not None:
                depth = align_scale(depth, coarse, (y, x), full)
            total[:, y : y + tile[0], x : x + tile[1]] += log_depth(depth) * window
    total /= _weight_sum(full[0], rows, window_rows)[:, None]
    total /= _weight_sum(full[1], columns, window_columns)
    return total.exp_()


def tile_starts(length: int, side: int, overlap: int) -> list[int]:
    """First pixels of the tiles along an axis; the last one is shifted inwards to end with it."""
    return [*range(0, length - side, max(side - overlap, 1)), length - side]


def smooth_window(side: int) -> Tensor:
    """Raised cosine over a tile's side, (side,), above zero everywhere."""
    return (torch.pi * (torch.arange(side) + 0.5) / side).sin().square()


def _weight_sum(length: int, starts: Sequence[int], window: Tensor) -> Tensor:
    weight = window.new_zeros(length)
    for start in starts:
        weight[start : start + len(window)] += window
    return weight
