"""A pair as files: color as JPEG or PNG, depth as 16-bit PNG, and the manifest's entry."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from ..pairing import size_complaint
from ..write_whole import write_whole
from .item import RejectedError, Sample, turn

JPEG_QUALITY = 95
LARGEST = int(np.iinfo(np.uint16).max)
Record = dict[str, Any]


class Style(NamedTuple):
    """How pairs are written.

    Attributes:
        depth_scale: Meters per unit of the depth files; 65535 units are the farthest depth.
        lossless: Whether color that was no JPEG becomes PNG instead of JPEG.
        quarters: Quarters of a circle to turn everything by, clockwise.
    """

    depth_scale: float = 0.001
    lossless: bool = False
    quarters: int = 0


def write_sample(dst: Path, split: str, name: str, sample: Sample, style: Style) -> Record:
    """Write a pair; every file appears whole or not at all, the color image last.

    Writes `images/SPLIT/NAME.jpg`, `annotations/SPLIT/NAME.png` and, where the sample has them,
    `annotations_hr/SPLIT/NAME.png` and `masks/MASK/SPLIT/NAME.png`.

    Args:
        dst: Folder of the data set.
        split: May be ''.
        name: Relative path without suffix.
        sample: What to write.
        style: How.

    Returns:
        The manifest's entry, see `describe`.

    Raises:
        RejectedError: Nothing was measured, the sizes do not fit, or the unit is too fine.
    """
    sample = turn(sample, style.quarters)
    maps = {'depth': sample.depth}
    if sample.hr_depth is not None:
        maps['hr_depth'] = sample.hr_depth
    folders = dict(depth='annotations', hr_depth='annotations_hr')
    record: Record = dict(name=name, split=split)
    contents: dict[str, tuple[str, bytes]] = {}
    for key, depth in maps.items():
        complaint = size_complaint(name, _size(sample.color), _size(depth))
        if complaint:
            raise RejectedError('sizes do not fit', complaint)
        units = depth_units(depth, style.depth_scale, name)
        contents[key] = (f'{folders[key]}/{split}/{name}.png', _encode('.png', units))
        record[key] = dict(size=list(units.shape), measured=round(float((units > 0).mean()), 4))
    for mask, array in sample.masks.items():
        contents[f'mask_{mask}'] = (f'masks/{mask}/{split}/{name}.png', _encode('.png', array))
        record[f'mask_{mask}'] = dict(size=list(array.shape))
    suffix, content = _encode_color(sample, style.lossless)
    contents['image'] = (f'images/{split}/{name}{suffix}', content)
    record['image'] = dict(size=list(_size(sample.color)))
    for key, (path, content) in contents.items():
        path = Path(path).as_posix()
        write_whole(dst / path, content)
        record[key] |= dict(path=path, bytes=len(content), sha256=_checksum(content))
    if sample.focal is not None:
        record['focal'] = [round(float(value), 4) for value in sample.focal]
    return record | dict(sample.extra)


def depth_units(depth: np.ndarray, scale: float, name: str) -> np.ndarray:
    """Bring meters to a 16-bit file's units.

    Args:
        depth: (h, w) in meters; what is not a positive number is missing.
        scale: Meters per unit.
        name: For the error.

    Returns:
        (h, w) uint16, 0 where nothing was measured.

    Raises:
        RejectedError: No pixel was measured, or some are too far for 16 bits.
    """
    meters = np.asarray(depth, np.float64)
    units = np.round(np.where(np.isfinite(meters) & (meters > 0), meters, 0) / scale)
    farthest = units.max(initial=0)
    if farthest == 0:
        height, width = meters.shape
        raise RejectedError('nothing measured', f'{name}: no pixel of {height}x{width} has depth')
    if farthest > LARGEST:
        raise RejectedError(
            'depth too far for its unit, give a larger --depth-scale',
            f'{name}: {farthest * scale:.5g} m, but 16 bits end at {LARGEST * scale:.5g} m',
        )
    return units.astype(np.uint16)


def is_there(dst: Path, record: Mapping[str, Any]) -> bool:
    """Tell whether all files of a manifest's entry are there, by their number of bytes."""
    files = [entry for entry in record.values() if isinstance(entry, dict) and 'sha256' in entry]
    paths = [dst / entry['path'] for entry in files]
    return all(
        path.is_file() and path.stat().st_size == entry['bytes']
        for path, entry in zip(paths, files, strict=True)
    )


def _size(array: np.ndarray) -> tuple[int, int]:
    height, width = array.shape[:2]
    return height, width


def _encode_color(sample: Sample, lossless: bool) -> tuple[str, bytes]:
    if sample.jpeg is not None:
        return '.jpg', sample.jpeg
    if lossless:
        return '.png', _encode('.png', sample.color)
    return '.jpg', _encode('.jpg', sample.color, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))


def _encode(suffix: str, array: np.ndarray, options: tuple[int, ...] = ()) -> bytes:
    return cv2.imencode(suffix, array, options)[1].tobytes()


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
