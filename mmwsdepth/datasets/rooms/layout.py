"""A random furnished room with its lights and a camera that sees it well."""

import math
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from . import materials
from .furniture import FREE_PIECES, WALL_PIECES, Piece, placed
from .scene import Camera, Decal, Light, Room, Scene
from .shapes import Solid, pole
from .textures import Array, Material
from .trace import rays, trace

NEAR, FAR = 0.35, 10.0
_TRIES = 12
Footprint = tuple[float, float, float, float]


def random_scene(rng: Generator) -> Scene:
    """Draw a furnished room, from a closet to a hall, whose depths lie in (0.3, 10] m."""
    long = math.exp(rng.uniform(math.log(1.8), math.log(9.5)))
    for _ in range(_TRIES):
        room, camera = _room_and_camera(rng, long)
        room = replace(room, decals=tuple(_decals(rng, room)))
        solids = _furnish(rng, room, camera)
        lights = tuple(_light(rng, room, solids) for _ in range(rng.integers(1, 3)))
        scene = Scene(room, tuple(solids), lights, camera, rng.uniform(0.15, 0.3))
        if _pleasant(scene):
            break
    return scene


def _pleasant(scene: Scene) -> bool:
    """Whether a coarse look shows depth that varies, and things that do not fill the view."""
    hits = trace(scene, *rays(scene.camera, (12, 16)))
    near, far = np.quantile(hits.depth, (0.05, 0.95))
    things = (hits.owner >= 0).mean()
    return far > 1.7 * near and 0.12 < things < 0.7 and len(np.unique(hits.owner)) > 4


def _room_and_camera(rng: Generator, long: float) -> tuple[Room, Camera]:
    while True:
        wide = max(long * rng.uniform(0.5, 1.0), 1.5)
        high = rng.uniform(2.2, 2.7) + 0.12 * max(long - 4, 0) * rng.uniform(0.5, 1.5)
        sides = (long, wide) if rng.random() < 0.5 else (wide, long)
        size = np.array([*sides, high], np.float32)
        camera = _camera(rng, size)
        room = Room(size, _faces(rng))
        if _clear(room, camera):
            return room, camera


def _camera(rng: Generator, size: Array) -> Camera:
    margin = np.minimum(0.5, size[:2] * 0.3)
    x, y = rng.uniform(margin, size[:2] - margin)
    aim = rng.uniform(0.25, 0.75, 2) * size[:2]
    yaw = math.atan2(aim[1] - y, aim[0] - x) + rng.normal(0, 0.2)
    pitch, roll = math.radians(rng.uniform(-25, 5)), math.radians(rng.normal(0, 1))
    return Camera.look(
        (x, y, rng.uniform(0.8, 1.8)), yaw, pitch, roll, math.radians(rng.uniform(50, 75))
    )


def _clear(room: Room, camera: Camera) -> bool:
    """Whether the bare room's depths fit in the range, whatever the image's aspect ratio."""
    reach = math.tan(camera.fov / 2)
    rays = np.array([[sx * reach, sy * reach, 1] for sx in (-1, 1) for sy in (-1, 1)], np.float32).T
    nearest = room.hit(camera.position, camera.rotation @ rays).min()
    middle = room.hit(camera.position, camera.rotation[:, 2:])[0]
    corners = np.array(np.meshgrid(*([0, edge] for edge in room.size))).reshape(3, 8)
    farthest = (camera.rotation[:, 2] @ (corners - camera.position[:, None])).max()
    return nearest > NEAR + 0.1 and middle > 0.3 * room.size[:2].max() and farthest < FAR


def _faces(rng: Generator) -> tuple[Material, ...]:
    walls = [materials.wall(rng)] * 4
    if rng.random() < 0.4:
        walls[rng.integers(4)] = materials.wall(rng)
    ceiling = materials.painted(rng, materials.color(0.1, 0.04, rng.uniform(0.85, 0.97)))
    if rng.random() < 0.15:
        ceiling = materials.wood(rng, 'planks', 0.15)
    return (*walls, materials.floor(rng), ceiling)


def _decals(rng: Generator, room: Room) -> list[Decal]:
    long, wide, high = (float(edge) for edge in room.size)
    trim = materials.painted(rng, materials.gray(rng))
    dusk = bool(rng.random() < 0.3)
    decals = []
    for face, length in enumerate((wide, wide, long, long)):
        decals.append(Decal(face, (0, 0, length, rng.uniform(0.07, 0.12)), trim))
        start = rng.uniform(0.1, 0.8)
        while start + 0.5 < length:
            width = min(rng.uniform(0.4, 1.4), length - start - 0.05)
            decals += _wall_item(rng, face, start, width, high, trim, dusk)
            start += width + rng.uniform(0.3, 1.5)
    if rng.random() < 0.5 and min(long, wide) > 1.8:
        rug = materials.cloth(rng)
        extent = (
            rng.uniform(0.1, 0.35) * long,
            rng.uniform(0.1, 0.35) * wide,
            rng.uniform(0.6, 0.9) * long,
            rng.uniform(0.6, 0.9) * wide,
        )
        decals += _framed(4, extent, 0.08, materials.painted(rng, materials.accent(rng)), rug)
    return decals


def _wall_item(
    rng: Generator, face: int, start: float, width: float, high: float, trim: Material, dusk: bool
) -> list[Decal]:
    kind = rng.random()
    if kind < 0.25 and width > 0.75:
        door = replace(materials.wood(rng, 'panels', 0.78), shift=0.0)
        return _framed(face, (start, 0, start + 0.9, 2.05), 0.06, trim, door)
    if kind < 0.5 and width > 0.6:
        pane = width / round(width / 0.55 + 0.5)
        return _framed(
            face,
            (start, 0.9, start + width, min(2.1, high - 0.15)),
            0.06,
            trim,
            materials.sky(rng, pane, dusk),
        )
    center, tall = rng.uniform(1.35, 1.65), width * rng.uniform(0.6, 1.1)
    tall = min(tall, 1.0)
    frame = materials.wood(rng) if rng.random() < 0.5 else trim
    return _framed(
        face,
        (start, center - tall / 2, start + width, center + tall / 2),
        0.035,
        frame,
        materials.picture(rng),
    )


def _framed(
    face: int,
    extent: tuple[float, float, float, float],
    border: float,
    frame: Material,
    inside: Material,
) -> list[Decal]:
    u0, v0, u1, v1 = extent
    inner = (u0 + border, v0 + border * (v0 > 0), u1 - border, v1 - border)
    return [Decal(face, extent, frame), Decal(face, inner, inside)]


def _furnish(rng: Generator, room: Room, camera: Camera) -> list[Solid]:
    long, wide, high = (float(edge) for edge in room.size)
    solids: list[Solid] = []
    taken: list[Footprint] = []
    clear = max(0.6, rng.uniform(0.1, 0.25) * min(long, wide))
    if rng.random() < 0.25 and min(long, wide) > 3:
        spot = rng.uniform(0.2, 0.8, 2) * room.size[:2]
        _try(rng, _column(rng, high), (*spot, 0.0), room, camera, clear, solids, taken)
    for _ in range(min(int(3 + 2.2 * (long + wide)), 26)):
        if rng.random() < 0.6:
            piece = WALL_PIECES[rng.integers(len(WALL_PIECES))](rng)
            pose = _against_wall(rng, room, piece)
        else:
            piece = FREE_PIECES[rng.integers(len(FREE_PIECES))](rng)
            pose = (rng.uniform(0, long), rng.uniform(0, wide), rng.uniform(0, 2 * math.pi))
        _try(rng, piece, pose, room, camera, clear, solids, taken)
    return solids


def _column(rng: Generator, high: float) -> Piece:
    radius = rng.uniform(0.05, 0.2)
    shaft = pole((0, 0, 0), (0, 0, high), radius, materials.wall(rng))
    return Piece([shaft], 2 * radius, 2 * radius)


def _against_wall(rng: Generator, room: Room, piece: Piece) -> tuple[float, float, float]:
    long, wide = float(room.size[0]), float(room.size[1])
    side, gap = rng.integers(4), piece.depth / 2 + 0.01
    along = rng.uniform(
        piece.width / 2, max((wide, long)[side // 2] - piece.width / 2, piece.width / 2)
    )
    return [
        (gap, along, -math.pi / 2),
        (long - gap, along, math.pi / 2),
        (along, gap, 0.0),
        (along, wide - gap, math.pi),
    ][side]


def _try(
    rng: Generator,
    piece: Piece,
    pose: tuple[float, float, float],
    room: Room,
    camera: Camera,
    clear: float,
    solids: list[Solid],
    taken: list[Footprint],
) -> None:
    """Add the piece unless it is in the way of the walls, other pieces or the camera."""
    x, y, yaw = pose
    c, s = abs(math.cos(yaw)), abs(math.sin(yaw))
    reach_x = (c * piece.width + s * piece.depth) / 2
    reach_y = (s * piece.width + c * piece.depth) / 2
    own = (x - reach_x, y - reach_y, x + reach_x, y + reach_y)
    inside = own[0] >= 0 and own[1] >= 0 and own[2] <= room.size[0] and own[3] <= room.size[1]
    overlaps = any(
        own[0] < other[2] and other[0] < own[2] and own[1] < other[3] and other[1] < own[3]
        for other in taken
    )
    if not inside or overlaps:
        return
    group = placed(piece, x, y, yaw)
    top = max(solid.corners()[2].max() for solid in group)
    if top > room.size[2] + 1e-3 or any(
        solid.distance(camera.position[:, None])[0] < clear for solid in group
    ):
        return
    solids += group
    taken.append(own)


def _light(rng: Generator, room: Room, solids: list[Solid]) -> Light:
    """A lamp near the ceiling, clear of the furniture."""
    while True:
        spot = (rng.uniform(0.2, 0.8, 3) * room.size).astype(np.float32)
        spot[2] = room.size[2] - rng.uniform(0.15, 0.5)
        if all(solid.distance(spot[:, None])[0] > 0.1 for solid in solids):
            break
    warm = rng.uniform(-0.12, 0.25)
    tint = np.array([1 - warm, 1, 1 + warm], np.float32)
    return Light(spot, tint * np.float32(rng.uniform(0.6, 1.2)), rng.uniform(0.04, 0.15))
