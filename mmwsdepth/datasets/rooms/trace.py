"""Which surface each ray from the camera meets, and at what depth."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .scene import Scene
from .textures import Array


class Hits(NamedTuple):
    """What the rays of all pixels meet.

    Attributes:
        directions: (3, H, W) of the rays, in world axes; their parameter is depth.
        depth: (H, W) in meters.
        owner: (H, W) number of the solid, -1 for the room.
    """

    directions: Array
    depth: Array
    owner: NDArray[np.int16]


def trace(
    scene: Scene, size: tuple[int, int], offsets: Iterable[tuple[float, float]] = ((0, 0),)
) -> Iterator[Hits]:
    """Find the nearest surface of each pixel, once for every offset.

    Args:
        scene: What is looked at.
        size: (H, W) in pixels.
        offsets: Of the rays from the pixel centers, to the right and downwards in pixels.
    """
    camera = scene.camera
    windows = [camera.window(solid.corners, size) for solid in scene.solids]
    for offset in offsets:
        directions = camera.rays(size, *offset)
        depth = scene.room.intersect(camera.position, directions.reshape(3, -1)).reshape(size)
        owner = np.full(size, -1, np.int16)
        for number, (solid, window) in enumerate(zip(scene.solids, windows, strict=True)):
            if window is not None:
                part = directions[:, *window]
                near = solid.intersect(camera.position, part.reshape(3, -1)).reshape(part.shape[1:])
                closer = near < depth[window]
                depth[window][closer] = near[closer]
                owner[window][closer] = number
        yield Hits(directions, depth, owner)
