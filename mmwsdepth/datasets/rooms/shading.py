"""Light on surfaces: Lambert and Blinn-Phong from small lamps, shadows, occluded ambient light."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .scene import Light, Scene
from .shapes import Solid
from .textures import Array, Material, albedo
from .trace import Hits

_CONTACT = 0.15


class _ShadingPoints(NamedTuple):
    """N points, sorted by owner, and what is there: (3, N) or (N,) each."""

    owner: NDArray[np.int16]
    position: Array
    normal: Array
    albedo: Array
    emission: Array
    specular: Array


def shade(scene: Scene, hits: Hits, turn: float) -> Array:
    """Linear BGR light that reaches the camera along each ray.

    Args:
        scene: What is shown.
        hits: What the rays meet.
        turn: Point on the rim of the round lamps in [0, 1): averaged, they give soft shadows.

    Returns:
        (3, H, W).
    """
    order = np.argsort(hits.owner, None, 'stable')
    directions = hits.directions.reshape(3, -1).take(order, 1)
    position = scene.camera.position[:, None] + directions * hits.depth.take(order)
    points = _shading_points(scene, hits.owner.take(order), position)
    to_eye = -directions / np.sqrt((directions * directions).sum(0))
    visibility = _ambient_visibility(scene, points)
    x, y, _ = np.abs(points.normal)
    sides = 1 - np.float32(0.25) * x - np.float32(0.1) * y
    light = points.albedo * (scene.ambient * visibility * sides + points.emission)
    for lamp in scene.lights:
        light += _reflected(scene, lamp, turn, points, to_eye, visibility)
    image = np.empty_like(light)
    image[:, order] = light
    return image.reshape(hits.directions.shape)


def _shading_points(scene: Scene, owner: NDArray[np.int16], position: Array) -> _ShadingPoints:
    normal, colors = np.empty_like(position), np.empty_like(position)
    emission, specular = np.empty_like(position[0]), np.empty_like(position[0])

    def cover(where: slice | NDArray[np.intp], material: Material, u: Array, v: Array) -> None:
        colors[:, where] = albedo(material, u, v)
        emission[where], specular[where] = material.emission, material.specular

    starts = np.flatnonzero(np.diff(owner, prepend=-2))
    for part in map(slice, starts, [*starts[1:], owner.size]):
        number = owner[part.start]
        if number >= 0:
            solid = scene.solids[number]
            normal[:, part], u, v = solid.surface(position[:, part])
            cover(part, solid.material, u, v)
            continue
        (normal[:, part], u, v), faces = scene.room.surface(position[:, part])
        for face, material in enumerate(scene.room.faces):
            on = np.flatnonzero(faces == face)
            for decal in reversed(scene.room.decals):
                if decal.face == face:
                    u0, v0, u1, v1 = decal.extent
                    inside = (u[on] > u0) & (u[on] < u1) & (v[on] > v0) & (v[on] < v1)
                    within, on = on[inside], on[~inside]
                    cover(within, decal.material, u[within] - u0, v[within] - v0)
            cover(on, material, u[on], v[on])
    return _ShadingPoints(owner, position, normal, colors, emission, specular)


def _ambient_visibility(scene: Scene, points: _ShadingPoints) -> Array:
    """Share of the ambient light that is left near the room's edges and near solids, (N,)."""
    gap = np.minimum(points.position, scene.room.size[:, None] - points.position)
    free = 1 - np.float32(0.4) * np.exp(-gap / np.float32(0.22)) * (1 - np.abs(points.normal))
    visibility = free[0] * free[1] * free[2]
    where = np.flatnonzero((points.owner < 0) & (points.position[2] < 0.01))
    floor = points.position.take(where, 1)
    left = np.ones_like(where, np.float32)
    for solid in scene.solids:
        if solid.corners[2].min() < _CONTACT:
            reach = solid.radius + 3 * _CONTACT
            near = np.flatnonzero((np.abs(floor[:2] - solid.center[:2, None]) < reach).all(0))
            strength = np.float32(0.55 * min(1.0, float(solid.half[:2].min()) / 0.1))
            gap = solid.distance(floor.take(near, 1))
            left[near] *= 1 - strength * np.exp(-gap / np.float32(_CONTACT))
    visibility[where] *= left
    return visibility


def _reflected(
    scene: Scene,
    lamp: Light,
    turn: float,
    points: _ShadingPoints,
    to_eye: Array,
    visibility: Array,
) -> Array:
    """Light from one lamp that the surfaces send to the camera, (3, N)."""
    rim = lamp.radius * np.array([math.cos(math.tau * turn), math.sin(math.tau * turn), 0])
    source = (lamp.position + rim).astype(np.float32)
    to_lamp = source[:, None] - points.position
    distance = np.sqrt((to_lamp * to_lamp).sum(0))
    to_lamp /= distance
    facing = np.maximum((to_lamp * points.normal).sum(0), 0)
    lit = np.flatnonzero(facing)
    dark = _shadowed(scene.solids, source, points.owner[lit], points.position.take(lit, 1))
    facing[lit[dark]] = 0
    half = to_lamp + to_eye
    highlight = (half * points.normal).sum(0) ** 2 / (half * half).sum(0)
    highlight = points.specular * highlight**24
    reach = np.float32(0.35 * (scene.room.size**2).sum())
    strength = facing * (0.5 + 0.5 * visibility) / (distance * distance / reach + np.float32(0.35))
    return strength * lamp.power[:, None] * (points.albedo + highlight)


def _shadowed(
    solids: tuple[Solid, ...], source: Array, owner: NDArray[np.int16], position: Array
) -> NDArray[np.bool_]:
    """Whether a solid stands between a lamp and each point.

    Args:
        solids: All that may cast shadows; none shadows itself, being convex.
        source: (3,) position of the lamp in meters.
        owner: (N,) number of the solid that a point lies on.
        position: (3, N) of the points in meters.

    Returns:
        (N,).
    """
    shadowed = np.zeros_like(owner, np.bool_)
    rays = position - source[:, None]
    distance = np.sqrt((rays * rays).sum(0))
    directions = rays / distance
    for number, solid in enumerate(solids):
        axis = solid.center - source
        away = math.hypot(*axis)
        edge = math.sqrt(1 - (solid.radius / away) ** 2) if away > solid.radius else -1.0
        where = np.flatnonzero((axis / away) @ directions >= edge)
        behind = (owner[where] != number) & (distance[where] > away - solid.radius)
        where = where[behind & ~shadowed[where]]
        if where.size:
            shadowed[where] = solid.intersect(source, rays.take(where, 1)) < 0.999
    return shadowed
