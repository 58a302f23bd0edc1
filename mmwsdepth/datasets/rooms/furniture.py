"""Furniture: lists of solids around the origin, standing on z = 0, the back towards -y."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from .materials import books, cloth, color, gray, ornament, painted, pale, vivid, wood
from .shapes import Solid, Vector, box, cylinder, sphere, vertical_rotation
from .textures import Material


class Piece(NamedTuple):
    """Solids that belong together, and the width and depth in meters of the floor they need."""

    solids: list[Solid]
    width: float
    depth: float

    def placed(self, x: float, y: float, yaw: float) -> list[Solid]:
        """The solids, turned by yaw in radians and moved to (x, y) meters."""
        turn, shift = vertical_rotation(yaw), np.array([x, y, 0], np.float32)
        return [
            replace(solid, center=turn @ solid.center + shift, rotation=turn @ solid.rotation)
            for solid in self.solids
        ]


def _small_objects(
    rng: Generator, top: float, width: float, depth: float, headroom: float = 0.5, most: int = 4
) -> list[Solid]:
    """Up to `most` objects on a surface `top` meters high, none taller than `headroom` meters."""
    solids: list[Solid] = []
    slots = max(int(width / 0.3), 1)
    for slot in rng.permutation(slots)[: rng.integers(0, most + 1)]:
        x = ((slot + 0.5) / slots - 0.5) * width
        y = rng.uniform(-0.5, 0.5) * max(depth - 0.25, 0)
        solids += _small_object(rng, x, y, top, min(headroom, 0.45))
    return solids


def _small_object(rng: Generator, x: float, y: float, z: float, headroom: float) -> list[Solid]:
    kind, material = rng.integers(4), ornament(rng)
    if kind == 0:
        radius = min(rng.uniform(0.05, 0.12), headroom / 2)
        return [sphere((x, y, z + radius), radius, material)]
    if kind == 1:
        top = z + rng.uniform(0.4, 1) * headroom
        return [cylinder((x, y, z), (x, y, top), rng.uniform(0.03, 0.07), material)]
    if kind == 2:
        return _plant(rng, x, y, z, headroom * rng.uniform(0.7, 1))
    size = (rng.uniform(0.08, 0.22), rng.uniform(0.08, 0.2), rng.uniform(0.2, 0.7) * headroom)
    return [box((x, y, z + size[2] / 2), size, material, rng.uniform(-0.8, 0.8))]


def _plant(rng: Generator, x: float, y: float, z: float, height: float) -> list[Solid]:
    greens = [color(rng.uniform(0.25, 0.36), 0.7, value) for value in (0.2, 0.55)]
    leaves = Material('carpet', np.stack(greens, 1), 0.35)
    pot = cylinder((x, y, z), (x, y, z + 0.35 * height), 0.14 * height, ornament(rng))
    return [pot] + [
        sphere((x + dx, y + dy, z + 0.64 * height + dz), 0.15 * height, leaves)
        for dx, dy, dz in rng.uniform(-0.19, 0.19, (9, 3)) * height
    ]


def _pair(center: Vector, size: Vector, material: Material) -> list[Solid]:
    """A box and its mirror image at -x."""
    x, y, z = center
    return [box((-x, y, z), size, material), box((x, y, z), size, material)]


def _legs(width: float, depth: float, height: float, thick: float, wood: Material) -> list[Solid]:
    x, y, size = width / 2 - thick, depth / 2 - thick, (thick, thick, height)
    return [box((i * x, j * y, height / 2), size, wood) for i in (-1, 1) for j in (-1, 1)]


def table(rng: Generator) -> Piece:
    """A dining, coffee or side table with objects on it."""
    width, depth = rng.uniform(0.6, 1.7), rng.uniform(0.5, 0.9)
    height = rng.choice([0.42, 0.55, 0.74]) + rng.uniform(-0.03, 0.03)
    timber = wood(rng)
    top = box((0, 0, height - 0.02), (width, depth, 0.04), timber)
    legs = _legs(width, depth, height - 0.04, rng.uniform(0.04, 0.07), timber)
    return Piece([top, *legs, *_small_objects(rng, height, width, depth)], width, depth)


def chair(rng: Generator) -> Piece:
    """A chair with a slatted back."""
    width, seat = rng.uniform(0.4, 0.48), rng.uniform(0.43, 0.48)
    timber = wood(rng) if rng.random() < 0.6 else painted(rng, vivid(rng))
    back, rise = -width / 2 + 0.02, rng.uniform(0.35, 0.5)
    slats = (0.55, 0.85) if rng.random() < 0.5 else (0.6, 0.75, 0.9)
    solids = [
        box((0, 0, seat - 0.02), (width, width, 0.05), timber),
        *_legs(width, width, seat - 0.045, 0.04, timber),
        *_pair((width / 2 - 0.02, back, seat + rise / 2), (0.04, 0.04, rise), timber),
        *(box((0, back, seat + z * rise), (width - 0.08, 0.025, 0.09), timber) for z in slats),
    ]
    return Piece(solids, width, width)


def sofa(rng: Generator) -> Piece:
    """A sofa or armchair with cushions."""
    width, depth = rng.choice([0.9, 1.5, 2.0]) * rng.uniform(0.95, 1.1), rng.uniform(0.8, 0.95)
    fabric, cushion = cloth(rng), cloth(rng)
    solids = [
        box((0, 0.05, 0.22), (width, depth - 0.1, 0.4), fabric),
        box((0, -depth / 2 + 0.1, 0.42), (width, 0.2, 0.8), fabric),
        *_pair((width / 2 - 0.09, 0, 0.31), (0.18, depth, 0.6), fabric),
    ]
    for side in rng.permutation([-1, 1])[: rng.integers(0, 3)]:
        center = (side * (width / 2 - 0.4), -depth / 2 + 0.3, 0.6)
        solids.append(box(center, (0.38, 0.14, 0.36), cushion, rng.uniform(-0.4, 0.4)))
    return Piece(solids, width, depth)


def bed(rng: Generator) -> Piece:
    """A bed with its head at the back."""
    width, depth = rng.choice([0.95, 1.45, 1.65]), 2.05
    timber, linen = wood(rng), painted(rng, pale(rng))
    solids = [
        box((0, 0, 0.15), (width, depth, 0.3), timber),
        box((0, 0.02, 0.39), (width - 0.06, depth - 0.1, 0.18), linen),
        box((0, 0.35, 0.41), (width, depth * 0.62, 0.2), cloth(rng)),
        box((0, -depth / 2 + 0.03, 0.5), (width, 0.06, 1.0), timber),
    ]
    for x in (-width / 4, width / 4) if width > 1.2 else (0,):
        solids.append(box((x, -depth / 2 + 0.3, 0.54), (0.6, 0.36, 0.12), linen))
    return Piece(solids, width, depth)


def bookcase(rng: Generator) -> Piece:
    """Open shelves: some full of books, some with objects."""
    width, depth = rng.uniform(0.6, 1.3), rng.uniform(0.26, 0.36)
    shelves, gap = int(rng.integers(2, 6)), rng.uniform(0.33, 0.42)
    height, timber, volumes = shelves * gap + 0.05, wood(rng), books(rng)
    inner = width - 0.05
    solids = [
        box((0, -depth / 2 + 0.01, height / 2), (width, 0.02, height), timber),
        *_pair((width / 2 - 0.0125, 0.01, height / 2), (0.025, depth - 0.02, height), timber),
    ]
    for shelf in range(shelves + 1):
        z = 0.025 + shelf * gap
        solids.append(box((0, 0.01, z), (inner, depth - 0.02, 0.025), timber))
        if shelf == shelves:
            break
        if rng.random() < 0.65:
            size = (inner * rng.uniform(0.4, 1), depth - 0.12, rng.uniform(0.6, 0.85) * gap)
            row = replace(volumes, scale=size[2] / 0.86, shift=volumes.shift + shelf)
            solids.append(box(((size[0] - inner) / 2, -0.03, z + 0.0125 + size[2] / 2), size, row))
        else:
            solids += _small_objects(rng, z + 0.0125, inner, depth - 0.1, gap - 0.06, most=3)
    return Piece(solids + _small_objects(rng, height, width, depth, most=2), width, depth)


def cupboard(rng: Generator) -> Piece:
    """A wardrobe, sideboard or chest of drawers."""
    cell, depth = rng.uniform(0.28, 0.46), rng.uniform(0.38, 0.6)
    width, height = cell * rng.integers(2, 5), cell * rng.choice([2, 2, 4])
    front = replace(wood(rng, 'panels', cell), shift=width / 2)
    if rng.random() < 0.4:
        front = replace(front, palette=painted(rng, pale(rng)).palette)
    plain = replace(front, pattern='wood', scale=1.0)
    solids = [
        box((0, 0, height / 2 + 0.06), (width, depth, height), front),
        box((0, 0, height + 0.075), (width + 0.03, depth + 0.03, 0.03), plain),
        box((0, -0.02, 0.03), (width - 0.04, depth - 0.04, 0.06), plain),
        *_small_objects(rng, height + 0.09, width, depth),
    ]
    return Piece(solids, width + 0.03, depth + 0.03)


def lamp(rng: Generator) -> Piece:
    """A standing lamp: a thin upright rod with a glowing shade."""
    height, metal = rng.uniform(1.2, 1.7), painted(rng, gray(rng))
    glowing = replace(painted(rng, color(0.11, 0.3, 1.0)), emission=0.9)
    if rng.random() < 0.5:
        shade = sphere((0, 0, height), 0.16, glowing)
    else:
        shade = cylinder((0, 0, height - 0.1), (0, 0, height + 0.16), 0.17, glowing)
    foot = cylinder((0, 0, 0), (0, 0, 0.03), 0.14, metal)
    return Piece([foot, cylinder((0, 0, 0), (0, 0, height), 0.014, metal), shade], 0.36, 0.36)


def brooms(rng: Generator) -> Piece:
    """One to three thin rods leaning back against a wall."""
    count, solids = int(rng.integers(1, 4)), []
    for index in range(count):
        x, height = (index - (count - 1) / 2) * 0.16, rng.uniform(1.1, 1.8)
        lean, radius = rng.uniform(-0.15, 0.15), rng.uniform(0.012, 0.025)
        foot, top = (x, 0.16, radius), (x + lean, -0.2 + radius, height)
        solids.append(cylinder(foot, top, radius, ornament(rng)))
    return Piece(solids, 0.16 * count + 0.3, 0.44)


def potted_plant(rng: Generator) -> Piece:
    """A plant in a pot on the floor."""
    height = rng.uniform(0.6, 1.4)
    return Piece(_plant(rng, 0.0, 0.0, 0.0, height), 0.76 * height, 0.76 * height)


def boxes(rng: Generator) -> Piece:
    """Boxes stacked askew, with a small object on top."""
    solids, z, side = [], 0.0, rng.uniform(0.35, 0.6)
    for _ in range(rng.integers(1, 4)):
        height = rng.uniform(0.2, 0.4)
        material = ornament(rng) if rng.random() < 0.5 else wood(rng)
        size = (side, side * rng.uniform(0.7, 1), height)
        solids.append(box((0, 0, z + height / 2), size, material, rng.uniform(-0.4, 0.4)))
        z, side = z + height, side * rng.uniform(0.75, 0.95)
    return Piece(solids + _small_object(rng, 0.0, 0.0, z, 0.3), 0.8, 0.8)


# Drawn from with equal chances: what is listed twice stands in rooms twice as often.
AT_WALLS = [bookcase, bookcase, cupboard, cupboard, sofa, bed, table, lamp, brooms, potted_plant]
ANYWHERE = [table, table, chair, chair, chair, sofa, boxes, boxes, lamp, potted_plant]
