"""A pair as files: color as JPEG or PNG, depth as 16-bit PNG, and the manifest's entry."""

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from ..pairing import size_complaint
from ..write_whole import write_whole
from .item import RejectedError, Sample, turn

JPEG_QUALITY = 95
LARGEST = int(np.iinfo(np.uint16).max) - 1
Record = dict[str, Any]


class Style(NamedTuple):
    """How pairs are written.

    Attributes:
        depth_scale: Meters per unit of the depth files; 65534 units are the farthest depth, since
            65535 is read as missing.
        lossless: Whether color that was no JPEG becomes PNG instead of JPEG.
        quarters: Quarters of a circle to turn everything by, clockwise.
    """

    depth_scale: float = 0.001
    lossless: bool = False
    quarters: int = 0


class Encoded(NamedTuple):
    """A pair as it is to be written: content by path, the color image last, and its entry."""

    contents: dict[str, bytes]
    record: Record


def encode_sample(split: str, name: str, sample: Sample, style: Style) -> Encoded:
    """Encode a pair.

    Its files are `images/SPLIT/NAME.jpg`, `annotations/SPLIT/NAME.png` and, where the sample has
    them, `annotations_hr/SPLIT/NAME.png` and `masks/MASK/SPLIT/NAME.png`.

    Args:
        split: May be ''.
        name: Relative path without suffix.
        sample: What to write.
        style: How.

    Raises:
        RejectedError: Nothing was measured, the arrays are no images or do not fit, or the unit is
            too fine.
    """
    _check(name, sample)
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
    encoded: dict[str, bytes] = {}
    for key, (path, content) in contents.items():
        path = Path(path).as_posix()
        encoded[path] = content
        record[key] |= dict(path=path, bytes=len(content), sha256=_checksum(content))
    if sample.focal is not None:
        record['focal'] = [round(float(value), 4) for value in sample.focal]
    return Encoded(encoded, record | dict(sample.extra))


def write_encoded(dst: Path, pair: Encoded) -> Record:
    """Write a pair below `dst`; every file appears whole or not at all, the color image last."""
    for path, content in pair.contents.items():
        write_whole(dst / path, content)
    return pair.record


def _check(name: str, sample: Sample) -> None:
    maps = {'depth': sample.depth, 'HR depth': sample.hr_depth, **sample.masks}
    arrays = {'color': sample.color} | {k: a for k, a in maps.items() if a is not None}
    for kind, array in arrays.items():
        is_color = kind == 'color'
        fits = array.ndim == 3 and array.shape[2] == 3 if is_color else array.ndim == 2
        if not fits or array.size == 0 or (is_color and array.dtype != np.uint8):
            raise RejectedError(
                'no image', f'{name}: {kind} is an array of {array.dtype} and shape {array.shape}'
            )
    if sample.focal is not None and not all(0 < float(f) < math.inf for f in sample.focal):
        raise RejectedError('no focal length', f'{name}: focal lengths are {sample.focal}')


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
    return all(record.get(key) in files for key in ('image', 'depth')) and all(
        isinstance(path := entry.get('path'), str)
        and (dst / path).is_file()
        and (dst / path).stat().st_size == entry.get('bytes')
        for entry in files
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
