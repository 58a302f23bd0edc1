"""Bring depth from the depth camera's view into the color camera's."""

from typing import NamedTuple

import numpy as np


class Camera(NamedTuple):
    """A pinhole camera; pixel centers are at whole numbers.

    Attributes:
        focal: Focal lengths (x, y) in pixels.
        center: Principal point (x, y) in pixels.
        size: (height, width) in pixels.
    """

    focal: tuple[float, float]
    center: tuple[float, float]
    size: tuple[int, int]


class Pose(NamedTuple):
    """A change of coordinates, x -> rotation @ x + translation.

    Attributes:
        rotation: (3, 3).
        translation: (3,), meters.
    """

    rotation: np.ndarray
    translation: np.ndarray


def pose_between(first: Pose, second: Pose) -> Pose:
    """From the first camera's coordinates to the second's, given both from a common one."""
    rotation = second.rotation @ first.rotation.T
    return Pose(rotation, second.translation - rotation @ first.translation)


def rotation_of(x: float, y: float, z: float, w: float) -> np.ndarray:
    """The (3, 3) rotation matrix of a unit quaternion."""
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def coarse_size(depth: Camera, color: Camera) -> tuple[int, int]:
    """Size (h, w) of a grid over the color's view with pixels as wide as the depth camera's."""
    ratio = max(color.focal[0] / depth.focal[0], 1)
    height, width = color.size
    return round(height / ratio), round(width / ratio)


def register_depth(
    meters: np.ndarray, depth: Camera, color: Camera, pose: Pose, size: tuple[int, int]
) -> np.ndarray:
    """See depth from the color camera, on a grid of its own.

    Each measured pixel lands in one cell; of several, the nearest counts. Lens distortion is not
    modeled: RealSense depth has none, its color little.

    Args:
        meters: (H, W) along the depth camera's axis, 0 for missing.
        depth: Camera of it.
        color: Camera that sees it.
        pose: From the depth camera's coordinates to the color camera's.
        size: (h, w) of the grid over the color camera's whole view.

    Returns:
        (h, w) float32 along the color camera's axis, 0 where nothing landed.
    """
    rows, columns = np.nonzero(meters)
    z = meters[rows, columns].astype(np.float64)
    (fx, fy), (cx, cy) = depth.focal, depth.center
    points = np.stack(((columns - cx) / fx * z, (rows - cy) / fy * z, z))
    x, y, z = pose.rotation @ points + pose.translation[:, None]
    front = z > 0
    x, y, z = x[front], y[front], z[front]
    (fx, fy), (cx, cy) = color.focal, color.center
    column = np.floor((x / z * fx + cx + 0.5) * size[1] / color.size[1]).astype(int)
    row = np.floor((y / z * fy + cy + 0.5) * size[0] / color.size[0]).astype(int)
    seen = (row >= 0) & (row < size[0]) & (column >= 0) & (column < size[1])
    nearest = np.full(size, np.inf)
    np.minimum.at(nearest, (row[seen], column[seen]), z[seen])
    return np.where(np.isfinite(nearest), nearest, 0).astype(np.float32)
