"""From what a user points at to images: arrays, files, folders, globs, videos, cameras."""

import logging
import os
from collections.abc import Iterator, Sequence
from glob import glob
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from mmengine.logging import print_log

from mmwsdepth.datasets.bad_file import printable
from mmwsdepth.datasets.depth_io import IMAGE_SUFFIXES, BadFileError, read_color
from mmwsdepth.datasets.listing import find_files, is_hidden

from .heic import CONVERT, HEAD, HEIC_SUFFIXES, is_heic
from .names import short_names
from .video import VIDEO_SUFFIXES, count_frames, is_video, read_camera, read_video

_UNREAD_IN_FOLDERS = (*VIDEO_SUFFIXES, '.webp', '.bmp', '.tif', '.tiff', '.gif', '.avif')
Input = np.ndarray | str | Path | int
Inputs = Input | Sequence[Input]


class Frame(NamedTuple):
    """One color image.

    Attributes:
        name: For the files made from it: a relative path without suffix.
        image: (H, W, 3) uint8, BGR.
        path: The image file or video that it comes from; None for arrays and cameras.
        sensor: (h, w) float32, the coarse depth of the same view in meters; 0: not measured.
        focal_length: In pixels, where depth is scaled by it.
    """

    name: str
    image: np.ndarray
    path: Path | None
    sensor: np.ndarray | None = None
    focal_length: float | None = None


class Entry(NamedTuple):
    """An input before it is read.

    Attributes:
        name: Of its frame; of a video or camera, the folder in which the frames' names lie.
        path: The file; None for arrays and cameras.
        is_folder: Whether it is a video or camera.
    """

    name: str
    path: Path | None
    is_folder: bool


class Source(NamedTuple):
    """What a user pointed at.

    Attributes:
        frames: Frames, read one by one; in place of a bad file the error that tells why.
        total: How many of these there are; None where only reading tells.
        entries: What they come from.
    """

    frames: Iterator[Frame | BadFileError]
    total: int | None
    entries: list[Entry]


def open_source(inputs: Inputs, every: int = 1, max_frames: int | None = None) -> Source:
    """Find the images that a user means.

    Args:
        inputs: An array, (H, W, 3) uint8 BGR; a file; a folder, of which all JPEG and PNG files
            count, recursively, see `find_files`, and a warning names videos and other images; a
            glob; a video; a camera's index; or a list of these.
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
    entries = _name(units)
    counts = [_count(unit.what, every, max_frames) for unit in units]
    frames = (
        _frames(unit.what, entry.name, every, max_frames)
        for unit, entry in zip(units, entries, strict=True)
    )
    return Source(
        chain.from_iterable(frames),
        None if None in counts else sum(count or 0 for count in counts),
        entries,
    )


def is_one_image(inputs: Inputs) -> bool:
    """Whether a user named one image, rather than what may hold several."""
    if not isinstance(inputs, str | Path):
        return isinstance(inputs, np.ndarray)
    return Path(inputs).is_file() and not is_video(Path(inputs))


class _Unit(NamedTuple):
    """An array, a camera's index or a file; of a file also the folder that its name starts from."""

    what: np.ndarray | int | Path
    root: Path | None = None


def _expand(item: Any) -> list[_Unit]:
    if isinstance(item, np.ndarray):
        if item.dtype != np.uint8 or item.ndim != 3 or item.shape[2] != 3 or not item.size:
            raise ValueError(
                f'an array of {item.dtype} and shape {item.shape}: give (H, W, 3) of uint8, BGR'
            )
        return [_Unit(item)]
    if type(item) is int:
        return [_Unit(item)]
    if not isinstance(item, str | Path):
        raise ValueError(f'an input of type {type(item).__name__}: give an array, path or index')
    path = Path(item)
    if path.is_file():
        return [_Unit(path, path.parent)]
    if path.is_dir():
        return [_Unit(p, path) for p in _images_in(path)]
    if str(item).isdecimal():
        return [_Unit(int(str(item)))]
    found = [p for p in map(Path, sorted(glob(str(item), recursive=True))) if p.is_file()]
    found = [p for p in found if not any(map(is_hidden, set(p.parts) - set(path.parts)))]
    if not found:
        raise FileNotFoundError(f'{item}: no such file or folder, and no file matches it')
    return [_Unit(p, p.parent) for p in found]


def _images_in(folder: Path) -> list[Path]:
    files = find_files(folder, (*IMAGE_SUFFIXES, *HEIC_SUFFIXES, *_UNREAD_IN_FOLDERS))
    unread = [path for path in files if path.suffix.lower() in _UNREAD_IN_FOLDERS]
    if len(unread) == len(files):
        raise ValueError(f'{folder}: no file in this folder ends in {", ".join(IMAGE_SUFFIXES)}')
    if unread:
        print_log(
            printable(
                f'{folder}: {len(unread)} files are not read, the first {unread[0]}: name videos '
                'themselves, and convert images to PNG'
            ),
            'current',
            logging.WARNING,
        )
    return [path for path in files if path.suffix.lower() not in _UNREAD_IN_FOLDERS]


def _name(units: Sequence[_Unit]) -> list[Entry]:
    roots = [os.path.abspath(unit.root) for unit in units if unit.root is not None]
    common = os.path.commonpath(roots) if roots else ''
    paths = [unit.what if isinstance(unit.what, Path) else None for unit in units]
    full = []
    for index, unit in enumerate(units):
        if isinstance(unit.what, Path):
            full.append(Path(os.path.abspath(unit.what)).relative_to(common).as_posix())
        else:
            is_array = isinstance(unit.what, np.ndarray)
            full.append(f'{index:08d}' if is_array else f'camera{unit.what}')
    keep_suffix = [path is None or path.suffix.lower() in HEIC_SUFFIXES for path in paths]
    are_folders = [
        is_video(u.what) if isinstance(u.what, Path) else type(u.what) is int for u in units
    ]
    names = short_names(full, keep_suffix, are_folders)
    return [Entry(*entry) for entry in zip(names, paths, are_folders, strict=True)]


def _count(what: np.ndarray | int | Path, every: int, max_frames: int | None) -> int | None:
    if isinstance(what, int):
        return max_frames
    if isinstance(what, np.ndarray) or not is_video(what):
        return 1
    found = count_frames(what)
    if found is None:
        return 1
    count = -(-found // every)
    return min(count, max_frames or count) if count > 0 else None


def _frames(
    what: np.ndarray | int | Path, name: str, every: int, max_frames: int | None
) -> Iterator[Frame | BadFileError]:
    if isinstance(what, np.ndarray):
        yield Frame(name, what, None)
    elif isinstance(what, int):
        for taken in read_camera(what, every, max_frames):
            yield taken if isinstance(taken, BadFileError) else _frame(name, *taken, None)
    elif is_video(what):
        for taken in read_video(what, every, max_frames):
            yield taken if isinstance(taken, BadFileError) else _frame(name, *taken, what)
    else:
        yield _read_image(what, name)


def _frame(name: str, index: int, image: np.ndarray, path: Path | None) -> Frame:
    return Frame(f'{name}/{index:06d}', image, path)


def _read_image(path: Path, name: str) -> Frame | BadFileError:
    try:
        with path.open('rb') as file:
            if is_heic(file.read(HEAD)):
                raise BadFileError(f'{path}: {CONVERT}')
        return Frame(name, read_color(path), path)
    except BadFileError as error:
        return error
    except OSError as error:
        return BadFileError(f'{path}: cannot be read ({error.strerror}): allow it or leave it out')
