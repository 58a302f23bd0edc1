"""What a picture shows: a rectangular room, solids in it, lights and a camera."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .shapes import Solid, Surface, box_span
from .textures import Array, Material


class Decal(NamedTuple):
    """A flat rectangle u0, v0, u1, v1 in meters on a wall or the floor: a picture, door or rug."""

    face: int
    extent: tuple[float, float, float, float]
    material: Material


@dataclass(frozen=True)
class Room:
    """An empty room, from the origin to `size`, seen from inside.

    Attributes:
        size: (3,) in meters.
        faces: Materials of the walls x = 0, x = max, y = 0, y = max, the floor and the ceiling.
        decals: Painted over the faces in order.
    """

    size: Array
    faces: tuple[Material, ...]
    decals: tuple[Decal, ...] = ()

    def hit(self, origin: Array, directions: Array) -> Array:
        """Ray parameter (N,) at which rays (3, N) from a point inside reach the room's hull."""
        half = self.size / 2
        return box_span((origin - half) / half, directions / half[:, None])[1]

    def surface(self, points: Array) -> tuple[Surface, Array]:
        """Inward normals and coordinates of points (3, N) on the hull, and their faces (N,)."""
        half = self.size[:, None] / 2
        unit = (points - half) / half
        axis = np.abs(unit).argmax(0)
        above = np.take_along_axis(unit, axis[None], 0)[0] > 0
        normal = np.where(axis == np.arange(3)[:, None], -np.sign(unit), np.float32(0))
        u = np.where(axis == 0, points[1], points[0])
        v = np.where(axis == 2, points[1], points[2])
        return Surface(normal, u, v), 2 * axis + above


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        position: (3,) in meters.
        rotation: (3, 3) from camera axes (right, down, forward) to the world's.
        fov: Field of view along the image's longer side in radians.
    """

    position: Array
    rotation: Array
    fov: float

    @classmethod
    def look(
        cls,
        position: tuple[float, float, float],
        yaw: float,
        pitch: float = 0.0,
        roll: float = 0.0,
        fov: float = math.radians(60),
    ) -> 'Camera':
        """Aim by yaw from the x axis towards y, pitch upwards and roll, all in radians."""
        forward = np.array(
            [math.cos(yaw) * math.cos(pitch), math.sin(yaw) * math.cos(pitch), math.sin(pitch)]
        )
        right = np.array([math.sin(yaw), -math.cos(yaw), 0.0])
        down = np.cross(forward, right)
        right, down = (
            math.cos(roll) * right + math.sin(roll) * down,
            math.cos(roll) * down - math.sin(roll) * right,
        )
        rotation = np.stack([right, down, forward], 1).astype(np.float32)
        return cls(np.array(position, np.float32), rotation, fov)


class Light(NamedTuple):
    """A small round lamp: position (3,) in meters, linear BGR power (3,) and radius in meters."""

    position: Array
    power: Array
    radius: float


class Scene(NamedTuple):
    """Everything that a picture shows."""

    room: Room
    solids: tuple[Solid, ...]
    lights: tuple[Light, ...]
    camera: Camera
    ambient: float = 0.25
