"""Furniture: lists of solids around the origin, standing on z = 0, the back towards -y."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from . import materials
from .shapes import Solid, ball, box, level, pole
from .textures import Material


class Piece(NamedTuple):
    """Solids that belong together, and the width and depth in meters of the floor they need."""

    solids: list[Solid]
    width: float
    depth: float


def placed(piece: Piece, x: float, y: float, yaw: float) -> list[Solid]:
    """The solids of a piece, turned by yaw in radians and moved to (x, y) meters."""
    turn, shift = level(yaw), np.array([x, y, 0], np.float32)
    return [
        replace(solid, center=turn @ solid.center + shift, rotation=turn @ solid.rotation)
        for solid in piece.solids
    ]


def clutter(
    rng: Generator, top: float, width: float, depth: float, room: float = 0.5, most: int = 4
) -> list[Solid]:
    """Up to `most` small things on a surface `top` meters high, none taller than `room` meters."""
    things: list[Solid] = []
    slots = max(int(width / 0.3), 1)
    for slot in rng.permutation(slots)[: rng.integers(0, most + 1)]:
        x = ((slot + 0.5) / slots - 0.5) * width
        y = rng.uniform(-0.5, 0.5) * max(depth - 0.25, 0)
        things += _thing(rng, x, y, top, min(room, 0.45))
    return things


def _thing(rng: Generator, x: float, y: float, z: float, room: float) -> list[Solid]:
    kind, look = rng.integers(4), materials.ornament(rng)
    if kind == 0:
        radius = min(rng.uniform(0.05, 0.12), room / 2)
        return [ball((x, y, z + radius), radius, look)]
    if kind == 1:
        high = rng.uniform(0.4, 1) * room
        return [pole((x, y, z), (x, y, z + high), rng.uniform(0.03, 0.07), look)]
    if kind == 2:
        return _plant(rng, x, y, z, room * rng.uniform(0.7, 1))
    size = (rng.uniform(0.08, 0.22), rng.uniform(0.08, 0.2), rng.uniform(0.2, 0.7) * room)
    return [box((x, y, z + size[2] / 2), size, look, rng.uniform(-0.8, 0.8))]


def _plant(rng: Generator, x: float, y: float, z: float, high: float) -> list[Solid]:
    pot, leaf = 0.35 * high, 0.15 * high
    tones = [materials.color(rng.uniform(0.25, 0.36), 0.7, value) for value in (0.2, 0.55)]
    green = Material('carpet', materials.palette(*tones), 0.35)
    solids = [pole((x, y, z), (x, y, z + pot), 0.14 * high, materials.ornament(rng))]
    for _ in range(9):
        dx, dy, dz = rng.uniform(-0.19, 0.19, 3) * high
        solids.append(ball((x + dx, y + dy, z + 0.64 * high + dz), leaf, green))
    return solids


def _legs(width: float, depth: float, high: float, thick: float, look: Material) -> list[Solid]:
    reach_x, reach_y = width / 2 - thick, depth / 2 - thick
    return [
        box((sx * reach_x, sy * reach_y, high / 2), (thick, thick, high), look)
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]


def table(rng: Generator) -> Piece:
    """A dining, coffee or side table with things on it."""
    width, depth = rng.uniform(0.6, 1.7), rng.uniform(0.5, 0.9)
    high = rng.choice([0.42, 0.55, 0.74]) + rng.uniform(-0.03, 0.03)
    look = materials.wood(rng)
    top = box((0, 0, high - 0.02), (width, depth, 0.04), look)
    legs = _legs(width, depth, high - 0.04, rng.uniform(0.04, 0.07), look)
    return Piece([top, *legs, *clutter(rng, high, width, depth)], width, depth)


def chair(rng: Generator) -> Piece:
    """A chair with a slatted or solid back."""
    width, seat = rng.uniform(0.4, 0.48), rng.uniform(0.43, 0.48)
    look = (
        materials.wood(rng) if rng.random() < 0.6 else materials.painted(rng, materials.accent(rng))
    )
    solids = [
        box((0, 0, seat - 0.02), (width, width, 0.05), look),
        *_legs(width, width, seat - 0.045, 0.04, look),
    ]
    back, rise = -width / 2 + 0.02, rng.uniform(0.35, 0.5)
    for side in (-1, 1):
        solids.append(
            box((side * (width / 2 - 0.02), back, seat + rise / 2), (0.04, 0.04, rise), look)
        )
    for part in (0.55, 0.85) if rng.random() < 0.5 else (0.6, 0.75, 0.9):
        solids.append(box((0, back, seat + part * rise), (width - 0.08, 0.025, 0.09), look))
    return Piece(solids, width, width)


def sofa(rng: Generator) -> Piece:
    """A sofa or armchair with cushions."""
    width, depth = rng.choice([0.9, 1.5, 2.0]) * rng.uniform(0.95, 1.1), rng.uniform(0.8, 0.95)
    look, cushion = materials.cloth(rng), materials.cloth(rng)
    solids = [
        box((0, 0.05, 0.22), (width, depth - 0.1, 0.4), look),
        box((0, -depth / 2 + 0.1, 0.42), (width, 0.2, 0.8), look),
    ]
    for side in (-1, 1):
        solids.append(box((side * (width / 2 - 0.09), 0, 0.31), (0.18, depth, 0.6), look))
    for side in rng.permutation([-1, 1])[: rng.integers(0, 3)]:
        solids.append(
            box(
                (side * (width / 2 - 0.4), -depth / 2 + 0.3, 0.6),
                (0.38, 0.14, 0.36),
                cushion,
                rng.uniform(-0.4, 0.4),
            )
        )
    return Piece(solids, width, depth)


def bed(rng: Generator) -> Piece:
    """A bed with its head at the back."""
    width, depth = rng.choice([0.95, 1.45, 1.65]), 2.05
    frame, white = materials.wood(rng), materials.painted(rng, materials.pale(rng))
    solids = [
        box((0, 0, 0.15), (width, depth, 0.3), frame),
        box((0, 0.02, 0.39), (width - 0.06, depth - 0.1, 0.18), white),
        box((0, 0.35, 0.41), (width, depth * 0.62, 0.2), materials.cloth(rng)),
        box((0, -depth / 2 + 0.03, 0.5), (width, 0.06, 1.0), frame),
    ]
    for side in (-1, 1) if width > 1.2 else (0,):
        solids.append(box((side * width / 4, -depth / 2 + 0.3, 0.54), (0.6, 0.36, 0.12), white))
    return Piece(solids, width, depth)


def bookcase(rng: Generator) -> Piece:
    """Open shelves: some full of books, some with ornaments."""
    width, depth = rng.uniform(0.6, 1.3), rng.uniform(0.26, 0.36)
    shelves, gap = int(rng.integers(2, 6)), rng.uniform(0.33, 0.42)
    high, look, volumes = shelves * gap + 0.05, materials.wood(rng), materials.books(rng)
    solids = [box((0, -depth / 2 + 0.01, high / 2), (width, 0.02, high), look)]
    for side in (-1, 1):
        solids.append(
            box((side * (width / 2 - 0.0125), 0.01, high / 2), (0.025, depth - 0.02, high), look)
        )
    inner = width - 0.05
    for shelf in range(shelves + 1):
        z = 0.025 + shelf * gap
        solids.append(box((0, 0.01, z), (inner, depth - 0.02, 0.025), look))
        if shelf < shelves and rng.random() < 0.65:
            filled, rise = inner * rng.uniform(0.4, 1), rng.uniform(0.6, 0.85) * gap
            own = replace(volumes, scale=rise / 0.86, shift=volumes.shift + shelf)
            solids.append(
                box(
                    ((filled - inner) / 2, -0.03, z + 0.0125 + rise / 2),
                    (filled, depth - 0.12, rise),
                    own,
                )
            )
        elif shelf < shelves:
            solids += clutter(rng, z + 0.0125, inner, depth - 0.1, gap - 0.06, most=3)
    return Piece(solids + clutter(rng, high, width, depth, most=2), width, depth)


def cupboard(rng: Generator) -> Piece:
    """A wardrobe, sideboard or chest of drawers."""
    cell, depth = rng.uniform(0.28, 0.46), rng.uniform(0.38, 0.6)
    width, high = cell * rng.integers(2, 5), cell * rng.choice([2, 2, 4])
    look = replace(materials.wood(rng, 'panels', cell), shift=width / 2)
    if rng.random() < 0.4:
        look = replace(look, palette=materials.painted(rng, materials.pale(rng)).palette)
    body = box((0, 0, high / 2 + 0.06), (width, depth, high), look)
    plain = replace(look, pattern='wood', scale=1.0)
    slab = box((0, 0, high + 0.075), (width + 0.03, depth + 0.03, 0.03), plain)
    base = box((0, -0.02, 0.03), (width - 0.04, depth - 0.04, 0.06), plain)
    return Piece(
        [body, slab, base, *clutter(rng, high + 0.09, width, depth)], width + 0.03, depth + 0.03
    )


def lamp(rng: Generator) -> Piece:
    """A standing lamp: a thin vertical pole with a glowing shade."""
    high, metal = rng.uniform(1.2, 1.7), materials.painted(rng, materials.gray(rng))
    shade = replace(materials.painted(rng, materials.color(0.11, 0.3, 1.0)), glow=0.9)
    solids = [
        pole((0, 0, 0), (0, 0, 0.03), 0.14, metal),
        pole((0, 0, 0), (0, 0, high), 0.014, metal),
    ]
    if rng.random() < 0.5:
        solids.append(ball((0, 0, high), 0.16, shade))
    else:
        solids.append(pole((0, 0, high - 0.1), (0, 0, high + 0.16), 0.17, shade))
    return Piece(solids, 0.36, 0.36)


def broom(rng: Generator) -> Piece:
    """One to three thin poles leaning back against a wall."""
    count, solids = int(rng.integers(1, 4)), []
    for index in range(count):
        x, high = (index - (count - 1) / 2) * 0.16, rng.uniform(1.1, 1.8)
        lean, radius = rng.uniform(-0.15, 0.15), rng.uniform(0.012, 0.025)
        solids.append(
            pole(
                (x, 0.16, radius), (x + lean, -0.2 + radius, high), radius, materials.ornament(rng)
            )
        )
    return Piece(solids, 0.16 * count + 0.3, 0.44)


def big_plant(rng: Generator) -> Piece:
    """A plant in a pot on the floor."""
    high = rng.uniform(0.6, 1.4)
    return Piece(_plant(rng, 0.0, 0.0, 0.0, high), 0.76 * high, 0.76 * high)


def stack(rng: Generator) -> Piece:
    """Boxes stacked askew, with a ball or a vase on top."""
    solids, z, side = [], 0.0, rng.uniform(0.35, 0.6)
    for _ in range(rng.integers(1, 4)):
        high = rng.uniform(0.2, 0.4)
        look = materials.ornament(rng) if rng.random() < 0.5 else materials.wood(rng)
        solids.append(
            box(
                (0, 0, z + high / 2),
                (side, side * rng.uniform(0.7, 1), high),
                look,
                rng.uniform(-0.4, 0.4),
            )
        )
        z, side = z + high, side * rng.uniform(0.75, 0.95)
    return Piece(solids + _thing(rng, 0.0, 0.0, z, 0.3), 0.8, 0.8)


WALL_PIECES: list[Callable[[Generator], Piece]] = [
    bookcase,
    bookcase,
    cupboard,
    cupboard,
    sofa,
    bed,
    table,
    lamp,
    broom,
    big_plant,
]
FREE_PIECES: list[Callable[[Generator], Piece]] = [
    table,
    table,
    chair,
    chair,
    chair,
    sofa,
    stack,
    stack,
    lamp,
    big_plant,
]
