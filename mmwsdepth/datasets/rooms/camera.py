"""A pinhole camera: where it is, the rays through its pixels, and which pixels may see a solid."""

import math
from typing import NamedTuple

import numpy as np

from .shapes import Vector
from .textures import Array


class Camera(NamedTuple):
    """A pinhole camera.

    Attributes:
        position: (3,) in meters.
        rotation: (3, 3) from camera axes (right, down, forward) to the world's.
        fov: Field of view along the image's longer side in radians.
    """

    position: Array
    rotation: Array
    fov: float

    def focal(self, size: tuple[int, int]) -> float:
        """Focal length in pixels for images of size (H, W)."""
        return max(size) / 2 / math.tan(self.fov / 2)

    def rays(self, size: tuple[int, int], dx: float = 0.0, dy: float = 0.0) -> Array:
        """World directions (3, H, W) through the pixels, such that a ray's parameter is depth.

        Args:
            size: (H, W) in pixels.
            dx: Offset from the pixel centers to the right in pixels.
            dy: Offset from the pixel centers downwards in pixels.
        """
        height, width = size
        x = (np.arange(width) + 0.5 + dx - width / 2) / self.focal(size)
        y = (np.arange(height) + 0.5 + dy - height / 2) / self.focal(size)
        right, down, forward = self.rotation.T.astype(np.float64)[:, :, None, None]
        return (right * x + down * y[:, None] + forward).astype(np.float32)

    def window(self, corners: Array, size: tuple[int, int]) -> tuple[slice, slice] | None:
        """Pixel rows and columns that a convex hull (3, K) may cover, None where it is unseen."""
        x, y, z = self.rotation.T @ (corners - self.position[:, None])
        if z.max() <= 0.05:
            return None
        if z.min() <= 0.05:
            return slice(0, size[0]), slice(0, size[1])
        rows = _pixels(y / z * self.focal(size), size[0])
        columns = _pixels(x / z * self.focal(size), size[1])
        return (rows, columns) if rows and columns else None


def look(position: Vector, yaw: float, pitch: float, roll: float, fov: float) -> Camera:
    """Aim a camera by yaw from the x axis towards y, pitch upwards and roll, all in radians."""
    forward = np.array(
        [math.cos(yaw) * math.cos(pitch), math.sin(yaw) * math.cos(pitch), math.sin(pitch)]
    )
    right = np.array([math.sin(yaw), -math.cos(yaw), 0.0])
    down = np.cross(forward, right)
    c, s = math.cos(roll), math.sin(roll)
    rotation = np.stack([c * right + s * down, c * down - s * right, forward], 1)
    return Camera(np.array(position, np.float32), rotation.astype(np.float32), fov)


def _pixels(offsets: Array, length: int) -> slice | None:
    """Of a row of pixels those that points at offsets from its middle may touch."""
    low = max(int(offsets.min() + length / 2) - 2, 0)
    high = min(int(offsets.max() + length / 2) + 3, length)
    return slice(low, high) if low < high else None
