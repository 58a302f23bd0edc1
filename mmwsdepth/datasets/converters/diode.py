"""DIODE: dense depth of a laser scanner, indoors and outdoors.

https://diode-dataset.org and https://github.com/diode-dataset/diode-devkit:
`{train,val}/{indoors,outdoor}/scene_*/scan_*/NAME.png` (768x1024) with `NAME_depth.npy`, float32
meters of shape (768, 1024, 1), and `NAME_depth_mask.npy`, 1 where the sensor's return is valid; the
focal lengths are those of the devkit's intrinsics.txt.
"""

import math
from functools import partial
from pathlib import Path

import numpy as np

from ..depth_io import decode_depth, read_depth
from ..listing import find_files
from .item import Item, Listing, RejectedError, Sample, load_color
from .splits import split_of

SENSOR = 'Faro Focus S350 laser scanner'
FOCAL = (886.81, 927.06)
LEVELS = 4  # of the published path below the split: indoors or outdoor, scene, scan, file
DEPTH_SCALE = 0.01
"""Outdoors reaches 350 m, where 16 bits of millimeters end at 65 m."""


def list_diode(src: Path) -> Listing:
    """List DIODE's images, named indoors|outdoor/SCENE/SCAN/NAME whatever folder is given.

    Args:
        src: Folder with `train` or `val`, or any folder within it, e.g. `val/indoors`.

    Raises:
        ValueError: No depth there.
    """
    depths = [p for p in find_files(src, ('.npy',)) if p.stem.endswith('_depth')]
    if not depths:
        raise ValueError(f'{src}: no scene_*/scan_*/*_depth.npy')
    items = [_item(path) for path in depths]
    return Listing(len(items), items, SENSOR)


def _item(depth: Path) -> Item:
    stem = depth.with_name(depth.name.removesuffix('_depth.npy')).absolute()
    name = '/'.join(stem.parts[-LEVELS:])
    return Item(name, split_of(stem.parent), partial(_load, stem))


def _load(stem: Path) -> Sample:
    image, depth, mask = (
        stem.with_name(stem.name + end) for end in ('.png', '_depth.npy', '_depth_mask.npy')
    )
    color, _ = load_color(image)
    meters = read_depth(depth, 1.0, (0.0, math.inf))
    if not mask.is_file():
        raise RejectedError('no mask of valid returns', str(mask))
    valid = decode_depth(mask)
    if valid.shape != meters.shape:
        raise RejectedError('mask does not fit depth', f'{mask} is {valid.shape}')
    return Sample(color, np.where(valid == 1, meters, 0), focal=FOCAL)
