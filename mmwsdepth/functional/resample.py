"""Resampling between the color grid and the depth sensor's coarser grid.

Every grid covers the same field of view; pixel i of n spans [i, i + 1) / n of it (in PyTorch's
words: `align_corners=False`). The ratio of two grids is any real number >= 1.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

Size = tuple[int, int]
SENSORS = ('area', 'nearest', 'median', 'min')
_HALF = 0.5 - 1e-4


def downsample_image(image: Tensor, size: Size) -> Tensor:
    """Bring a color image onto a coarser grid, with anti-aliasing.

    Args:
        image: (N, C, H, W).
        size: (h, w) of the coarser grid.

    Returns:
        (N, C, h, w).

    Examples:
        >>> import torch
        >>> downsample_image(torch.rand(1, 3, 96, 128), (24, 32)).shape
        torch.Size([1, 3, 24, 32])
    """
    if tuple(image.shape[-2:]) == tuple(size):
        return image
    return F.interpolate(image, size, mode='bilinear', align_corners=False, antialias=True)


def enlarge_image(image: Tensor, size: Size) -> Tensor:
    """Bring a color image onto a finer grid; bicubic, which blurs edges less than bilinear.

    Args:
        image: (N, C, h, w).
        size: (H, W) of the finer grid.

    Returns:
        (N, C, H, W); values may lie beyond those of the image beside its edges.

    Examples:
        >>> import torch
        >>> enlarge_image(torch.rand(1, 3, 24, 32), (48, 64)).shape
        torch.Size([1, 3, 48, 64])
    """
    return F.interpolate(image, size, mode='bicubic', align_corners=False)


def antialiasing(fine: int, coarse: int) -> Tensor:
    """Build the matrix, (coarse, fine), that `downsample_image` applies along a side.

    Examples:
        >>> antialiasing(8, 4).sum(1)
        tensor([1., 1., 1., 1.], dtype=torch.float64)
    """
    ratio = fine / coarse
    pixel = torch.arange(fine, dtype=torch.float64) + 0.5
    center = (torch.arange(coarse, dtype=torch.float64)[:, None] + 0.5) * ratio
    weights = (1 - (pixel - center).abs() / ratio).clamp(min=0)
    return weights / weights.sum(1, keepdim=True)


def area_mean(values: Tensor, size: Size) -> Tensor:
    """Average over the cells of a coarser grid, pixels on a border counting by their share.

    Unlike adaptive pooling, cells do not overlap when the ratio is no integer.

    Args:
        values: (N, C, H, W).
        size: (h, w) of the coarser grid.

    Returns:
        (N, C, h, w).

    Examples:
        >>> import torch
        >>> area_mean(torch.tensor([[[[1.0, 3.0, 5.0, 7.0]]]]), (1, 2))
        tensor([[[[2., 6.]]]])
    """
    height, width = values.shape[-2:]
    if (height, width) == tuple(size):
        return values
    if height % size[0] == 0 and width % size[1] == 0:
        return F.avg_pool2d(values, (height // size[0], width // size[1]))
    return area_mean_of_any_size(values, size)


def area_mean_of_any_size(values: Tensor, size: Size) -> Tensor:
    """Do what `area_mean` does without looking at the sizes, as exporters need it.

    Examples:
        >>> import torch
        >>> area_mean_of_any_size(torch.tensor([[[[1.0, 3.0, 5.0, 7.0]]]]), (1, 2))
        tensor([[[[2., 6.]]]])
    """
    height, width = values.shape[-2:]
    rows = _cell_shares(height, size[0], values)
    columns = _cell_shares(width, size[1], values)
    with torch.autocast(values.device.type, enabled=False):
        return rows @ values @ columns.T


def _cell_shares(fine: int, coarse: int, like: Tensor) -> Tensor:
    ratio = fine / coarse
    pixel = torch.arange(fine, device=like.device, dtype=torch.float64)
    cell = torch.arange(coarse, device=like.device, dtype=torch.float64)[:, None] * ratio
    overlap = torch.minimum(pixel + 1, cell + ratio) - torch.maximum(pixel, cell)
    return (overlap.clamp(min=0) / ratio).to(like.dtype)


def downsample_depth(
    depth: Tensor, size: Size, mode: str = 'area', is_dense: bool = False
) -> Tensor:
    """Bring depth onto a coarser grid, ignoring missing values.

    Args:
        depth: (N, 1, H, W) in meters; 0 means no measurement.
        size: (h, w) of the coarser grid.
        mode: How the sensor integrates a cell: 'area', 'nearest', 'median' or 'min'.
        is_dense: Whether every pixel counts, as in a prediction: then 0 is a depth, and a cell with
            NaN is NaN.

    Returns:
        (N, 1, h, w) in meters, float32 or float64; 0 where less than half of a cell was measured
        ('nearest': where the pixel at the cell's center was not).

    Raises:
        ValueError: The mode is unknown, or the grid is finer than the depth's own.

    Examples:
        >>> import torch
        >>> depth = torch.tensor([[[[1.0, 3.0, 0.0, 2.0, 0.0, 0.0]]]])
        >>> downsample_depth(depth, (1, 3))
        tensor([[[[2., 2., 0.]]]])
    """
    height, width = depth.shape[-2:]
    if mode not in SENSORS:
        raise ValueError(f'sensor mode {mode!r} is none of {", ".join(SENSORS)}')
    if size[0] > height or size[1] > width:
        raise ValueError(
            f'depth of {height}x{width} cannot be brought to {size[0]}x{size[1]}: '
            'depth is never resampled upwards'
        )
    depth = depth if depth.dtype == torch.float64 else depth.float()
    if (height, width) == tuple(size):
        return depth
    if mode == 'area':
        return area_mean(depth, size) if is_dense else _area(depth, size)
    if mode == 'nearest':
        rows = _cell_centers(height, size[0], depth.device)
        columns = _cell_centers(width, size[1], depth.device)
        return depth[..., rows[:, None], columns]
    return _order_statistic(depth, size, mode, is_dense)


def _area(depth: Tensor, size: Size) -> Tensor:
    measured = depth > 0
    share = area_mean(measured.to(depth), size)
    mean = area_mean(depth.where(measured, 0), size) / share.clamp(min=_HALF)
    return torch.where(share >= _HALF, mean, torch.zeros_like(mean))


def _cell_centers(fine: int, coarse: int, device: torch.device) -> Tensor:
    center = (torch.arange(coarse, device=device, dtype=torch.float64) + 0.5) * fine / coarse
    return center.floor().long().clamp(max=fine - 1)


def _order_statistic(depth: Tensor, size: Size, mode: str, is_dense: bool) -> Tensor:
    rows, row_inside = _cell_pixels(depth.shape[-2], size[0], depth.device)
    columns, column_inside = _cell_pixels(depth.shape[-1], size[1], depth.device)
    cells = depth[:, :, rows][..., columns].permute(0, 1, 2, 4, 3, 5).flatten(-2)
    inside = (row_inside[:, None, :, None] & column_inside[None, :, None, :]).flatten(-2)
    measured = inside.expand_as(cells) if is_dense else (cells > 0) & inside
    if mode == 'min':
        value = torch.where(measured, cells, torch.inf).amin(-1)
    else:
        value = torch.where(measured, cells, torch.nan).nanmedian(-1).values
    if is_dense:
        value = value.masked_fill((cells.isnan() & inside).any(-1), torch.nan)
    enough = measured.sum(-1) >= _HALF * inside.sum(-1)
    return torch.where(enough, value, torch.zeros_like(value))


def _cell_pixels(fine: int, coarse: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """List the pixels whose centers lie in each cell: (coarse, k) indices and whether they do."""
    edge = torch.arange(coarse + 1, device=device, dtype=torch.float64)[:, None] * fine / coarse
    first = (edge[:-1] - 0.5).ceil()
    pixel = first + torch.arange(math.ceil(fine / coarse), device=device)
    inside = (pixel + 0.5 < edge[1:]) & (pixel < fine)
    return pixel.long().clamp(max=fine - 1), inside
