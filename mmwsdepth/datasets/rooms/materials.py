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


def palette(*colors: Array) -> Array:
    """(3, K) palette of K colors."""
    return np.stack(colors, 1)


def accent(rng: Generator) -> Array:
    """A lively color, (3,) linear BGR."""
    return color(rng.random(), rng.uniform(0.35, 0.85), rng.uniform(0.35, 0.9))


def pale(rng: Generator) -> Array:
    """A light, quiet color, (3,) linear BGR."""
    return color(
        rng.choice([0.08, 0.12, 0.3, 0.55, 0.6, 0.95]),
        rng.uniform(0.02, 0.22),
        rng.uniform(0.78, 0.95),
    )


def gray(rng: Generator) -> Array:
    """Black to white, barely tinted, (3,) linear BGR."""
    return color(rng.random(), rng.uniform(0, 0.08), rng.uniform(0.12, 0.95))


def _shades(base: Array, contrast: float) -> Array:
    return palette(base * (1 - contrast), np.minimum(base * (1 + contrast), 0.95))


def _shift(rng: Generator) -> float:
    return float(rng.uniform(0, 40))


def wood(rng: Generator, pattern: str = 'wood', scale: float = 1.0) -> Material:
    """Timber; with pattern 'planks' a floor or wall of boards, 'panels' a cupboard's front."""
    hue, saturation, value = _WOOD_TONES[rng.integers(len(_WOOD_TONES))]
    value *= rng.uniform(0.9, 1.1)
    tones = palette(color(hue, saturation * 1.1, value * 0.7), color(hue, saturation, value))
    return Material(pattern, tones, scale, _shift(rng), gloss=rng.uniform(0.05, 0.3))


def painted(rng: Generator, base: Array, pattern: str = 'plain', scale: float = 1.0) -> Material:
    """A coat of one color, a little uneven."""
    return Material(pattern, _shades(base, 0.06), scale, _shift(rng), gloss=rng.uniform(0, 0.15))


def cloth(rng: Generator) -> Material:
    """Upholstery, curtains and rugs."""
    base = accent(rng) if rng.random() < 0.7 else gray(rng)
    other = pale(rng) if rng.random() < 0.5 else base * 0.5
    pattern = rng.choice(['carpet', 'carpet', 'plaid', 'stripes', 'checks'])
    if pattern == 'carpet':
        return Material('carpet', _shades(base, 0.25), 1.0, _shift(rng))
    tones = palette(base, other, base * 0.4)
    return Material(str(pattern), tones, rng.uniform(0.08, 0.22), _shift(rng))


def ornament(rng: Generator) -> Material:
    """Small things: vases, boxes, balls, lamps."""
    base = accent(rng)
    pattern = rng.choice(['plain', 'stripes', 'checks', 'marble', 'plaid', 'art'])
    if pattern == 'plain':
        return painted(rng, base)
    scale = 0.6 if pattern == 'art' else rng.uniform(0.05, 0.12)
    return Material(
        str(pattern),
        palette(base, pale(rng), accent(rng)),
        scale,
        _shift(rng),
        gloss=rng.uniform(0.1, 0.5),
    )


def books(rng: Generator) -> Material:
    """A row of books; the scale is the height of a shelf, centered on v = 0."""
    spines = [accent(rng) if rng.random() < 0.6 else gray(rng) for _ in range(5)]
    return Material('books', palette(*spines), 0.3, _shift(rng))


def picture(rng: Generator) -> Material:
    """An abstract painting."""
    tones = [accent(rng) for _ in range(4)] + [pale(rng), gray(rng)]
    rng.shuffle(tones)
    pattern = 'art' if rng.random() < 0.6 else 'blocks'
    return Material(pattern, palette(*tones), rng.uniform(0.6, 2.0), _shift(rng), gloss=0.1)


def sky(rng: Generator, pane: float, dusk: bool) -> Material:
    """A window with panes of the given size in meters."""
    blue = color(rng.uniform(0.52, 0.6), rng.uniform(0.15, 0.45), 0.25 if dusk else 0.95)
    cloud = color(0.1, 0.08, 0.35 if dusk else 1.0)
    return Material('sky', palette(blue, cloud), pane, 0.0, glow=0.3 if dusk else 1.1)


def wall(rng: Generator) -> Material:
    """Paint, plaster, wallpaper, bricks, tiles or boards."""
    base = pale(rng)
    if rng.random() < 0.3:
        base = color(rng.random(), rng.uniform(0.2, 0.5), rng.uniform(0.4, 0.85))
    kind = rng.choice(
        ['plain', 'plaster', 'stripes', 'bricks', 'tiles', 'planks', 'plaid'],
        p=[0.28, 0.24, 0.13, 0.13, 0.1, 0.06, 0.06],
    )
    if kind == 'plain' or kind == 'plaster':
        return painted(rng, base, str(kind))
    if kind == 'bricks':
        clay = color(rng.uniform(0.0, 0.06), rng.uniform(0.3, 0.65), rng.uniform(0.45, 0.8))
        white = rng.random() < 0.35
        return Material(
            'bricks',
            palette(pale(rng) if white else clay, color(0.1, 0.08, 0.7)),
            0.08,
            _shift(rng),
        )
    if kind == 'tiles':
        return Material(
            'tiles',
            palette(base, base * 0.6),
            rng.choice([0.15, 0.2, 0.3]),
            _shift(rng),
            gloss=0.35,
        )
    if kind == 'planks':
        return wood(rng, 'planks', 0.12)
    return Material(
        str(kind),
        palette(base, base * rng.uniform(0.75, 0.9), accent(rng)),
        rng.uniform(0.12, 0.35),
        _shift(rng),
    )


def floor(rng: Generator) -> Material:
    """Boards, tiles, checkered stone, carpet or marble."""
    kind = rng.choice(
        ['planks', 'tiles', 'checks', 'carpet', 'marble'], p=[0.45, 0.2, 0.12, 0.15, 0.08]
    )
    if kind == 'planks':
        return wood(rng, 'planks', rng.uniform(0.09, 0.18))
    base = color(rng.random(), rng.uniform(0.03, 0.35), rng.uniform(0.35, 0.85))
    if kind == 'tiles':
        return Material(
            'tiles',
            palette(base, base * 0.45),
            rng.choice([0.3, 0.45, 0.6]),
            _shift(rng),
            gloss=0.3,
        )
    if kind == 'checks':
        return Material(
            'checks',
            palette(base, base * rng.uniform(0.2, 0.6)),
            rng.choice([0.3, 0.4, 0.5]),
            _shift(rng),
            gloss=0.3,
        )
    if kind == 'carpet':
        return Material('carpet', _shades(base, 0.25), 1.0, _shift(rng))
    return Material(
        'marble', palette(base, base * 0.35), rng.uniform(0.8, 1.5), _shift(rng), gloss=0.5
    )
