"""NYU Depth v2: the labeled set as MATLAB file, or the folders that BTS made of it.

https://cs.nyu.edu/~fergus/datasets/nyu_depth_v2.html: `nyu_depth_v2_labeled.mat` is MATLAB 7.3,
that is HDF5, so that h5py sees its arrays with their axes reversed; `splits.mat` there names the
official split by numbers from 1. BTS (https://github.com/cleinc/bts) pairs `SCENE/rgb_00000.jpg`
with `SCENE/sync_depth_00000.png`, 16-bit millimeters, in `sync` and `official_splits/{train,test}`.
"""

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import cv2
import numpy as np

from ..depth_io import BadFileError, read_depth
from ..foreign import complaining
from ..image_header import check_pixels
from ..listing import find_files
from .item import Item, Listing, RejectedError, Sample, load_color
from .matlab import read_matlab
from .optional import optional_module
from .splits import split_at

SENSOR = 'Kinect v1'
FOCAL = (518.8579, 519.4696)
"""Of the color camera, from the official toolbox's camera_params.m."""


def list_nyu(src: Path, splits: Path | None = None) -> Listing:
    """List NYU Depth v2.

    Args:
        src: `nyu_depth_v2_labeled.mat`, or a folder with BTS's files anywhere in it.
        splits: `splits.mat`; by default the file of this name beside the .mat, without one there
            is no split.

    Raises:
        ValueError: No such data, or the split does not fit it.
    """
    if src.is_file():
        return _list_labeled(src, splits)
    images = [p for p in find_files(src, ('.jpg',)) if p.name.startswith('rgb_')]
    if not images:
        raise ValueError(
            f'{src}: neither nyu_depth_v2_labeled.mat nor a folder with SCENE/rgb_*.jpg beside '
            'SCENE/sync_depth_*.png'
        )
    return Listing(len(images), (_synced(src, path) for path in images), SENSOR)


def _synced(src: Path, image: Path) -> Item:
    number = image.stem.removeprefix('rgb_')
    folder = image.parent.relative_to(src)
    depth = image.with_name(f'sync_depth_{number}.png')
    name = (folder / number).as_posix()
    return Item(name, split_at(image.parent, src) or 'train', partial(_load_synced, image, depth))


def _load_synced(image: Path, depth: Path) -> Sample:
    if not depth.is_file():
        raise RejectedError('no depth file', str(depth))
    color, jpeg = load_color(image)
    meters = read_depth(depth, 0.001, (0.0, math.inf))
    return Sample(color, meters, jpeg=jpeg, focal=FOCAL)


def _list_labeled(src: Path, splits: Path | None) -> Listing:
    h5py = optional_module('h5py', 'h5py')
    with complaining(src):
        file = h5py.File(src, 'r')
        if 'images' not in file or 'depths' not in file:
            raise BadFileError(f'{src}: has {sorted(file)}, but no `images` and `depths`')
        for name in ('images', 'depths'):
            _refuse_elsewhere(h5py, file, name)
        images, depths = file['images'].shape, file['depths'].shape
        count, *view = depths
        if images != (count, 3, *view) or len(view) != 2:
            raise BadFileError(
                f'{src}: images are {images} and depths {depths}, need (N, 3, W, H) and (N, W, H)'
            )
        check_pixels(view[0], view[1], src)
    return Listing(count, _labeled(file, _official_split(src, splits, count)), SENSOR)


def _refuse_elsewhere(h5py: Any, file: Any, name: str) -> None:
    """HDF5 can name any file of this machine as the place of its numbers."""
    is_inside = isinstance(file.get(name, getlink=True), h5py.HardLink)
    if not is_inside or file[name].external or file[name].is_virtual:
        raise BadFileError(f'{file.filename}: `{name}` lies in another file: download it anew')


def _labeled(file: Any, split: list[str]) -> Iterator[Item]:
    lock = Lock()
    for index, name in enumerate(split):
        yield Item(f'{index + 1:04d}', name, partial(_load_labeled, file, lock, index))


def _load_labeled(file: Any, lock: Any, index: int) -> Sample:
    with complaining(f'{file.filename}, image {index + 1}'), lock:
        image, depth = file['images'][index], file['depths'][index]
    color = cv2.cvtColor(np.ascontiguousarray(image.transpose(2, 1, 0)), cv2.COLOR_RGB2BGR)
    return Sample(color, np.ascontiguousarray(depth.T), focal=FOCAL)


def _official_split(src: Path, splits: Path | None, count: int) -> list[str]:
    path = splits or src.with_name('splits.mat')
    if not path.is_file():
        if splits is not None:
            raise FileNotFoundError(
                f'{splits}: no such file: download splits.mat from the NYU page'
            )
        return [''] * count
    optional_module('scipy.io', 'scipy')
    names = [''] * count
    with complaining(path):
        content = read_matlab(path)
        for key, split in (('trainNdxs', 'train'), ('testNdxs', 'test')):
            if key not in content:
                raise BadFileError(f'{path}: has no {key}, so it is not the official splits.mat')
            for number in content[key].ravel():
                if not 1 <= number <= count:
                    raise BadFileError(
                        f'{path}: names image {number} of {count}: not the split of {src}'
                    )
                names[number - 1] = split
    return names
