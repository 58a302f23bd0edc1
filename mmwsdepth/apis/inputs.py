"""From what a user points at to images: arrays, files, folders, globs, videos, cameras."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from glob import glob
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from mmwsdepth.datasets.depth_io import IMAGE_SUFFIXES, BadFileError, read_color

VIDEO_SUFFIXES = ('.mp4', '.m4v', '.mov', '.avi', '.mkv', '.webm')
Input = np.ndarray | str | Path | int
Inputs = Input | Sequence[Input]


class Frame(NamedTuple):
    """One color image.

    Attributes:
        name: For the files made from it: a relative path without suffix.
        image: (H, W, 3) uint8, BGR.
        path: The image file or video that it comes from; None for arrays and cameras.
        focal_length: In pixels, where depth is scaled by it.
    """

    name: str
    image: np.ndarray
    path: Path | None
    focal_length: float | None = None


class Source(NamedTuple):
    """What a user pointed at.

    Attributes:
        frames: Frames, read one by one; in place of a bad file the error that tells why.
        total: How many of these there are; None where only reading tells.
        paths: The files among them.
        is_single: Whether the user named one image, rather than what may hold several.
    """

    frames: Iterator[Frame | BadFileError]
    total: int | None
    paths: list[Path]
    is_single: bool


def open_source(inputs: Inputs, every: int = 1, max_frames: int | None = None) -> Source:
    """Find the images that a user means.

    Args:
        inputs: An array, (H, W, 3) uint8 BGR; a file; a folder, of which all JPEG and PNG files
            count, recursively; a glob; a video; a camera's index; or a list of these.
        every: Take every n-th frame of a video or camera.
        max_frames: Take at most so many frames of each video or camera.

    Raises:
        FileNotFoundError: A path is neither file nor folder and matches nothing.
        ValueError: A folder holds no image, an input is of none of these kinds, or a count is
            below 1.
    """
    for name, count in (('every', every), ('max_frames', max_frames)):
        if count is not None and count < 1:
            raise ValueError(f'{name} is {count}: give 1 or more')
    items: Sequence[Any] = inputs if isinstance(inputs, list | tuple) else [inputs]
    units = [unit for item in items for unit in _expand(item)]
    counts = [_count(unit.what, every, max_frames) for unit in units]
    frames = (
        _frames(unit.what, name, every, max_frames)
        for unit, name in zip(units, _names(units), strict=True)
    )
    return Source(
        chain.from_iterable(frames),
        None if None in counts else sum(count or 0 for count in counts),
        [unit.what for unit in units if isinstance(unit.what, Path)],
        items is not inputs and len(units) == 1 and units[0].is_named_image,
    )


class _Unit(NamedTuple):
    """An array, a camera's index or a file; of a file also the folder that its name starts from."""

    what: np.ndarray | int | Path
    root: Path | None = None
    is_named_image: bool = False


def _expand(item: Any) -> list[_Unit]:
    if isinstance(item, np.ndarray):
        if item.dtype != np.uint8 or item.ndim != 3 or item.shape[2] != 3 or not item.size:
            raise ValueError(
                f'an array of {item.dtype} and shape {item.shape}: give (H, W, 3) of uint8, BGR'
            )
        return [_Unit(item, is_named_image=True)]
    if type(item) is int:
        return [_Unit(item)]
    if not isinstance(item, str | Path):
        raise ValueError(f'an input of type {type(item).__name__}: give an array, path or index')
    path = Path(item)
    if path.is_file():
        return [_Unit(path, path.parent, not _is_video(path))]
    if path.is_dir():
        found = [p for p in sorted(path.rglob('*')) if p.suffix.lower() in IMAGE_SUFFIXES]
        found = [p for p in found if p.is_file() and not p.name.startswith('.')]
        if not found:
            raise ValueError(f'{path}: no file in this folder ends in {", ".join(IMAGE_SUFFIXES)}')
        return [_Unit(p, path) for p in found]
    if str(item).isdecimal():
        return [_Unit(int(str(item)))]
    found = [p for p in map(Path, sorted(glob(str(item), recursive=True))) if p.is_file()]
    if not found:
        raise FileNotFoundError(f'{item}: no such file or folder, and no file matches it')
    return [_Unit(p, p.parent) for p in found]


def _names(units: Sequence[_Unit]) -> list[str]:
    roots = [os.path.abspath(unit.root) for unit in units if unit.root is not None]
    common = os.path.commonpath(roots) if roots else ''
    names = []
    for index, unit in enumerate(units):
        if isinstance(unit.what, Path):
            names.append(Path(os.path.abspath(unit.what)).relative_to(common).as_posix())
        else:
            is_array = isinstance(unit.what, np.ndarray)
            names.append(f'{index:08d}' if is_array else f'camera{unit.what}')
    stems = {name: str(Path(name).with_suffix('')) for name in names}
    uses = Counter(stems.values())
    return [stems[name] if uses[stems[name]] == 1 else name for name in names]


def _is_video(path: Path) -> bool:
    return path.suffix.lower() in VIDEO_SUFFIXES


def _count(what: np.ndarray | int | Path, every: int, max_frames: int | None) -> int | None:
    if isinstance(what, int):
        return max_frames
    if isinstance(what, np.ndarray) or not _is_video(what):
        return 1
    capture = cv2.VideoCapture(str(what))
    count = -(-int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) // every)
    is_open = capture.isOpened()
    capture.release()
    if not is_open:
        return 1
    return min(count, max_frames or count) if count > 0 else None


def _frames(
    what: np.ndarray | int | Path, name: str, every: int, max_frames: int | None
) -> Iterator[Frame | BadFileError]:
    if isinstance(what, np.ndarray):
        yield Frame(name, what, None)
    elif isinstance(what, int) or _is_video(what):
        yield from _play(what, name, every, max_frames)
    else:
        try:
            yield Frame(name, read_color(what), what)
        except BadFileError as error:
            yield error


def _play(
    what: int | Path, name: str, every: int, max_frames: int | None
) -> Iterator[Frame | BadFileError]:
    path = what if isinstance(what, Path) else None
    capture = cv2.VideoCapture(str(path) if path else what)
    number = index = 0
    try:
        while (max_frames is None or number < max_frames) and capture.grab():
            if index % every == 0:
                yield Frame(f'{name}/{index:06d}', capture.retrieve()[1], path)
                number += 1
            index += 1
    finally:
        capture.release()
    if index == 0:
        yield BadFileError(
            f'{path}: no video that OpenCV reads: copy it anew, or encode it as H.264'
            if path
            else f'{name}: gives no picture: give another index, or end what else uses the camera'
        )
