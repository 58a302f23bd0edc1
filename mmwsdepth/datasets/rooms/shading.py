"""Light on surfaces: Lambert and highlights from small lamps, shadows, ambient light, contact."""

import math

import numpy as np
from numpy.typing import NDArray

from .scene import Light, Scene
from .shapes import Solid
from .textures import Array, Material, paint

_CONTACT = 0.15
_Looks = tuple[Array, Array, Array, Array]


def shade(
    scene: Scene, directions: Array, depth: Array, owner: NDArray[np.int16], turn: float
) -> Array:
    """Linear BGR light that reaches the camera along each ray.

    Args:
        scene: What is shown.
        directions: (3, H, W) rays from the camera in world axes.
        depth: (H, W) ray parameter of the surface.
        owner: (H, W) number of the solid that is seen, -1 for the room.
        turn: Point on the rim of the round lamps in [0, 1): averaged, they give soft shadows.

    Returns:
        (3, H, W).
    """
    flat, owner = directions.reshape(3, -1), owner.ravel()
    points = scene.camera.position[:, None] + flat * depth.ravel()
    normal, albedo, glow, gloss = _looks(scene, points, owner)
    occlusion = _occlusion(scene, points, normal, owner)
    toward_eye = -flat / np.sqrt((flat * flat).sum(0))
    around = 1 - np.float32(0.25) * np.abs(normal[0]) - np.float32(0.1) * np.abs(normal[1])
    light = albedo * (scene.ambient * occlusion * around + glow)
    for lamp in scene.lights:
        light += _lit(
            scene, lamp, turn, points, normal, albedo, gloss, toward_eye, owner, occlusion
        )
    return light.reshape(directions.shape)


def _looks(scene: Scene, points: Array, owner: NDArray[np.int16]) -> _Looks:
    normal, albedo = np.empty_like(points), np.empty_like(points)
    glow, gloss = np.zeros_like(points[0]), np.zeros_like(points[0])

    def cover(where: NDArray[np.intp], material: Material, u: Array, v: Array) -> None:
        albedo[:, where] = paint(material, u, v)
        glow[where], gloss[where] = material.glow, material.gloss

    order = np.argsort(owner, kind='stable')
    numbers, starts = np.unique(owner[order], return_index=True)
    for number, where in zip(numbers, np.split(order, starts[1:]), strict=True):
        if number >= 0:
            solid = scene.solids[number]
            normal[:, where], u, v = solid.surface(points[:, where])
            cover(where, solid.material, u, v)
            continue
        (normal[:, where], u, v), face = scene.room.surface(points[:, where])
        for side, material in enumerate(scene.room.faces):
            on = np.flatnonzero(face == side)
            if not on.size:
                continue
            cover(where[on], material, u[on], v[on])
            for decal in scene.room.decals:
                if decal.face == side:
                    u0, v0, u1, v1 = decal.extent
                    seen = on[(u[on] > u0) & (u[on] < u1) & (v[on] > v0) & (v[on] < v1)]
                    cover(where[seen], decal.material, u[seen] - u0, v[seen] - v0)
    return normal, albedo, glow, gloss


def _occlusion(scene: Scene, points: Array, normal: Array, owner: NDArray[np.int16]) -> Array:
    """Ambient light that is left near the room's edges and near things, (N,) in (0, 1]."""
    size = scene.room.size[:, None]
    gap = np.minimum(points, size - points)
    free = 1 - np.float32(0.4) * np.exp(-gap / np.float32(0.22)) * (1 - np.abs(normal))
    left = free[0] * free[1] * free[2]
    where = np.flatnonzero((owner < 0) & (points[2] < 0.01))
    ground = points[:, where]
    shadow = np.ones_like(where, np.float32)
    for solid in scene.solids:
        if solid.corners()[2].min() < _CONTACT:
            reach = solid.radius + 3 * _CONTACT
            near = np.flatnonzero(
                (np.abs(ground[0] - solid.center[0]) < reach)
                & (np.abs(ground[1] - solid.center[1]) < reach)
            )
            strength = 0.55 * min(1.0, float(solid.half[:2].min()) / 0.1)
            gap = solid.distance(ground[:, near])
            shadow[near] *= 1 - np.float32(strength) * np.exp(-gap / np.float32(_CONTACT))
    left[where] *= shadow
    return left


def _lit(
    scene: Scene,
    lamp: Light,
    turn: float,
    points: Array,
    normal: Array,
    albedo: Array,
    gloss: Array,
    toward_eye: Array,
    owner: NDArray[np.int16],
    occlusion: Array,
) -> Array:
    """Light from one lamp that the surfaces send to the camera, (3, N)."""
    rim = lamp.radius * np.array([math.cos(math.tau * turn), math.sin(math.tau * turn), 0])
    position = (lamp.position + rim).astype(np.float32)
    toward = position[:, None] - points
    gap = np.sqrt((toward * toward).sum(0))
    toward /= gap
    facing = np.maximum((toward * normal).sum(0), 0)
    lit = np.flatnonzero(facing)
    facing[
        lit[shadowed(scene.solids, position, points[:, lit], toward[:, lit], gap[lit], owner[lit])]
    ] = 0
    half = toward + toward_eye
    shine = (half * normal).sum(0) ** 2 / (half * half).sum(0)
    shine = gloss * shine**24
    reach = np.float32(0.35 * (scene.room.size**2).sum())
    strength = facing * (0.5 + 0.5 * occlusion) / (gap * gap / reach + np.float32(0.35))
    return strength * lamp.power[:, None] * (albedo + shine)


def shadowed(
    solids: tuple[Solid, ...],
    lamp: Array,
    points: Array,
    toward: Array,
    gap: Array,
    owner: NDArray[np.int16],
) -> NDArray[np.bool_]:
    """Whether a solid stands between a lamp and each point.

    Args:
        solids: All that may cast shadows; none shadows itself, being convex.
        lamp: (3,) in meters.
        points: (3, N) in meters.
        toward: (3, N) unit directions from the points to the lamp.
        gap: (N,) distance to the lamp in meters.
        owner: (N,) number of the solid that a point lies on.

    Returns:
        (N,).
    """
    dark = np.zeros(points.shape[1], np.bool_)
    for number, solid in enumerate(solids):
        axis = lamp - solid.center
        away = float(np.linalg.norm(axis))
        edge = math.sqrt(1 - (solid.radius / away) ** 2) if away > solid.radius else -1.0
        where = np.flatnonzero((axis / away) @ toward >= edge)
        where = where[(owner[where] != number) & (gap[where] > away - solid.radius)]
        if where.size:
            reached = solid.hit(lamp, points[:, where] - lamp[:, None])
            dark[where] |= reached < 0.999
    return dark
