"""Any folder of pairs: your own export, or what another program wrote."""

import math
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np

from ..depth_io import DEPTH_SUFFIXES, IMAGE_SUFFIXES, read_depth
from ..orientations import ORIENTATIONS
from ..pairing import files_by_stem
from .item import Item, Listing, RejectedError, Sample, load_color
from .splits import split_of, tail_split


def list_folder(
    src: Path,
    images: str = 'images',
    depths: str = 'depths',
    hr_depths: str | None = None,
    depth_suffix: str = '',
    unit: float = 0.001,
    orient_depth: str | None = None,
    test_share: float = 0.1,
) -> Listing:
    """List a folder's pairs: files of equal relative path and stem.

    Args:
        src: Folder.
        images: Its folder of color images; '.' for itself.
        depths: Its folder of depth: PNG, npy, EXR or TIFF.
        hr_depths: Its folder of better depth of the same views.
        depth_suffix: What depth files' stems have in addition, e.g. '_depth'.
        unit: Meters per unit of the depth files.
        orient_depth: A key of `ORIENTATIONS`, what to do with the sensor's depth so that it lies as
            its image does.
        test_share: Share of the pairs, the last by name, that is for testing; does not matter
            where a folder on the way is called train, val or test.

    Raises:
        FileNotFoundError: A folder is missing.
        ValueError: No images there, or two files share one name.
    """
    depth_files = _depths(src / depths, depth_suffix)
    hr_files = _depths(src / hr_depths, depth_suffix) if hr_depths else {}
    image_files = files_by_stem(src / images, IMAGE_SUFFIXES)
    if depth_suffix:
        image_files = {n: p for n, p in image_files.items() if not n.endswith(depth_suffix)}
    if not image_files:
        raise ValueError(f'{src / images}: no {", ".join(IMAGE_SUFFIXES)}: set --images')
    tops = {Path(name).parts[0] for name in image_files if '/' in name}
    shared = Counter(split_of(Path(top)) for top in tops)
    items = []
    for index, (name, image) in enumerate(image_files.items()):
        split = split_of(Path(name).parent) or tail_split(index, len(image_files), test_share)
        paths = image, depth_files.pop(name, None), hr_files.pop(name, None)
        short = name if shared[split] > 1 else _without_split(name, split)
        items.append(Item(short, split, partial(_load, *paths, unit, orient_depth)))
    for orphans in (depth_files, hr_files):
        items += [Item(name, '', partial(_reject, path)) for name, path in orphans.items()]
    return Listing(len(items), items, 'unknown')


def _depths(folder: Path, suffix: str) -> dict[str, Path]:
    files = files_by_stem(folder, DEPTH_SUFFIXES)
    return {n.removesuffix(suffix): path for n, path in files.items() if n.endswith(suffix)}


def _without_split(name: str, split: str) -> str:
    first, _, rest = name.partition('/')
    return rest if rest and split and split_of(Path(first)) == split else name


def _load(
    image: Path, depth: Path | None, hr_depth: Path | None, unit: float, orient_depth: str | None
) -> Sample:
    if depth is None:
        raise RejectedError('no depth file', str(image))
    color, jpeg = load_color(image)
    meters = [
        None if path is None else read_depth(path, unit, (0.0, math.inf))
        for path in (depth, hr_depth)
    ]
    sensor, hr = meters
    assert sensor is not None
    if orient_depth:
        sensor = np.ascontiguousarray(ORIENTATIONS[orient_depth](sensor))
    return Sample(color, sensor, hr, jpeg=jpeg)


def _reject(path: Path) -> Sample:
    raise RejectedError('no color image', str(path))
