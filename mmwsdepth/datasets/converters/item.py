"""What a converter yields: pairs of color and depth that are read when their turn comes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import cv2
import numpy as np

from ..depth_io import JPEG_SUFFIXES, BadFileError
from ..foreign import complaining
from ..image_io import decode_color, read_bytes

NOTHING: Mapping[str, Any] = MappingProxyType({})


class RejectedError(BadFileError):
    """A pair that is left out.

    Args:
        reason: A few words, equal for all pairs that are left out for the same reason.
        detail: Which file, and the numbers found.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f'{detail}: {reason}')
        self.reason = reason


class Sample(NamedTuple):
    """A color image and the depth maps of the same field of view.

    Attributes:
        color: (H, W, 3) uint8, BGR.
        depth: (h, w) in meters on the sensor's grid; what is not a positive number is missing.
        hr_depth: The same view from a better sensor, if there is one.
        jpeg: The file that `color` was decoded from, to be kept as it is.
        masks: Further maps by folder, uint8.
        focal: Focal lengths (x, y) in pixels of the color image, where the source says them.
        extra: What else the manifest shall say of this pair, as JSON takes it.
    """

    color: np.ndarray
    depth: np.ndarray
    hr_depth: np.ndarray | None = None
    jpeg: bytes | None = None
    masks: Mapping[str, np.ndarray] = NOTHING
    focal: tuple[float, float] | None = None
    extra: Mapping[str, Any] = NOTHING


class Item(NamedTuple):
    """A pair to convert.

    Attributes:
        name: Relative path without suffix, unique within its split.
        split: 'train', 'test' or '' for a source without splits.
        load: Reads the pair; raises `BadFileError` if it is to be left out. Called from any thread.
    """

    name: str
    split: str
    load: Callable[[], Sample]


class Listing(NamedTuple):
    """What a source holds.

    Attributes:
        total: Number of items.
        items: The items; a recording's come one after the other and hold their arrays.
        sensor: What measured the depth.
    """

    total: int
    items: Iterable[Item]
    sensor: str


def until_damaged(name: str, path: Path, items: Callable[[], Iterable[Item]]) -> Iterator[Item]:
    """A recording's items; if listing them fails, one more that is rejected for the reason.

    So one bad recording does not end the work on the others.

    Args:
        name: Of the recording.
        path: Of the recording.
        items: Lists them.
    """
    try:
        with complaining(path):
            yield from items()
    except BadFileError as error:
        yield Item(name, '', partial(_reject, error))


def _reject(error: BadFileError) -> Sample:
    raise error


def load_color(path: Path) -> tuple[np.ndarray, bytes | None]:
    """Read a color image, and the file as it is if that is a JPEG.

    Raises:
        RejectedError: There is no such file.
        BadFileError: It is truncated or no image.
    """
    if not path.is_file():
        raise RejectedError('no color image', str(path))
    data = read_bytes(path)
    jpeg = data if path.suffix.lower() in JPEG_SUFFIXES else None
    return decode_color(data, path), jpeg


def first_existing(*paths: Path) -> Path:
    """The first of these files that exists; the first of all if none does."""
    return next((path for path in paths if path.is_file()), paths[0])


def turn(sample: Sample, quarters: int) -> Sample:
    """Turn a sample clockwise by so many quarters of a circle."""
    quarters %= 4
    if quarters == 0:
        return sample
    code = (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)[quarters - 1]
    focal = sample.focal
    if focal is not None and quarters % 2:
        focal = focal[::-1]
    return sample._replace(
        color=cv2.rotate(sample.color, code),
        depth=cv2.rotate(sample.depth, code),
        hr_depth=None if sample.hr_depth is None else cv2.rotate(sample.hr_depth, code),
        jpeg=None,
        masks={name: cv2.rotate(mask, code) for name, mask in sample.masks.items()},
        focal=focal,
    )
