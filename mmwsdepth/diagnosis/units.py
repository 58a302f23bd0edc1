"""Whether the unit of depth files is what the config says."""

from typing import NamedTuple

import numpy as np

from .findings import Finding

COMMON_SCALES = {
    '1 (meters)': 1.0,
    '0.01 (centimeters)': 0.01,
    '0.001 (millimeters)': 0.001,
    '1/256 (as KITTI)': 1 / 256,
    '1/5000 (as TUM RGB-D)': 1 / 5000,
}
MAX_OUTSIDE = 0.1
ENOUGH_INSIDE = 0.95
LIDAR_MISSING, LIDAR_NEIGHBORS = 0.5, 0.8
LIDAR_REACH = (20.0, 150.0)
CLOSE_UP, UNITS_PER_PIXEL = 1.0, 0.5
MAX_SATURATED = 0.01
LEVELS_OF_8_BIT = 256


class RawDepth(NamedTuple):
    """What depth files hold, before any scale.

    Attributes:
        values: (P,) float64, some of the positive finite numbers.
        dtype: Of the files.
        missing: Share of pixels that are 0, negative, not finite or saturated.
        neighbors: Share of the measured pixels whose neighbor to the right is measured.
        saturated: Share of pixels that hold the largest number of an integer type of 16 bits or
            more, which counts as missing.
        levels: Different numbers in the file that has the most; 0 for floating point.
        step: Median distance of two successive levels.
        columns: Width of the depth map in pixels.
    """

    values: np.ndarray
    dtype: np.dtype
    missing: float
    neighbors: float
    saturated: float
    levels: int
    step: float
    columns: int


def unit_findings(
    raw: RawDepth, depth_scale: float, depth_range: tuple[float, float]
) -> list[Finding]:
    """Look for signs that depth files are in another unit than the config says.

    Args:
        raw: Of one file or many.
        depth_scale: Meters per unit of the files.
        depth_range: Nearest and farthest depth in meters.
    """
    checks = (
        _outside_range(raw.values, depth_scale, depth_range)
        or _short_lidar(raw, depth_scale)
        or _close_up(raw, depth_scale),
        _saturated(raw),
        _coarse_levels(raw, depth_scale),
    )
    return [finding for finding in checks if finding]


def share_inside(values: np.ndarray, depth_scale: float, depth_range: tuple[float, float]) -> float:
    """Share of the numbers that are within the range once they are meters."""
    low, high = depth_range
    return float(np.mean((values * depth_scale >= low) & (values * depth_scale <= high)))


def _outside_range(
    values: np.ndarray, scale: float, depth_range: tuple[float, float]
) -> Finding | None:
    outside = 1 - share_inside(values, scale, depth_range)
    if outside <= MAX_OUTSIDE:
        return None
    fitting = [
        f'depth_scale={name}'
        for name, other in COMMON_SCALES.items()
        if share_inside(values, other, depth_range) >= ENOUGH_INSIDE
    ]
    advice = f'{" or ".join(fitting)} would fit' if fitting else 'set depth_scale or depth_range'
    return Finding(
        'problem',
        f'{outside:.0%} of the measured depth lies outside depth_range '
        f'{depth_range[0]:g} to {depth_range[1]:g} m with depth_scale={scale:g}: {advice}',
    )


def _short_lidar(raw: RawDepth, scale: float) -> Finding | None:
    """Depth in scattered points comes from a lidar on a vehicle, which sees far."""
    farthest = float(np.percentile(raw.values, 99))
    scattered = raw.missing > LIDAR_MISSING and raw.neighbors < LIDAR_NEIGHBORS
    if not scattered or farthest * scale >= LIDAR_REACH[0]:
        return None
    fitting = [
        f'depth_scale={name} would make it {farthest * other:.3g} m'
        for name, other in COMMON_SCALES.items()
        if LIDAR_REACH[0] <= farthest * other <= LIDAR_REACH[1]
    ]
    return Finding(
        'problem',
        f'depth is scattered as that of a lidar, yet reaches {farthest * scale:.3g} m only with '
        f'depth_scale={scale:g}: {" or ".join(fitting) or "set depth_scale"}',
    )


def _close_up(raw: RawDepth, scale: float) -> Finding | None:
    """Nothing but near depth, the more suspicious if neighboring pixels see less than one unit.

    A pixel of a usual lens sees about depth / columns; sensors come with a finer unit than that.
    """
    nearest, median, farthest = np.percentile(raw.values, (1, 50, 99))
    if farthest * scale >= CLOSE_UP:
        return None
    tenfold = f'{10 * scale * nearest:.2g} to {10 * scale * farthest:.2g} m'
    is_coarse = raw.levels > 0 and median / raw.columns < UNITS_PER_PIXEL
    return Finding(
        'problem' if is_coarse else 'note',
        f'all is nearer than {farthest * scale:.2g} m'
        + (f', and a unit is coarser than what a pixel of {raw.columns} sees' if is_coarse else '')
        + ': unless these are close-ups, the unit is ten times coarser '
        f'(depth_scale={10 * scale:g}, {tenfold})',
    )


def _saturated(raw: RawDepth) -> Finding | None:
    if raw.saturated <= MAX_SATURATED:
        return None
    largest = np.iinfo(raw.dtype).max
    held = f'{raw.saturated:.0%} of the pixels hold {largest}, the largest number of {raw.dtype}'
    return Finding('note', f'{held}: it counts as missing')


def _coarse_levels(raw: RawDepth, scale: float) -> Finding | None:
    if not 0 < raw.levels <= LEVELS_OF_8_BIT or raw.step * scale < 0.01:
        return None
    return Finding(
        'note',
        f'depth has steps of {raw.step * scale:.2g} m and at most {raw.levels} levels an image: '
        'it was stored with 8 bit once',
    )
