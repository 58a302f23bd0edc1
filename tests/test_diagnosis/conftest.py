from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

COLOR, DEPTH = (150, 195), (20, 26)


def boxes(size=COLOR, seed=0, number=12):
    """Boxes before a wall: color (H, W, 3) uint8 and depth (H, W) in meters, edges as one."""
    generator = np.random.default_rng(seed)
    depth = np.full(size, 4.0, np.float32)
    color = np.full((*size, 3), generator.integers(0, 256, 3), np.uint8)
    for _ in range(number):
        top, left = (generator.integers(0, side) for side in size)
        height, width = generator.integers(12, 50, 2)
        depth[top : top + height, left : left + width] = generator.uniform(1, 3.5)
        color[top : top + height, left : left + width] = generator.integers(0, 256, 3)
    return color, depth


def sensor(depth, grid=DEPTH):
    """The depth at the center of each cell of a coarser grid."""
    rows, columns = (
        ((np.arange(n) + 0.5) * side / n).astype(int)
        for n, side in zip(grid, depth.shape, strict=True)
    )
    return np.ascontiguousarray(depth[np.ix_(rows, columns)])


@pytest.fixture
def box_folder(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a folder of boxes, its color shifted by (down, right) pixels."""

    def write(number=6, scale=0.001, shift=(0, 0), split='') -> Path:
        root = tmp_path / 'data'
        for folder in ('images', 'annotations'):
            (root / folder / split).mkdir(parents=True, exist_ok=True)
        for index in range(number):
            color, depth = boxes(seed=index)
            color = np.roll(color, shift, (0, 1))
            units = np.round(sensor(depth) / scale).astype(np.uint16)
            cv2.imwrite(str(root / 'images' / split / f'{index}.png'), color)
            cv2.imwrite(str(root / 'annotations' / split / f'{index}.png'), units)
        return root

    return write
