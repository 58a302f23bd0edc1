"""Inference at any size: the whole image, its mirror image too, or tiles of one global scale.

Everything here works on a callable that turns images, (N, 3, H, W), into depth, (N, 1, H, W) in
meters. Depths are averaged and blended as logarithms, for which they are at least `MIN_DEPTH`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from itertools import pairwise, product

import torch
from torch import Tensor

from mmwsdepth.functional import area_mean, downsample_image

from .global_scale import Size, align_scale, log_depth, scale_grids

EstimateDepth = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class InferenceOptions:
    """What a config's `test_cfg` may say; the tiles' options matter in mode 'slide' alone.

    Peak memory beyond image and output is that of `tile_batch` tiles, or of the low-resolution
    pass where `global_size` is larger.

    Args:
        mode: 'whole', or 'slide' for tiles.
        scales: Of the image's sides, ascending, at which it is seen: below 1 by the LR branch, see
            `estimate_at_scales`. (1,) sees the image as it is.
        flip: Take the mean with the mirror image's estimate, at twice the time.
        tile: (h, w) of a tile in pixels; best the size of the images in training.
        overlap: (h, w) in pixels that neighboring tiles share at least, or their share of a tile.
        tile_batch: How many tiles the network sees at once.
        global_size: (h, w) of the low-resolution pass, or its longest side; None for no such pass,
            so that every tile keeps the scale of its own. See `scale_grids` for its limits.
        cell: Side, in pixels of the low-resolution pass, of the cells whose mean depth the tiles
            take from it. Larger cells leave more to the tiles' own, sharper estimate.
        use_sensor_depth: Let the depth in a data sample, the sensor's, give the meters, see
            `fuse_sensor_depth`. Score it against HR ground truth: against itself it says nothing.

    Raises:
        ValueError: An option cannot be meant.
    """

    mode: str = 'whole'
    scales: tuple[float, ...] = (1.0,)
    flip: bool = False
    tile: Size = (480, 640)
    overlap: Size | float = 0.25
    tile_batch: int = 1
    global_size: Size | int | None = 640
    cell: int = 8
    use_sensor_depth: bool = False

    @classmethod
    def from_cfg(cls, cfg: dict | None) -> 'InferenceOptions':
        """Read a config's dict; refuses unknown keys."""
        cfg = dict(cfg or {})
        known = [field.name for field in fields(cls)]
        for key in cfg:
            if key not in known:
                raise ValueError(f'test_cfg has {key!r}, which is none of {", ".join(known)}')
        return cls(**cfg)

    def __post_init__(self) -> None:
        if self.mode not in ('whole', 'slide'):
            raise ValueError(f"test_cfg has mode={self.mode!r}, none of 'whole' and 'slide'")
        if not _are_scales(self.scales):
            raise ValueError(
                f'test_cfg has scales={self.scales!r}, not factors above 0, from small to large'
            )
        for name in ('flip', 'use_sensor_depth'):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(
                    f'test_cfg has {name}={getattr(self, name)!r}, neither True nor False'
                )
        if not _is_size(self.tile):
            raise ValueError(f'test_cfg has tile={self.tile!r}, not (h, w) in pixels')
        if not all(0 <= lap < side for lap, side in zip(self.margins, self.tile, strict=True)):
            raise ValueError(
                f'test_cfg has overlap={self.overlap!r}, neither a share from 0 to below 1 nor '
                f'(h, w) below the tile of {self.tile[0]}x{self.tile[1]}'
            )
        for name in ('tile_batch', 'cell'):
            if not _is_count(getattr(self, name)):
                raise ValueError(f'test_cfg has {name}={getattr(self, name)!r}, not 1, 2, ...')
        pass_size = self.global_size
        if not (pass_size is None or _is_count(pass_size) or _is_size(pass_size)):
            raise ValueError(
                f'test_cfg has global_size={pass_size!r}, none of (h, w), a longest side and None'
            )

    @property
    def margins(self) -> Size:
        """(h, w) in pixels that neighboring tiles share; (-1, -1) where that has no meaning."""
        lap = self.overlap
        if isinstance(lap, Sequence):
            return (
                (lap[0], lap[1]) if len(lap) == 2 and {type(n) for n in lap} == {int} else (-1, -1)
            )
        if type(lap) in (int, float) and 0 <= lap < 1:
            return int(lap * self.tile[0]), int(lap * self.tile[1])
        return -1, -1


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
        return estimate_depth(image)
    return torch.stack([slide(single, estimate_depth, options) for single in image])


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

    An image no larger than a tile is estimated whole. There are no gradients: tiles are summed up
    in place.

    Args:
        image: (3, H, W).
        estimate_depth: Image to depth, see the module; sees at most `tile_batch` tiles at once.
        options: The tiles' options.

    Returns:
        (1, H, W) in meters.
    """
    full = (image.shape[-2], image.shape[-1])
    tile = (min(options.tile[0], full[0]), min(options.tile[1], full[1]))
    if tile == full:
        return estimate_depth(image[None])[0]
    coarse = None
    if options.global_size is not None:
        grids = scale_grids(full, tile, options.global_size, options.cell)
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
    return [*range(0, length - side, side - overlap), length - side]


def smooth_window(side: int) -> Tensor:
    """Raised cosine over a tile's side, (side,), above zero everywhere."""
    return (torch.pi * (torch.arange(side) + 0.5) / side).sin().square()


def _weight_sum(length: int, starts: Sequence[int], window: Tensor) -> Tensor:
    weight = window.new_zeros(length)
    for start in starts:
        weight[start : start + len(window)] += window
    return weight


def _are_scales(value: object) -> bool:
    if not isinstance(value, Sequence) or not value or {type(n) for n in value} - {int, float}:
        return False
    return value[0] > 0 and all(coarse < fine for coarse, fine in pairwise(value))


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


def _is_size(value: object) -> bool:
    return isinstance(value, Sequence) and len(value) == 2 and all(map(_is_count, value))
