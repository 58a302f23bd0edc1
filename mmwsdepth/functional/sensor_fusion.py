"""A coarse sensor's meters with the edges of a color image and a prediction."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .joint_bilateral import filter_bilateral, upsample_joint_bilateral, window_weights
from .resample import Size, area_mean
from .sensor_cells import estimate_noise, fill_cells, find_edges, smooth_cells

MIN_DEPTH = 0.001
EDGE = math.log(1.05)  # log-depth that bends more has an edge
COLOR = 0.4  # of the image's standard deviation: the step that separates two surfaces
PREDICTED, FOUND = 0.1, 0.12  # the same, of the prediction's log-depth and of that found so far
MIXED = 0.1  # how far in log-depth a cell that saw two surfaces lies between its neighbors
FILLED = 0.1  # weight beside edges of a cell without measurement
ROUNDS = 4


@torch.no_grad()
def fuse_sensor_depth(
    prediction: Tensor,
    sensor: Tensor,
    image: Tensor | None = None,
    confidence: Tensor | None = None,
) -> Tensor:
    """Bring a sensor's depth to the color camera's size, guided by color and a prediction.

    Where the sensor saw a plain surface, depth is the bilinear interpolation that has the measured
    means over the cells. At an edge each pixel takes the depth of those cells near by that look
    like it; cells that mix two surfaces count little. A bilateral filter and the cells' means, in
    turns, then move the edge to where the means want it. Holes of few cells are filled from around,
    larger ones from the prediction, scaled as the cells around. Noise is estimated and smoothed
    away. There are no gradients.

    Args:
        prediction: (N, 1, H, W) in meters.
        sensor: (N, 1, h, w) in meters, means over the cells of a grid that is no finer, at any
            ratio; 0, NaN and infinity mean no measurement.
        image: (N, C, H, W) in any unit; without it the prediction alone says where edges are.
        confidence: (N, 1, h, w) from 0, no measurement, to 1; by default 1.

    Returns:
        (N, 1, H, W) in meters: the prediction where a whole image has no measurement.

    Raises:
        ValueError: The sensor's grid is finer than the prediction's.

    Examples:
        >>> import torch
        >>> prediction, sensor = torch.rand(1, 1, 48, 64) + 1, torch.full((1, 1, 12, 16), 2.0)
        >>> fused = fuse_sensor_depth(prediction, sensor)
        >>> fused.shape, fused.mean().round(decimals=3)
        (torch.Size([1, 1, 48, 64]), tensor(2.))
    """
    size, grid = _size(prediction), _size(sensor)
    if grid[0] > size[0] or grid[1] > size[1]:
        raise ValueError(
            f'sensor depth of {grid[0]}x{grid[1]} is finer than the prediction of '
            f'{size[0]}x{size[1]}: bring it down first'
        )
    measured = (sensor > 0) & sensor.isfinite()
    trust = measured.to(prediction) * (1 if confidence is None else confidence.clamp(0, 1))
    coarse = area_mean(prediction, grid)
    seen, guess = _log(torch.where(measured, sensor, coarse)), _log(coarse)
    gap = fill_cells(seen - guess, trust)
    around = F.avg_pool2d(trust, 5, 1, 2, count_include_pad=False)
    near_by = torch.maximum(trust, (4 * around - 2).clamp(0, 1))
    cells = torch.lerp(guess + gap, fill_cells(seen, trust), near_by)
    noise = estimate_noise(cells, trust)
    cells = smooth_cells(cells, 2 * noise)
    near, far = -F.max_pool2d(-cells, 3, 1, 1), F.max_pool2d(cells, 3, 1, 1)

    scaled = prediction * _enlarge(gap, size).exp()
    depth = torch.lerp(scaled, _enlarge(cells.exp(), size), _enlarge(near_by, size))
    depth = _meet_means(depth, cells, trust)

    is_edge = find_edges(cells, (5 * noise).clamp(min=EDGE)) * F.max_pool2d(trust, 3, 1, 1)
    is_edge = _enlarge(is_edge, size)[:, 0]
    edge = is_edge.nonzero(as_tuple=True)
    guide = _log(prediction) / PREDICTED
    if image is not None:
        deviation = image.std((1, 2, 3), keepdim=True)
        least = 1e-3 * image.abs().amax((1, 2, 3), keepdim=True) + 1e-6
        guide = torch.cat([guide, image / (COLOR * torch.maximum(deviation, least))], 1)
    mixed = torch.minimum(cells - near, far - cells) / MIXED
    weight = ((-mixed.square() / 2).exp() + 1e-3) * trust.clamp(min=FILLED)
    chosen = upsample_joint_bilateral(cells, guide, edge, weight).exp()
    depth[:, 0][edge] = torch.lerp(depth[:, 0][edge], chosen, is_edge[edge])

    nearest, farthest = (_enlarge(bound.exp(), size)[:, 0][edge] for bound in (near, far))
    weights = window_weights(guide, edge)
    for _ in range(ROUNDS):
        depth[:, 0][edge] = filter_bilateral(_log(depth), edge, weights, FOUND).exp()
        depth = _meet_means(depth, cells, trust)
        depth[:, 0][edge] = depth[:, 0][edge].clamp(nearest, farthest)
    return depth.clamp(min=MIN_DEPTH)


def _size(maps: Tensor) -> Size:
    return maps.shape[-2], maps.shape[-1]


def _log(depth: Tensor) -> Tensor:
    return depth.clamp(min=MIN_DEPTH).log()


def _enlarge(maps: Tensor, size: Size) -> Tensor:
    return F.interpolate(maps, size, mode='bilinear', align_corners=False)


def _meet_means(depth: Tensor, cells: Tensor, trust: Tensor) -> Tensor:
    """Add to depth what its means over the cells lack, interpolated."""
    lacking = trust * (cells.exp() - area_mean(depth, _size(cells)))
    return depth + _enlarge(lacking, _size(depth))
