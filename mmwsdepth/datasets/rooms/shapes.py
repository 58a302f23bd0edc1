"""Solids that rays can hit: boxes, ellipsoids and cylinders, each a stretched unit shape.

A ray is `origin + t * direction`. An affine map keeps `t`, so every solid is intersected as a unit
shape in its own frame. World axes are in meters, x and y level, z up.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from .textures import Array, Material

Vector = tuple[float, float, float]

_SIGNS = np.array(list(product((-1, 1), repeat=3)), np.float32).T


class Surface(NamedTuple):
    """Unit normals (3, N) in the world, and surface coordinates u, v (N,) in meters."""

    normal: Array
    u: Array
    v: Array


class Shape(NamedTuple):
    """A unit shape.

    Attributes:
        span: The ray parameters (N,) at which rays from an origin (3,) in directions (3, N) enter
            and leave the shape. Rays that miss it leave before they enter, or at NaN.
        surface: Outward normals and coordinates at points on the shape, given (3, N) in its own
            units and in meters.
    """

    span: Callable[[Array, Array], tuple[Array, Array]]
    surface: Callable[[Array, Array], Surface]


def box_span(origin: Array, directions: Array) -> tuple[Array, Array]:
    """Ray parameters (N,) at which rays enter and leave the unit box [-1, 1]^3."""
    with np.errstate(divide='ignore', invalid='ignore'):
        inverse = 1 / directions
        low, high = (-1 - origin)[:, None] * inverse, (1 - origin)[:, None] * inverse
    return np.minimum(low, high).max(0), np.maximum(low, high).min(0)


def box_surface(unit: Array, local: Array) -> Surface:
    """Outward normals and coordinates of points (3, N) on the unit box and on the stretched one."""
    axis = np.abs(unit).argmax(0)
    normal = np.where(axis == np.arange(3)[:, None], np.sign(unit), np.float32(0))
    u = np.where(axis == 0, local[1], local[0])
    return Surface(normal, u, np.where(axis == 2, local[1], local[2]))


def _sphere_span(origin: Array, directions: Array) -> tuple[Array, Array]:
    (x, y, z), (dx, dy, dz) = origin, directions
    square = dx * dx + dy * dy + dz * dz
    off = (y * dz - z * dy) ** 2 + (z * dx - x * dz) ** 2 + (x * dy - y * dx) ** 2
    return _round_span(square, x * dx + y * dy + z * dz, square - off)


def _sphere_surface(unit: Array, local: Array) -> Surface:
    around = np.arctan2(unit[1], unit[0]) * np.abs(local).max(initial=0)
    return Surface(unit, around, local[2])


def _cylinder_span(origin: Array, directions: Array) -> tuple[Array, Array]:
    (x, y, _), (dx, dy, _) = origin, directions
    square = dx * dx + dy * dy
    near, far = _round_span(square, x * dx + y * dy, square - (x * dy - y * dx) ** 2)
    bottom, top = box_span(origin[2:], directions[2:])
    return np.maximum(near, bottom), np.minimum(far, top)


def _cylinder_surface(unit: Array, local: Array) -> Surface:
    cap = np.abs(unit[2]) > np.hypot(unit[0], unit[1])
    normal = np.where(cap == np.array([[0], [0], [1]]), unit, np.float32(0))
    around = np.arctan2(unit[1], unit[0]) * np.hypot(local[0], local[1])
    return Surface(
        np.where(cap, np.sign(normal), normal),
        np.where(cap, local[0], around),
        np.where(cap, local[1], local[2]),
    )


def _round_span(square: Array, along: Array, discriminant: Array) -> tuple[Array, Array]:
    with np.errstate(divide='ignore', invalid='ignore'):
        root = np.sqrt(discriminant)
        return (-along - root) / square, (-along + root) / square


BOX = Shape(box_span, box_surface)
SPHERE = Shape(_sphere_span, _sphere_surface)
CYLINDER = Shape(_cylinder_span, _cylinder_surface)


@dataclass(frozen=True)
class Solid:
    """A box, ellipsoid or cylinder (along its own z axis) anywhere in the room.

    Attributes:
        shape: Which unit shape is stretched.
        center: (3,) in meters.
        half: (3,) half extents along the own axes in meters.
        rotation: (3, 3) from the own axes to the world's.
        material: What it is made of.
    """

    shape: Shape
    center: Array
    half: Array
    rotation: Array
    material: Material

    @cached_property
    def radius(self) -> float:
        """Radius in meters of a sphere around the center that holds the solid."""
        return math.hypot(*self.half)

    @cached_property
    def corners(self) -> Array:
        """(3, 8) corners of the oriented bounding box in meters."""
        return self.center[:, None] + self.rotation @ (_SIGNS * self.half[:, None])

    def intersect(self, origin: Array, directions: Array) -> Array:
        """Where rays from one point outside first meet the solid.

        Args:
            origin: (3,) in meters.
            directions: (3, N), of any length.

        Returns:
            (N,) ray parameter t > 0, infinite where the ray misses.
        """
        to_unit = self.rotation.T / self.half[:, None]
        near, far = self.shape.span(to_unit @ (origin - self.center), to_unit @ directions)
        return np.where((near <= far) & (near > 0), near, np.float32(np.inf))

    def surface(self, points: Array) -> Surface:
        """Outward normals and surface coordinates at (3, N) points on the solid."""
        half = self.half[:, None]
        unit = self.rotation.T @ (points - self.center[:, None]) / half
        normal, u, v = self.shape.surface(unit, unit * half)
        normal = self.rotation @ (normal / half)
        return Surface(normal / np.sqrt((normal * normal).sum(0)), u, v)

    def distance(self, points: Array) -> Array:
        """Distance in meters from (3, N) points to the solid's oriented bounding box, (N,)."""
        local = self.rotation.T @ (points - self.center[:, None])
        outside = np.maximum(np.abs(local) - self.half[:, None], 0)
        return np.sqrt((outside * outside).sum(0))


def vertical_rotation(yaw: float) -> Array:
    """(3, 3) rotation by an angle in radians about the vertical."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float32)


def box(center: Vector, size: Vector, material: Material, yaw: float = 0.0) -> Solid:
    """A box by its center and full size in meters, turned by yaw in radians."""
    half = np.array(size, np.float32) / 2
    return Solid(BOX, np.array(center, np.float32), half, vertical_rotation(yaw), material)


def sphere(center: Vector, radius: float, material: Material) -> Solid:
    """A sphere by its center and radius in meters."""
    half = np.full(3, radius, np.float32)
    return Solid(SPHERE, np.array(center, np.float32), half, np.eye(3, dtype=np.float32), material)


def cylinder(start: Vector, end: Vector, radius: float, material: Material) -> Solid:
    """A cylinder between the centers of its two ends, by its radius in meters."""
    first, last = np.array(start, np.float64), np.array(end, np.float64)
    length = np.linalg.norm(last - first)
    axis = (last - first) / length
    side = np.cross(axis, [0.0, 1.0, 0.0] if abs(axis[1]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    rotation = np.stack([side, np.cross(axis, side), axis], 1).astype(np.float32)
    half = np.array([radius, radius, length / 2], np.float32)
    return Solid(CYLINDER, ((first + last) / 2).astype(np.float32), half, rotation, material)
