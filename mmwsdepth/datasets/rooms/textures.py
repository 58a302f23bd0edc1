"""Procedural materials: patterns over surface coordinates in meters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Pattern = tuple[Array, Array]

_SIDE = 256


def _fractal_table() -> Array:
    rng = np.random.default_rng(20210927)
    freq = np.hypot(np.fft.fftfreq(_SIDE)[:, None], np.fft.rfftfreq(_SIDE)[None])
    freq[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal((_SIDE, _SIDE))) * freq**-1.4
    field = np.fft.irfft2(spectrum)
    return np.clip(0.5 + 0.22 * field / field.std(), 0, 1).astype(np.float32).ravel()


_FRACTAL = _fractal_table()
_HASH = np.random.default_rng(11573).random(1 << 16, dtype=np.float32)


@dataclass(frozen=True)
class Material:
    """How a surface looks.

    Attributes:
        pattern: A key of `PATTERNS`.
        palette: (3, K) linear BGR reflectances that the pattern blends, at least two.
        scale: Size of the pattern's cell in meters.
        shift: Offset of the pattern in meters, so that equal materials differ.
        emission: Light given off, relative to a white surface in full light.
        specular: Strength of the highlight, 0 = matt.
    """

    pattern: str
    palette: Array
    scale: float = 1.0
    shift: float = 0.0
    emission: float = 0.0
    specular: float = 0.0


def albedo(material: Material, u: Array, v: Array) -> Array:
    """Linear BGR reflectance (3, N) of a surface.

    Args:
        material: What the surface is made of.
        u: (N,) surface coordinate in meters, horizontal where the surface stands upright.
        v: (N,) surface coordinate in meters, upwards where the surface stands upright.
    """
    shift, scale = np.float32(material.shift), np.float32(material.scale)
    mix, shade = PATTERNS[material.pattern]((u + shift) / scale, v / scale)
    colors = material.palette
    last = colors.shape[1] - 1
    mix = np.clip(mix, 0, last)
    low = np.minimum(mix.astype(np.intp), last - 1)
    steps = colors[:, 1:] - colors[:, :-1]
    return (colors.take(low, 1) + steps.take(low, 1) * (mix - low.astype(np.float32))) * shade


def noise(u: Array, v: Array) -> Array:
    """Smooth fractal noise in [0, 1] with period 256, sampled bilinearly at (N,) positions."""
    iu, iv = np.floor(u), np.floor(v)
    fu, fv = u - iu, v - iv
    column, row = iu.astype(np.intp) & 255, (iv.astype(np.intp) & 255) << 8
    column_next, row_next = (column + 1) & 255, (row + _SIDE) & 0xFFFF
    top = _FRACTAL[row + column] * (1 - fu) + _FRACTAL[row + column_next] * fu
    low = _FRACTAL[row_next + column] * (1 - fu) + _FRACTAL[row_next + column_next] * fu
    return top + (low - top) * fv


def cell_hash(i: Array, j: Array) -> Array:
    """A random number in [0, 1) for each pair of whole-numbered cell indices."""
    return _HASH[(i.astype(np.intp) * 7919 + j.astype(np.intp) * 104729) & 0xFFFF]


def _odd(i: Array) -> Array:
    return (i.astype(np.int32) & 1).astype(np.float32)


def _off_center(u: Array) -> Array:
    """Distance from the middle of the unit cell, up to 0.5 at its edges."""
    return np.abs(u - np.floor(u) - 0.5)


def _grain(u: Array, v: Array) -> Array:
    rings = noise(u * 3, v * 34) * 0.7 + noise(u * 17, v * 120) * 0.3
    return np.clip(1.6 * rings - 0.3, 0, 1)


def _checks(u: Array, v: Array) -> Pattern:
    return _odd(np.floor(u) + np.floor(v)), 0.92 + 0.16 * noise(u * 9, v * 9)


def _stripes(u: Array, v: Array) -> Pattern:
    phase = u - np.floor(u)
    mix = (phase < 0.45) | ((phase > 0.6) & (phase < 0.66))
    return mix.astype(np.float32), 0.95 + 0.1 * noise(u * 12, v * 12)


def _plaid(u: Array, v: Array) -> Pattern:
    across, up = _off_center(u), _off_center(v)
    mix = 0.5 * (across < 0.2) + 0.5 * (up < 0.2) + (np.minimum(across, up) > 0.47)
    return mix.astype(np.float32), 0.9 + 0.2 * noise(u * 40, v * 40)


def _tiles(u: Array, v: Array) -> Pattern:
    grout = (_off_center(u) > 0.48) | (_off_center(v) > 0.48)
    shade = 0.86 + 0.2 * cell_hash(np.floor(u), np.floor(v))
    return grout.astype(np.float32), shade + 0.12 * (noise(u * 14, v * 14) - 0.5)


def _bricks(u: Array, v: Array) -> Pattern:
    row = np.floor(v)
    along = u / 3 + 0.5 * _odd(row)
    mortar = (_off_center(v) > 0.43) | (_off_center(along) > 0.477)
    shade = 0.7 + 0.45 * cell_hash(np.floor(along), row) + 0.3 * (noise(u * 8, v * 8) - 0.5)
    return mortar.astype(np.float32), np.where(mortar, np.float32(0.95), shade)


def _planks(u: Array, v: Array) -> Pattern:
    row = np.floor(v)
    along = u / 7 + cell_hash(row, row * 0 + 3)
    own = cell_hash(np.floor(along), row)
    seam = (_off_center(v) > 0.485) | (_off_center(along) > 0.497)
    mix = _grain(u * 0.2 + own * 90, v * 0.2 + own * 50)
    return mix, (0.72 + 0.5 * own) * np.where(seam, np.float32(0.45), np.float32(1))


def _panels(u: Array, v: Array) -> Pattern:
    du, dv = _off_center(u), _off_center(v)
    inset = np.abs(np.maximum(du, dv) - 0.4) < 0.015
    seam = np.maximum(du, dv) > 0.485
    handle = (np.abs(u - np.floor(u) - 0.86) < 0.02) & (dv < 0.12)
    dark = np.where(seam, np.float32(0.3), np.where(inset, np.float32(0.7), np.float32(1)))
    return _grain(v * 0.3, u * 0.3), np.where(handle, np.float32(0.25), dark)


def _marble(u: Array, v: Array) -> Pattern:
    vein = np.abs(noise(u * 9 + 31, v * 9) - 0.5) * 8
    return np.clip(1 - vein, 0, 1), 0.95 + 0.1 * noise(u * 20, v * 20)


def _books(u: Array, v: Array) -> Pattern:
    row = np.floor(v + 0.5)
    up = v + 0.5 - row
    column = np.floor(u * 8 + 2.2 * noise(u * 2.4, row * 37))
    own, tall = cell_hash(column, row), cell_hash(column, row + 57)
    shade = 0.5 + 0.7 * cell_hash(column, row + 91)
    band = (np.abs(up - 0.25 - 0.2 * own) < 0.02) & (tall > 0.4)
    shade = np.where(band, shade * 1.7, shade)
    return own * 4, np.where(up > 0.66 + 0.22 * tall, np.float32(0.12), shade)


def _art(u: Array, v: Array) -> Pattern:
    swirl = 9 * noise(u * 13, v * 13) - 2
    step = np.floor(swirl)
    crisp = np.clip((swirl - step) * 8 - 3.5, 0, 1)
    return np.clip(step + crisp, 0, 5), 0.85 + 0.3 * noise(u * 90, v * 15)


def _blocks(u: Array, v: Array) -> Pattern:
    row = np.floor(v * 3 + 2 * noise(v * 9, v * 0))
    column = np.floor(u * 4 + 2 * noise(u * 9, row * 53))
    return np.floor(6 * cell_hash(column, row)), 0.9 + 0.2 * noise(u * 50, v * 50)


def _sky(u: Array, v: Array) -> Pattern:
    cloud = noise(u * 7, v * 14) * 1.5 - 0.3
    bars = (_off_center(u) > 0.475) | (_off_center(v) > 0.475)
    return np.clip(cloud, 0, 1), np.where(bars, np.float32(0.25), np.float32(1))


# From coordinates in cells to a position in the palette and a factor of brightness.
PATTERNS: dict[str, Callable[[Array, Array], Pattern]] = {
    'plain': lambda u, v: (noise(u * 4, v * 4), 0.96 + 0.08 * noise(u * 60, v * 60)),
    'plaster': lambda u, v: (noise(u * 12, v * 12), 0.9 + 0.2 * noise(u * 110, v * 110)),
    'carpet': lambda u, v: (noise(u * 11, v * 11), 0.7 + 0.6 * noise(u * 190, v * 190)),
    'wood': lambda u, v: (_grain(v, u), 0.92 + 0.16 * noise(u * 5, v * 5)),
    'checks': _checks,
    'stripes': _stripes,
    'plaid': _plaid,
    'tiles': _tiles,
    'bricks': _bricks,
    'planks': _planks,
    'panels': _panels,
    'marble': _marble,
    'books': _books,
    'art': _art,
    'blocks': _blocks,
    'sky': _sky,
}
