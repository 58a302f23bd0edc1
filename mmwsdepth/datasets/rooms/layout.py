"""A random furnished room with its lights and a camera that sees it well."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from . import materials
from .camera import Camera, look
from .furniture import ANYWHERE, AT_WALLS, Piece
from .scene import Decal, Light, Room, Scene
from .shapes import Solid, cylinder
from .textures import Array, Material
from .trace import trace

NEAR, FAR = 0.35, 10.0
_TRIES = 12
_Rectangle = tuple[float, float, float, float]


def random_scene(rng: Generator) -> Scene:
    """Draw a furnished room, from a closet to a hall, whose depths lie in (0.3, 10] m."""
    long = math.exp(rng.uniform(math.log(1.8), math.log(9.5)))
    for _ in range(_TRIES):
        room, camera = _room_and_camera(rng, long)
        room = room._replace(decals=tuple(_decals(rng, room)))
        solids = tuple(_furnish(rng, room, camera))
        lights = tuple(_light(rng, room, solids) for _ in range(rng.integers(1, 3)))
        scene = Scene(room, solids, lights, camera, rng.uniform(0.15, 0.3))
        if _is_varied(scene):
            break
    return scene


def _is_varied(scene: Scene) -> bool:
    """Whether a coarse look shows depth that varies, and solids that do not fill the view."""
    hits = next(trace(scene, (12, 16)))
    near, far = np.quantile(hits.depth, (0.05, 0.95))
    filled = (hits.owner >= 0).mean()
    return far > 1.7 * near and 0.12 < filled < 0.7 and len(np.unique(hits.owner)) > 4


def _room_and_camera(rng: Generator, long: float) -> tuple[Room, Camera]:
    while True:
        wide = max(long * rng.uniform(0.5, 1.0), 1.5)
        high = rng.uniform(2.2, 2.7) + 0.12 * max(long - 4, 0) * rng.uniform(0.5, 1.5)
        sides = (long, wide) if rng.random() < 0.5 else (wide, long)
        size = np.array([*sides, high], np.float32)
        camera = _camera(rng, size)
        room = Room(size, _faces(rng))
        if _fits_range(room, camera):
            return room, camera


def _camera(rng: Generator, size: Array) -> Camera:
    margin = np.minimum(0.5, size[:2] * 0.3)
    x, y = rng.uniform(margin, size[:2] - margin)
    aim = rng.uniform(0.25, 0.75, 2) * size[:2]
    yaw = math.atan2(aim[1] - y, aim[0] - x) + rng.normal(0, 0.2)
    pitch, roll = math.radians(rng.uniform(-25, 5)), math.radians(rng.normal(0, 1))
    position = (x, y, rng.uniform(0.8, 1.8))
    return look(position, yaw, pitch, roll, math.radians(rng.uniform(50, 75)))


def _fits_range(room: Room, camera: Camera) -> bool:
    """Whether the bare room's depths fit in the range, whatever the image's aspect ratio."""
    reach = math.tan(camera.fov / 2)
    rays = np.array([[sx * reach, sy * reach, 1] for sx in (-1, 1) for sy in (-1, 1)], np.float32).T
    nearest = room.intersect(camera.position, camera.rotation @ rays).min()
    middle = room.intersect(camera.position, camera.rotation[:, 2:])[0]
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


def _decals(rng: Generator, room: Room) -> Iterator[Decal]:
    """Skirting boards, what hangs on the walls, and perhaps a rug."""
    long, wide, high = room.size.tolist()
    trim = materials.painted(rng, materials.gray(rng))
    dusk = bool(rng.random() < 0.3)
    for face, length in enumerate((wide, wide, long, long)):
        yield Decal(face, (0, 0, length, rng.uniform(0.07, 0.12)), trim)
        start = rng.uniform(0.1, 0.8)
        while start + 0.5 < length:
            width = min(rng.uniform(0.4, 1.4), length - start - 0.05)
            yield from _wall_item(rng, face, start, width, high, trim, dusk)
            start += width + rng.uniform(0.3, 1.5)
    if rng.random() < 0.5 and min(long, wide) > 1.8:
        rug = materials.cloth(rng)
        left, near = rng.uniform(0.1, 0.35) * long, rng.uniform(0.1, 0.35) * wide
        right, far = rng.uniform(0.6, 0.9) * long, rng.uniform(0.6, 0.9) * wide
        border = materials.painted(rng, materials.vivid(rng))
        yield from _framed(4, (left, near, right, far), 0.08, border, rug)


def _wall_item(
    rng: Generator, face: int, start: float, width: float, high: float, trim: Material, dusk: bool
) -> list[Decal]:
    """A door, a window or a picture."""
    kind = rng.random()
    if kind < 0.25 and width > 0.75:
        door = replace(materials.wood(rng, 'panels', 0.78), shift=0.0)
        return _framed(face, (start, 0, start + 0.9, 2.05), 0.06, trim, door)
    if kind < 0.5 and width > 0.6:
        view = materials.sky(rng, width / round(width / 0.55 + 0.5), dusk)
        extent = (start, 0.9, start + width, min(2.1, high - 0.15))
        return _framed(face, extent, 0.06, trim, view)
    center, tall = rng.uniform(1.35, 1.65), min(width * rng.uniform(0.6, 1.1), 1.0)
    frame = materials.wood(rng) if rng.random() < 0.5 else trim
    extent = (start, center - tall / 2, start + width, center + tall / 2)
    return _framed(face, extent, 0.035, frame, materials.picture(rng))


def _framed(
    face: int, extent: _Rectangle, border: float, frame: Material, inside: Material
) -> list[Decal]:
    u0, v0, u1, v1 = extent
    inner = (u0 + border, v0 + border * (v0 > 0), u1 - border, v1 - border)
    return [Decal(face, extent, frame), Decal(face, inner, inside)]


def _furnish(rng: Generator, room: Room, camera: Camera) -> list[Solid]:
    """Furniture that is not in the way of the walls, other furniture or the camera."""
    solids: list[Solid] = []
    taken: list[_Rectangle] = []
    clearance = max(0.6, rng.uniform(0.1, 0.25) * float(room.size[:2].min()))
    for piece, x, y, yaw in _pieces(rng, room):
        footprint = _footprint(piece, x, y, yaw)
        low_x, low_y, high_x, high_y = footprint
        inside = low_x >= 0 and low_y >= 0 and high_x <= room.size[0] and high_y <= room.size[1]
        if not inside or any(_overlap(footprint, other) for other in taken):
            continue
        group = piece.placed(x, y, yaw)
        top = max(solid.corners[2].max() for solid in group)
        gap = min(solid.distance(camera.position[:, None])[0] for solid in group)
        if top <= room.size[2] + 1e-3 and gap >= clearance:
            solids += group
            taken.append(footprint)
    return solids


def _pieces(rng: Generator, room: Room) -> Iterator[tuple[Piece, float, float, float]]:
    """Perhaps a column, then furniture, each at a place x, y in meters and turned by a yaw."""
    long, wide, high = room.size.tolist()
    if rng.random() < 0.25 and min(long, wide) > 3:
        x, y = rng.uniform(0.2, 0.8, 2) * room.size[:2]
        radius = rng.uniform(0.05, 0.2)
        shaft = cylinder((0, 0, 0), (0, 0, high), radius, materials.wall(rng))
        yield Piece([shaft], 2 * radius, 2 * radius), x, y, 0.0
    for _ in range(min(int(3 + 2.2 * (long + wide)), 26)):
        if rng.random() < 0.6:
            piece = AT_WALLS[rng.integers(len(AT_WALLS))](rng)
            yield piece, *_against_wall(rng, piece, long, wide)
        else:
            piece = ANYWHERE[rng.integers(len(ANYWHERE))](rng)
            yield piece, rng.uniform(0, long), rng.uniform(0, wide), rng.uniform(0, math.tau)


def _against_wall(
    rng: Generator, piece: Piece, long: float, wide: float
) -> tuple[float, float, float]:
    side, gap, half = rng.integers(4), piece.depth / 2 + 0.01, piece.width / 2
    along = rng.uniform(half, max((wide, long)[side // 2] - half, half))
    return [
        (gap, along, -math.pi / 2),
        (long - gap, along, math.pi / 2),
        (along, gap, 0.0),
        (along, wide - gap, math.pi),
    ][side]


def _footprint(piece: Piece, x: float, y: float, yaw: float) -> _Rectangle:
    c, s = abs(math.cos(yaw)), abs(math.sin(yaw))
    reach_x = (c * piece.width + s * piece.depth) / 2
    reach_y = (s * piece.width + c * piece.depth) / 2
    return x - reach_x, y - reach_y, x + reach_x, y + reach_y


def _overlap(a: _Rectangle, b: _Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _light(rng: Generator, room: Room, solids: tuple[Solid, ...]) -> Light:
    """A lamp near the ceiling, clear of the furniture."""
    while True:
        spot = (rng.uniform(0.2, 0.8, 3) * room.size).astype(np.float32)
        spot[2] = room.size[2] - rng.uniform(0.15, 0.5)
        if all(solid.distance(spot[:, None])[0] > 0.1 for solid in solids):
            break
    warm = rng.uniform(-0.12, 0.25)
    tint = np.array([1 - warm, 1, 1 + warm], np.float32)
    return Light(spot, tint * np.float32(rng.uniform(0.6, 1.2)), rng.uniform(0.04, 0.15))
