"""Solids that rays can hit: boxes, ellipsoids and cylinders, each a stretched unit shape.

A ray is `origin + t * direction`. An affine map keeps `t`, so every solid is intersected as a unit
shape in its own frame. World axes are in meters, x and y level, z up.
"""

from dataclasses import dataclass
from itertools import product
from typing import Literal, NamedTuple

import numpy as np

from .textures import Array, Material

Kind = Literal['box', 'sphere', 'cylinder']

_SIGNS = np.array(list(product((-1, 1), repeat=3)), np.float32).T


class Surface(NamedTuple):
    """Unit normals (3, N) in the world, and surface coordinates u, v (N,) in meters."""

    normal: Array
    u: Array
    v: Array


@dataclass(frozen=True)
class Solid:
    """A box, ellipsoid or cylinder (along its own z axis) anywhere in the room.

    Attributes:
        kind: Which unit shape is stretched.
        center: (3,) in meters.
        half: (3,) half extents along the own axes in meters.
        rotation: (3, 3) from the own axes to the world's.
        material: What it is made of.
    """

    kind: Kind
    center: Array
    half: Array
    rotation: Array
    material: Material

    def hit(self, origin: Array, directions: Array) -> Array:
        """Where rays from one point outside first meet the solid.

        Args:
            origin: (3,) in meters.
            directions: (3, N), of any length.

        Returns:
            (N,) ray parameter t > 0, infinite where the ray misses.
        """
        to_unit = self.rotation.T / self.half[:, None]
        near, far = _SPANS[self.kind](to_unit @ (origin - self.center), to_unit @ directions)
        return np.where((near <= far) & (near > 0), near, np.float32(np.inf))

    def surface(self, points: Array) -> Surface:
        """Normals and surface coordinates at (3, N) points on the solid."""
        half = self.half[:, None]
        unit = self.rotation.T @ (points - self.center[:, None]) / half
        normal, u, v = _SURFACES[self.kind](unit, unit * half)
        normal = self.rotation @ (normal / half)
        return Surface(normal / np.sqrt((normal * normal).sum(0)), u, v)

    def distance(self, points: Array) -> Array:
        """Distance in meters from (3, N) points to the solid's oriented bounding box, (N,)."""
        local = self.rotation.T @ (points - self.center[:, None])
        outside = np.maximum(np.abs(local) - self.half[:, None], 0)
        return np.sqrt((outside * outside).sum(0))

    def corners(self) -> Array:
        """(3, 8) corners of the oriented bounding box in meters."""
        return self.center[:, None] + self.rotation @ (_SIGNS * self.half[:, None])

    @property
    def radius(self) -> float:
        """Radius in meters of a ball around the center that holds the solid."""
        return float(np.linalg.norm(self.half))


def box_span(origin: Array, directions: Array) -> tuple[Array, Array]:
    """Ray parameters (N,) at which rays enter and leave the unit box [-1, 1]^3."""
    with np.errstate(divide='ignore', invalid='ignore'):
        inverse = 1 / directions
        low, high = (-1 - origin)[:, None] * inverse, (1 - origin)[:, None] * inverse
    return np.minimum(low, high).max(0), np.maximum(low, high).min(0)


def _sphere_span(origin: Array, directions: Array) -> tuple[Array, Array]:
    (x, y, z), (dx, dy, dz) = origin, directions
    square = dx * dx + dy * dy + dz * dz
    off = (y * dz - z * dy) ** 2 + (z * dx - x * dz) ** 2 + (x * dy - y * dx) ** 2
    return _round_span(square, x * dx + y * dy + z * dz, square - off)


def _cylinder_span(origin: Array, directions: Array) -> tuple[Array, Array]:
    (x, y, _), (dx, dy, _) = origin, directions
    square = dx * dx + dy * dy
    near, far = _round_span(square, x * dx + y * dy, square - (x * dy - y * dx) ** 2)
    bottom, top = box_span(origin[2:], directions[2:])
    return np.maximum(near, bottom), np.minimum(far, top)


def _round_span(square: Array, along: Array, discriminant: Array) -> tuple[Array, Array]:
    with np.errstate(divide='ignore', invalid='ignore'):
        root = np.sqrt(discriminant)
        return (-along - root) / square, (-along + root) / square


def _box_surface(unit: Array, local: Array) -> Surface:
    axis = np.abs(unit).argmax(0)
    normal = np.where(axis == np.arange(3)[:, None], np.sign(unit), np.float32(0))
    u = np.where(axis == 0, local[1], local[0])
    return Surface(normal, u, np.where(axis == 2, local[1], local[2]))


def _sphere_surface(unit: Array, local: Array) -> Surface:
    around = np.arctan2(unit[1], unit[0]) * np.abs(local).max(initial=0)
    return Surface(unit, around, local[2])


def _cylinder_surface(unit: Array, local: Array) -> Surface:
    across = np.hypot(unit[0], unit[1])
    cap = np.abs(unit[2]) > across
    normal = np.stack(
        [np.where(cap, 0, unit[0]), np.where(cap, 0, unit[1]), np.where(cap, np.sign(unit[2]), 0)]
    ).astype(np.float32)
    around = np.arctan2(unit[1], unit[0]) * np.hypot(local[0], local[1])
    return Surface(normal, np.where(cap, local[0], around), np.where(cap, local[1], local[2]))


_SPANS = {'box': box_span, 'sphere': _sphere_span, 'cylinder': _cylinder_span}
_SURFACES = {'box': _box_surface, 'sphere': _sphere_surface, 'cylinder': _cylinder_surface}


def level(yaw: float) -> Array:
    """(3, 3) rotation by an angle in radians about the vertical."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float32)


def box(
    center: tuple[float, float, float],
    size: tuple[float, float, float],
    material: Material,
    yaw: float = 0.0,
) -> Solid:
    """A box by its center and full size in meters, turned by yaw in radians."""
    return Solid(
        'box', np.array(center, np.float32), np.array(size, np.float32) / 2, level(yaw), material
    )


def ball(center: tuple[float, float, float], radius: float, material: Material) -> Solid:
    """A sphere by its center and radius in meters."""
    return Solid(
        'sphere', np.array(center, np.float32), np.full(3, radius, np.float32), level(0.0), material
    )


def pole(
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radius: float,
    material: Material,
) -> Solid:
    """A round pole between two points, by its radius in meters."""
    first, last = np.array(start, np.float64), np.array(end, np.float64)
    length = np.linalg.norm(last - first)
    axis = (last - first) / length
    side = np.cross(axis, [0.0, 1.0, 0.0] if abs(axis[1]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    rotation = np.stack([side, np.cross(axis, side), axis], 1)
    return Solid(
        'cylinder',
        ((first + last) / 2).astype(np.float32),
        np.array([radius, radius, length / 2], np.float32),
        rotation.astype(np.float32),
        material,
    )
