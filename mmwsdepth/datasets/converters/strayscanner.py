"""Stray Scanner: recordings of an iPhone's lidar.

https://github.com/strayrobots/scanner/blob/main/docs/format.md: a folder with `rgb.mp4` (HEVC),
`depth/NUMBER.png` (192x256, millimeters; old versions wrote .npy) and `confidence/NUMBER.png` (0 to
2), one a video frame, and `camera_matrix.csv`. All lie as the sensor does: a phone held upright
recorded them on their side.
"""

import math
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..depth_io import BadFileError, read_depth
from ..foreign import complaining
from ..listing import find_files
from .confidence import APPLE_LIDAR, keep_confident, read_confidence
from .item import Item, Listing, RejectedError, Sample, until_damaged
from .splits import recording_name, tail_split

VIDEO = 'rgb.mp4'
PATIENCE = 100
"""Frames in a row that cannot be decoded, after which a video counts as ended."""


def list_strayscanner(src: Path, min_confidence: int = 1, test_share: float = 0.1) -> Listing:
    """List Stray Scanner's frames, named RECORDING/NUMBER.

    Args:
        src: A recording's folder, or a folder of such.
        min_confidence: Least confidence that is kept, 0 to 2.
        test_share: Share of each recording's frames, from its end, that is for testing.

    Raises:
        ValueError: No recording there.
    """
    videos = [path for path in find_files(src, ('.mp4',)) if path.name == VIDEO]
    folders = [path.parent for path in videos if (path.parent / 'depth').is_dir()]
    if not folders:
        raise ValueError(f'{src}: no folder with {VIDEO} and `depth`')
    depths = {folder: _numbered(folder / 'depth') for folder in folders}
    items = chain.from_iterable(
        _recording(recording_name(src, folder), folder, files, min_confidence, test_share)
        for folder, files in depths.items()
    )
    return Listing(sum(map(len, depths.values())), items, f'{APPLE_LIDAR}, by Stray Scanner')


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    files = find_files(folder, ('.png', '.npy'))
    return sorted((int(path.stem), path) for path in files if path.stem.isdecimal())


def _recording(name: str, folder: Path, *options: Any) -> Iterable[Item]:
    return until_damaged(name, folder, partial(_frames, name, folder, *options))


def _frames(
    name: str, folder: Path, depths: list[tuple[int, Path]], min_confidence: int, test_share: float
) -> Iterator[Item]:
    """Read the video once, in order: seeking in HEVC is slow and inexact."""
    focal = _focal(folder / 'camera_matrix.csv')
    video = cv2.VideoCapture(str(folder / VIDEO))
    video.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
    at, lost = -1, 0
    try:
        for index, (number, depth) in enumerate(depths):
            while at < number and lost < PATIENCE:
                lost = 0 if video.grab() else lost + 1
                at += 1
            frame = None if lost else video.retrieve()[1]
            yield Item(
                f'{name}/{number:06d}',
                tail_split(index, len(depths), test_share),
                partial(_load, frame, depth, min_confidence, focal),
            )
    finally:
        video.release()


def _load(
    frame: np.ndarray | None, path: Path, min_confidence: int, focal: tuple[float, float] | None
) -> Sample:
    if frame is None:
        raise RejectedError('no frame in the video', f'{path.parents[1] / VIDEO}, {path.stem}')
    depth = read_depth(path, 0.001, (0.0, math.inf))
    if min_confidence > 0:
        confidence = path.parents[1] / 'confidence' / f'{path.stem}.png'
        depth = keep_confident(depth, read_confidence(confidence), min_confidence, str(confidence))
    return Sample(frame, depth, focal=focal)


def _focal(path: Path) -> tuple[float, float] | None:
    if not path.is_file():
        return None
    with complaining(path):
        matrix = np.loadtxt(path, delimiter=',', ndmin=2)
    if matrix.shape != (3, 3):
        raise BadFileError(f'{path}: a table of {matrix.shape}, a camera matrix has 3x3 numbers')
    return float(matrix[0, 0]), float(matrix[1, 1])
