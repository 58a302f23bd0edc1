"""What a picture shows: a rectangular room, solids in it, lights and a camera."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .camera import Camera
from .shapes import Solid, Surface, box_span, box_surface
from .textures import Array, Material


class Decal(NamedTuple):
    """A flat rectangle u0, v0, u1, v1 in meters on a wall or the floor: a picture, door or rug."""

    face: int
    extent: tuple[float, float, float, float]
    material: Material


class Room(NamedTuple):
    """An empty room, from the origin to `size`, seen from inside.

    Attributes:
        size: (3,) in meters.
        faces: Materials of the walls x = 0, x = max, y = 0, y = max, the floor and the ceiling.
        decals: Painted over the faces in order.
    """

    size: Array
    faces: tuple[Material, ...]
    decals: tuple[Decal, ...] = ()

    def intersect(self, origin: Array, directions: Array) -> Array:
        """Ray parameter (N,) at which rays (3, N) from a point inside reach the room's faces."""
        half = self.size / 2
        return box_span((origin - half) / half, directions / half[:, None])[1]

    def surface(self, points: Array) -> tuple[Surface, NDArray[np.intp]]:
        """Inward normals and coordinates of points (3, N) on the faces, and their faces (N,)."""
        half = self.size[:, None] / 2
        outward, u, v = box_surface((points - half) / half, points)
        face = 2 * np.abs(outward).argmax(0) + (outward.sum(0) > 0)
        return Surface(-outward, u, v), face


class Light(NamedTuple):
    """A small round lamp: position (3,) in meters, linear BGR power (3,) and radius in meters."""

    position: Array
    power: Array
    radius: float


class Scene(NamedTuple):
    """Everything that a picture shows; `ambient` is the strength of the light from everywhere."""

    room: Room
    solids: tuple[Solid, ...]
    lights: tuple[Light, ...]
    camera: Camera
    ambient: float
