"""Ray casting: color averaged over each pixel, depth exact at its center."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from .layout import random_scene
from .scene import Scene
from .shading import shade
from .textures import Array
from .trace import trace

_SUBPIXELS = ((-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125))


class RoomView(NamedTuple):
    """A picture and its depth.

    Attributes:
        image: (H, W, 3) uint8, BGR.
        depth: (H, W) float32, distance along the optical axis in meters at the pixel centers.
    """

    image: NDArray[np.uint8]
    depth: NDArray[np.float32]


def render_room(seed: int, size: tuple[int, int]) -> RoomView:
    """Render the random room of a seed at size (H, W); the scene does not depend on the size."""
    rng = np.random.default_rng(seed)
    return render(random_scene(rng), size, rng)


def render(scene: Scene, size: tuple[int, int], rng: Generator) -> RoomView:
    """Render a scene.

    Args:
        scene: What to show. The camera must be inside the room and outside all solids.
        size: (H, W) in pixels.
        rng: Draws exposure, white balance and sensor noise.

    Raises:
        ValueError: If the size is not positive.
    """
    if min(size) < 1:
        raise ValueError(f'size is {size[0]}x{size[1]}: both sides need at least one pixel')
    hits = trace(scene, size, ((0, 0), *_SUBPIXELS))
    depth = next(hits).depth
    light = np.zeros((3, *size), np.float32)
    for number, sample in enumerate(hits):
        light += shade(scene, sample, number / len(_SUBPIXELS))
    return RoomView(expose(light / len(_SUBPIXELS), rng), depth.astype(np.float32, copy=False))


def expose(light: Array, rng: Generator) -> NDArray[np.uint8]:
    """Photograph linear BGR light (3, H, W): exposure, white balance, noise and gamma.

    Returns:
        (H, W, 3) uint8, BGR.
    """
    middle, bright = np.quantile(light.max(0), (0.5, 0.9))
    level = rng.uniform(0.28, 0.5) / max(0.6 * middle + 0.25 * bright, 1e-3)
    balance = np.exp(rng.normal(0, 0.05, 3)).astype(np.float32)
    strength = rng.uniform(0.002, 0.012)
    light = light * (level.astype(np.float32) * balance)[:, None, None]
    light = light * (1 + light / 9) / (1 + light)
    grain = rng.standard_normal(light.shape, np.float32) * np.sqrt(light * np.float32(0.3) + 0.02)
    light = np.clip(light * np.float32(1.25) + grain * np.float32(strength * 1.5), 0, 1)
    return np.ascontiguousarray(
        (light ** np.float32(1 / 2.2) * 255 + 0.5).astype(np.uint8).transpose(1, 2, 0)
    )
