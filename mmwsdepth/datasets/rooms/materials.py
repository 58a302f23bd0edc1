"""Random materials that suit what they are for: walls, floors, wood, cloth, pictures."""

import colorsys

import numpy as np
from numpy.random import Generator

from .textures import Array, Material

_WOOD_TONES = [
    (0.07, 0.55, 0.62),
    (0.08, 0.45, 0.75),
    (0.05, 0.6, 0.4),
    (0.1, 0.3, 0.85),
    (0.04, 0.65, 0.28),
]


def color(hue: float, saturation: float, value: float) -> Array:
    """(3,) linear BGR reflectance of a color named by hue, saturation and value in [0, 1]."""
    rgb = colorsys.hsv_to_rgb(hue % 1.0, min(max(saturation, 0), 1), min(max(value, 0), 1))
    return np.array(rgb[::-1], np.float32) ** np.float32(2.2)


def vivid(rng: Generator) -> Array:
    """A lively color, (3,) linear BGR."""
    return color(rng.random(), rng.uniform(0.35, 0.85), rng.uniform(0.35, 0.9))


def pale(rng: Generator) -> Array:
    """A light, quiet color, (3,) linear BGR."""
    hue = rng.choice([0.08, 0.12, 0.3, 0.55, 0.6, 0.95])
    return color(hue, rng.uniform(0.02, 0.22), rng.uniform(0.78, 0.95))


def gray(rng: Generator) -> Array:
    """Black to white, barely tinted, (3,) linear BGR."""
    return color(rng.random(), rng.uniform(0, 0.08), rng.uniform(0.12, 0.95))


def _shades(base: Array, contrast: float) -> list[Array]:
    return [base * (1 - contrast), np.minimum(base * (1 + contrast), 0.95)]


def _material(
    rng: Generator,
    pattern: str,
    colors: list[Array],
    scale: float = 1.0,
    specular: float | tuple[float, float] = 0.0,
) -> Material:
    """A material at a random shift; `specular` may be a range."""
    shift = rng.uniform(0, 40)
    if isinstance(specular, tuple):
        specular = rng.uniform(*specular)
    return Material(pattern, np.stack(colors, 1), scale, shift, specular=specular)


def wood(rng: Generator, pattern: str = 'wood', scale: float = 1.0) -> Material:
    """Timber; with pattern 'planks' a floor or wall of boards, 'panels' a cupboard's front."""
    hue, saturation, value = _WOOD_TONES[rng.integers(len(_WOOD_TONES))]
    value *= rng.uniform(0.9, 1.1)
    tones = [color(hue, saturation * 1.1, value * 0.7), color(hue, saturation, value)]
    return _material(rng, pattern, tones, scale, (0.05, 0.3))


def painted(rng: Generator, base: Array, pattern: str = 'plain') -> Material:
    """A coat of one color, a little uneven."""
    return _material(rng, pattern, _shades(base, 0.06), specular=(0, 0.15))


def carpet(rng: Generator, base: Array) -> Material:
    """Long fibers of one color."""
    return _material(rng, 'carpet', _shades(base, 0.25))


def cloth(rng: Generator) -> Material:
    """Upholstery, curtains and rugs."""
    base = vivid(rng) if rng.random() < 0.7 else gray(rng)
    other = pale(rng) if rng.random() < 0.5 else base * 0.5
    pattern = rng.choice(['carpet', 'carpet', 'plaid', 'stripes', 'checks'])
    if pattern == 'carpet':
        return carpet(rng, base)
    return _material(rng, pattern, [base, other, base * 0.4], rng.uniform(0.08, 0.22))


def ornament(rng: Generator) -> Material:
    """Small objects: vases, boxes, balls, lamps."""
    base = vivid(rng)
    pattern = rng.choice(['plain', 'stripes', 'checks', 'marble', 'plaid', 'art'])
    if pattern == 'plain':
        return painted(rng, base)
    scale = 0.6 if pattern == 'art' else rng.uniform(0.05, 0.12)
    return _material(rng, pattern, [base, pale(rng), vivid(rng)], scale, (0.1, 0.5))


def books(rng: Generator) -> Material:
    """A row of books; the scale is the height of a shelf, centered on v = 0."""
    spines = [vivid(rng) if rng.random() < 0.6 else gray(rng) for _ in range(5)]
    return _material(rng, 'books', spines, 0.3)


def picture(rng: Generator) -> Material:
    """An abstract painting."""
    tones = [vivid(rng) for _ in range(4)] + [pale(rng), gray(rng)]
    rng.shuffle(tones)
    pattern = 'art' if rng.random() < 0.6 else 'blocks'
    return _material(rng, pattern, tones, rng.uniform(0.6, 2.0), 0.1)


def sky(rng: Generator, pane: float, dusk: bool) -> Material:
    """A window with panes of the given size in meters."""
    blue = color(rng.uniform(0.52, 0.6), rng.uniform(0.15, 0.45), 0.25 if dusk else 0.95)
    cloud = color(0.1, 0.08, 0.35 if dusk else 1.0)
    return Material('sky', np.stack([blue, cloud], 1), pane, emission=0.3 if dusk else 1.1)


def wall(rng: Generator) -> Material:
    """Paint, plaster, wallpaper, bricks, tiles or boards."""
    base = pale(rng)
    if rng.random() < 0.3:
        base = color(rng.random(), rng.uniform(0.2, 0.5), rng.uniform(0.4, 0.85))
    kinds = ['plain', 'plaster', 'stripes', 'bricks', 'tiles', 'planks', 'plaid']
    kind = rng.choice(kinds, p=[0.28, 0.24, 0.13, 0.13, 0.1, 0.06, 0.06])
    if kind in ('plain', 'plaster'):
        return painted(rng, base, kind)
    if kind == 'bricks':
        clay = color(rng.uniform(0.0, 0.06), rng.uniform(0.3, 0.65), rng.uniform(0.45, 0.8))
        stone = pale(rng) if rng.random() < 0.35 else clay
        return _material(rng, kind, [stone, color(0.1, 0.08, 0.7)], 0.08)
    if kind == 'tiles':
        return _material(rng, kind, [base, base * 0.6], rng.choice([0.15, 0.2, 0.3]), 0.35)
    if kind == 'planks':
        return wood(rng, kind, 0.12)
    tones = [base, base * rng.uniform(0.75, 0.9), vivid(rng)]
    return _material(rng, kind, tones, rng.uniform(0.12, 0.35))


def floor(rng: Generator) -> Material:
    """Boards, tiles, checkered stone, carpet or marble."""
    kinds = ['planks', 'tiles', 'checks', 'carpet', 'marble']
    kind = rng.choice(kinds, p=[0.45, 0.2, 0.12, 0.15, 0.08])
    if kind == 'planks':
        return wood(rng, kind, rng.uniform(0.09, 0.18))
    base = color(rng.random(), rng.uniform(0.03, 0.35), rng.uniform(0.35, 0.85))
    if kind == 'carpet':
        return carpet(rng, base)
    if kind == 'tiles':
        return _material(rng, kind, [base, base * 0.45], rng.choice([0.3, 0.45, 0.6]), 0.3)
    if kind == 'checks':
        tones = [base, base * rng.uniform(0.2, 0.6)]
        return _material(rng, kind, tones, rng.choice([0.3, 0.4, 0.5]), 0.3)
    return _material(rng, kind, [base, base * 0.35], rng.uniform(0.8, 1.5), 0.5)
