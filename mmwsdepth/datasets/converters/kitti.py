"""KITTI depth prediction: accumulated laser depth beside the raw recordings' images.

https://www.cvlibs.net/datasets/kitti/eval_depth.php, annotated depth maps:
`{train,val}/DRIVE/proj_depth/groundtruth/image_0{2,3}/NUMBER.png`, 16-bit, meters times 256, 0 for
missing; `val_selection_cropped/{image,groundtruth_depth}` has the official thousand for validation.
Images are in the raw data, https://www.cvlibs.net/datasets/kitti/raw_data.php:
`DATE/DRIVE/image_0{2,3}/data/NUMBER.png` (often kept as .jpg) with `DATE/calib_cam_to_cam.txt`.
The Eigen split's lists are those of BTS, https://github.com/cleinc/bts: an image path, a depth path
or None, and the focal length a line.
"""

import math
import re
from functools import cache, partial
from pathlib import Path

from ..depth_io import read_depth
from ..foreign import complaining
from ..listing import find_files
from .item import Item, Listing, RejectedError, Sample, first_existing, load_color
from .splits import split_at

SENSOR = 'Velodyne HDL-64E, eleven sweeps accumulated'
CAMERAS = ('image_02', 'image_03')
DEPTH_SCALE = 1 / 256
"""Kept from the source: it reaches 255 m without loss, where millimeters end at 65 m."""


def list_kitti(
    src: Path,
    raw: Path | None = None,
    train_list: Path | None = None,
    test_list: Path | None = None,
) -> Listing:
    """List KITTI's annotated depth.

    Args:
        src: Folder with `train` and `val`, or any folder within it.
        raw: Folder of the raw data, that has the dates; by default `src`.
        train_list: List of the Eigen split; with one of the two lists, nothing else is converted.
        test_list: Likewise.

    Raises:
        ValueError: No depth there, or a list's line does not make sense.
    """
    raw = raw or src
    lists = [(path, split) for path, split in ((train_list, 'train'), (test_list, 'test')) if path]
    if lists:
        items = [item for path, split in lists for item in _listed(src, raw, path, split)]
    else:
        depths = [path.absolute() for path in find_files(src, ('.png',))]
        items = [_item(src, raw, path) for path in depths if _is_depth(path)]
    if not items:
        raise ValueError(
            f'{src}: no DRIVE/proj_depth/groundtruth/image_02/*.png and no groundtruth_depth/*.png'
        )
    return Listing(len(items), items, SENSOR)


def _is_depth(path: Path) -> bool:
    folders = path.parts[-4:-1]
    annotated = folders[:2] == ('proj_depth', 'groundtruth') and folders[2] in CAMERAS
    return annotated or path.parent.name == 'groundtruth_depth'


def _item(src: Path, raw: Path, depth: Path) -> Item:
    if depth.parent.name == 'groundtruth_depth':
        name = depth.stem.replace('_groundtruth_depth_', '_image_')
        image = depth.parents[1] / 'image' / f'{name}.png'
        return Item(name, 'selection', partial(_load, image, depth, None))
    drive, camera = depth.parents[3].name, depth.parent.name
    image = raw / drive[:10] / drive / camera / 'data' / depth.name
    split = split_at(depth.parents[4], src) or 'train'
    return Item(f'{drive}/{camera}/{depth.stem}', split, partial(_load, image, depth, raw))


def _listed(src: Path, raw: Path, path: Path, split: str) -> list[Item]:
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such list')
    with complaining(path):
        lines = path.read_text().splitlines()
    items = []
    for number, line in enumerate(lines, start=1):
        columns = line.split()
        if not columns:
            continue
        parts = Path(columns[0]).parts
        if len(columns) < 2 or len(parts) != 5 or '..' in (*parts, *Path(columns[1]).parts):
            raise ValueError(
                f'{path}:{number}: found {line!r}, need DATE/DRIVE/image_02/data/NUMBER.png and a '
                'depth path or None'
            )
        _, drive, camera, _, file = parts
        depth = first_existing(*(src / part / columns[1] for part in ('', 'train', 'val')))
        name = f'{drive}/{camera}/{Path(file).stem}'
        items.append(Item(name, split, partial(_load, raw / columns[0], depth, raw)))
    return items


def _load(image: Path, depth: Path, raw: Path | None) -> Sample:
    if not depth.is_file():
        raise RejectedError('no depth file', str(depth))
    image = first_existing(image, image.with_suffix('.jpg'))
    color, jpeg = load_color(image)
    meters = read_depth(depth, DEPTH_SCALE, (0.0, math.inf))
    focal = (
        _focal(image.parents[3] / 'calib_cam_to_cam.txt', image.parents[1].name) if raw else None
    )
    return Sample(color, meters, jpeg=jpeg, focal=focal)


@cache
def _focal(calibration: Path, camera: str) -> tuple[float, float] | None:
    if not calibration.is_file():
        return None
    with complaining(calibration):
        row = re.search(rf'^P_rect_{camera[-2:]}:(.*)$', calibration.read_text(), re.MULTILINE)
        if row is None:
            return None
        values = [float(value) for value in row[1].split()]
        return values[0], values[5]
