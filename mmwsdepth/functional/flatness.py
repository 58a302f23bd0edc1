"""How flat depth is where the sensor saw a flat surface."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

WINDOW = 8  # cells of the sensor a side
# Deviations from a plane as shares of the depth: what the sensor's counts as at least, and the
# largest that is still flat.
LEAST, MOST = 1e-4, 1e-2


class FlatnessErrors(NamedTuple):
    """The lower the better.

    Attributes:
        flatness: Standard deviation of the prediction from local planes, in percent of the depth.
        flatness_ratio: The same over the sensor's own; 1 is as flat as the sensor.
    """

    flatness: float
    flatness_ratio: float


def flatness_errors(pred: Tensor, sensor: Tensor, valid: Tensor) -> FlatnessErrors | None:
    """Grain and bumps of a prediction on surfaces that the sensor saw as flat.

    A window of 8 x 8 cells is flat where all are valid and the sensor deviates from the plane
    fitted to them by at most 1 % of the depth. Another plane is fitted to the prediction's pixels
    there, so neither scale nor tilt counts. A plane in space has inverse depth linear in the
    pixel's position, so that is what is fitted. Deviations are root mean squares over all flat
    windows; the sensor's counts as at least 0.01 %, so that the ratio is finite.

    Args:
        pred: (H, W) in any unit, positive; at any size from the sensor's on.
        sensor: (h, w) in any unit, positive where valid.
        valid: (h, w), true where the sensor measured.

    Returns:
        The errors; None if no window is flat.

    Examples:
        >>> import torch
        >>> sensor = torch.full((16, 16), 2.0)
        >>> errors = flatness_errors(torch.full((64, 64), 3.0), sensor, sensor > 0)
        >>> round(errors.flatness, 3)
        0.0
    """
    own = _deviations(torch.where(valid, sensor, 1), sensor.shape)
    rows, columns = (_windows(side, side) for side in sensor.shape)
    gaps = rows @ (~valid).double().cpu() @ columns.T
    is_flat = (gaps == 0) & (own <= MOST**2)
    if not is_flat.any():
        return None
    found, least = (
        math.sqrt(squares[is_flat].mean()) for squares in (_deviations(pred, sensor.shape), own)
    )
    return FlatnessErrors(100 * found, found / max(least, LEAST))


def _windows(side: int, cells: int) -> Tensor:
    """Tell which pixels of a side lie in which window of cells, (windows, side): 0 or 1."""
    cell = (torch.arange(side, dtype=torch.float64) + 0.5) * cells / side
    number = torch.arange(cells // WINDOW)[:, None]
    return ((cell / WINDOW).floor() == number).double()


def _deviations(depth: Tensor, cells: tuple[int, ...]) -> Tensor:
    """Squares of the relative deviations from planes, one a window.

    In a window the constant and the two slopes are orthogonal, so a fitted plane's share of the
    sum of squares is that of its three coefficients.
    """
    inverse = 1 / depth.double().cpu()
    rows, columns = (_windows(side, n) for side, n in zip(depth.shape, cells, strict=True))
    (level_y, slope_y), (level_x, slope_x) = _line(rows), _line(columns)
    level = (level_y @ inverse @ level_x.T).square()
    slopes = (slope_y @ inverse @ level_x.T).square() + (level_y @ inverse @ slope_x.T).square()
    rest = (rows @ inverse.square() @ columns.T - level - slopes).clamp(min=0)
    count = rows.sum(1, keepdim=True) * columns.sum(1)
    return rest / level * count / (count - 3)


def _line(windows: Tensor) -> tuple[Tensor, Tensor]:
    """Unit vectors, (windows, side), that are constant and rise within each window."""
    count = windows.sum(1, keepdim=True)
    position = torch.arange(windows.shape[1], dtype=torch.float64)
    slope = windows * (position - windows @ position[:, None] / count)
    return windows / count.sqrt(), slope / slope.norm(dim=1, keepdim=True)
