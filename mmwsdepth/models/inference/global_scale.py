"""One global scale for the tiles of a large image, taken from a low-resolution estimate."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ..losses.reduce import MIN_DEPTH

Size = tuple[int, int]


class Grids(NamedTuple):
    """Sizes of the low-resolution pass, and of the coarser cells of which tiles take its mean."""

    image: Size
    cells: Size


def log_depth(depth: Tensor) -> Tensor:
    """Logarithm of depth in meters, which counts as `MIN_DEPTH` at least."""
    return depth.clamp(min=MIN_DEPTH).log()


def align_scale(
    depth: Tensor, coarse: Tensor, corner: Size, full: Size, share: float = 1.0
) -> Tensor:
    """Bring a tile's low frequencies to those of an estimate of the whole image.

    In log-depth, with A the area mean over cells and U the bilinear interpolation between their
    centers::

        log result = log tile + share * U(log coarse - log A(tile))

    A is the mean of depth, as a sensor and `loss_consistency` take it: where coarse = A(whole image
    at full resolution) and the tile is a part of that, nothing changes, at depth edges neither.
    Cells are those of the whole image; of them only those count that lie inside the tile, the
    nearest of them for the rim.

    Args:
        depth: (..., h, w) in meters, the tile.
        coarse: (..., ch, cw) in meters, covering the whole image.
        corner: (top, left) of the tile in pixels of the whole image.
        full: (H, W) of the whole image.
        share: How far towards the whole image's: 0 changes nothing.

    Returns:
        (..., h, w) in meters.

    Raises:
        ValueError: No cell lies inside the tile; two cells a side are always enough.
    """
    rows, columns = (
        _cells_of(corner[axis], depth.shape[axis - 2], full[axis], coarse.shape[axis - 2], depth)
        for axis in (0, 1)
    )
    with torch.autocast(depth.device.type, enabled=False):
        own = rows.mean @ depth @ columns.mean.T
        gap = log_depth(coarse[..., rows.inside, columns.inside]) - log_depth(own)
        return depth * (share * (rows.spread @ gap @ columns.spread.T)).exp()


class _Cells(NamedTuple):
    """One axis: the n cells inside a tile, means over them (n, h), interpolation (h, n)."""

    inside: slice
    mean: Tensor
    spread: Tensor


def _cells_of(start: int, length: int, fine: int, coarse: int, like: Tensor) -> _Cells:
    end = start + length
    first, last = -(-start * coarse // fine), coarse if end == fine else end * coarse // fine
    if first >= last:
        raise ValueError(
            f'{coarse} cells over {fine} pixels: none lies inside a tile of {length} from {start}'
        )
    ratio = fine / coarse
    pixel = torch.arange(start, start + length, device=like.device, dtype=torch.float64)
    cell = torch.arange(first, last, device=like.device, dtype=torch.float64)
    edge = cell[:, None] * ratio
    overlap = torch.minimum(pixel + 1, edge + ratio) - torch.maximum(pixel, edge)
    center = ((pixel + 0.5) / ratio - 0.5).clamp(first, last - 1)
    spread = (1 - (center[:, None] - cell).abs()).clamp(min=0)
    return _Cells(slice(first, last), (overlap.clamp(min=0) / ratio).to(like), spread.to(like))


def scale_grids(full: Size, tile: Size, global_size: Size | int, cell: int) -> Grids:
    """Choose the grid of the low-resolution pass and that of its cells.

    Never finer than the image, never so coarse that a tile spans less than two cells a side.

    Args:
        full: (H, W) of the image.
        tile: (h, w) of a tile.
        global_size: (h, w), or the longest side, of the low-resolution pass.
        cell: Side of a cell in pixels of the low-resolution pass.
    """
    if isinstance(global_size, int):
        shrink = global_size / max(full)
        global_size = (round(full[0] * shrink), round(full[1] * shrink))
    least = [
        1 if side == length else min(length, math.ceil(2 * length / side))
        for length, side in zip(full, tile, strict=True)
    ]
    height, width = (min(full[axis], max(global_size[axis], least[axis])) for axis in (0, 1))
    return Grids((height, width), (max(height // cell, least[0]), max(width // cell, least[1])))
