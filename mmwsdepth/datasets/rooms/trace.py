"""Which surface each ray from the camera meets, and at what depth."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .scene import Camera, Scene
from .textures import Array


class Hits(NamedTuple):
    """What each ray meets: depth (H, W) in meters and the solid's number, -1 for the room."""

    depth: Array
    owner: NDArray[np.int16]


def rays(
    camera: Camera, size: tuple[int, int], dx: float = 0.0, dy: float = 0.0
) -> tuple[Array, float]:
    """World directions (3, H, W) through the pixels, scaled so that a ray's parameter is depth.

    Args:
        camera: The pinhole camera.
        size: (H, W) in pixels.
        dx: Offset from the pixel centers to the right in pixels.
        dy: Offset from the pixel centers downwards in pixels.

    Returns:
        The directions, and the focal length in pixels.
    """
    height, width = size
    focal = max(size) / 2 / math.tan(camera.fov / 2)
    x = (np.arange(width) + 0.5 + dx - width / 2) / focal
    y = (np.arange(height) + 0.5 + dy - height / 2) / focal
    right, down, forward = camera.rotation.T.astype(np.float64)[:, :, None, None]
    return (right * x + down * y[:, None] + forward).astype(np.float32), focal


def trace(scene: Scene, directions: Array, focal: float) -> Hits:
    """Find the nearest surface along each ray from the camera, (3, H, W)."""
    grid = directions.shape[1:]
    origin = scene.camera.position
    depth = scene.room.hit(origin, directions.reshape(3, -1)).reshape(grid)
    owner = np.full(grid, -1, np.int16)
    for number, solid in enumerate(scene.solids):
        window = seen_window(scene.camera, solid.corners(), grid, focal)
        if window is None:
            continue
        part = directions[:, *window]
        near = solid.hit(origin, part.reshape(3, -1)).reshape(part.shape[1:])
        closer = near < depth[window]
        depth[window][closer] = near[closer]
        owner[window][closer] = number
    return Hits(depth, owner)


def seen_window(
    camera: Camera, corners: Array, size: tuple[int, ...], focal: float
) -> tuple[slice, slice] | None:
    """The pixel rows and columns that a convex hull (3, K) may cover, None where it is unseen."""
    x, y, z = camera.rotation.T @ (corners - camera.position[:, None])
    if z.max() <= 0.05:
        return None
    if z.min() <= 0.05:
        return slice(0, size[0]), slice(0, size[1])
    columns, rows = x / z * focal + size[1] / 2, y / z * focal + size[0] / 2
    top, bottom = max(int(rows.min()) - 2, 0), min(int(rows.max()) + 3, size[0])
    left, right = max(int(columns.min()) - 2, 0), min(int(columns.max()) + 3, size[1])
    if top >= bottom or left >= right:
        return None
    return slice(top, bottom), slice(left, right)
