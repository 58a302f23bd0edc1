"""Look at an image's header: its size, and how it lies."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from .bad_file import BadFileError, first_line

MAX_PIXELS = 200_000_000
MAX_PIXELS_VARIABLE = 'MMWSDEPTH_MAX_PIXELS'
JPEG, PNG = b'\xff\xd8\xff', b'\x89PNG\r\n\x1a\n'
TIFF = (b'II*\0', b'MM\0*', b'II+\0', b'MM\0+')
_TAIL = 1 << 16
_LATE_TAGS = (b'eXIf', b'Raw profile type exif', b'XML:com.adobe.xmp')

UPRIGHT: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: np.rot90(image, -1),
    7: lambda image: image.swapaxes(0, 1)[::-1, ::-1],
    8: lambda image: np.rot90(image),
}
"""What brings an image of an EXIF orientation upright; others lie upright."""


class Header(NamedTuple):
    """What a file says of itself.

    Attributes:
        size: (height, width) of the upright image.
        orientation: EXIF's; 1 where the file has none.
    """

    size: tuple[int, int]
    orientation: int = 1


def read_header(file: BinaryIO, name: str | Path) -> Header:
    """Read an image's header; its pixels are not decoded.

    Args:
        file: At its start, seekable.
        name: Of the file, for sentences.

    Raises:
        BadFileError: The header cannot be read, or tells of too many pixels, see `check_pixels`.
    """
    _pixel_limit()
    magic = file.read(len(PNG))
    file.seek(0)
    try:
        width, height, tag = _read(file, magic, name)
    except BadFileError:
        raise
    except Exception as error:  # Pillow raises errors of a dozen classes on damaged headers
        reason = '' if isinstance(error, UnidentifiedImageError) else f' ({first_line(error)})'
        size = file.seek(0, os.SEEK_END)
        raise BadFileError(
            f'{name}: {size} bytes, truncated or no image that OpenCV reads{reason}: copy it anew'
        ) from None
    check_pixels(height, width, name)
    orientation = tag if tag in UPRIGHT else 1
    return Header((width, height) if orientation > 4 else (height, width), orientation)


def check_pixels(height: int, width: int, name: str | Path) -> None:
    """Refuse what would fill the memory.

    Raises:
        BadFileError: There are none, or more than `MAX_PIXELS` or what the environment variable
            `MMWSDEPTH_MAX_PIXELS` says.
        ValueError: The variable is no number.
    """
    limit = _pixel_limit()
    if not height * width:
        raise BadFileError(f'{name}: {height}x{width}, without any pixel: remove it')
    if height * width > limit:
        raise BadFileError(
            f'{name}: {height}x{width} is {height * width / 1e6:.0f} million pixels, the limit is '
            f'{limit / 1e6:g} million: shrink it, or set the environment variable '
            f'{MAX_PIXELS_VARIABLE} to more'
        )


def _pixel_limit() -> int:
    text = os.environ.get(MAX_PIXELS_VARIABLE, str(MAX_PIXELS))
    if not text.isdecimal():
        raise ValueError(f'{MAX_PIXELS_VARIABLE}={text}: give a whole number of pixels')
    return int(text)


def _read(file: BinaryIO, magic: bytes, name: str | Path) -> tuple[int, int, int]:
    """Width and height as stored, and orientation. Pillow's own limit is left out for ours."""
    if magic[:4] in TIFF:
        directory = _tiff_directory(file)
        orientation = directory.get(ExifTags.Base.Orientation, 1)
        return (
            directory[ExifTags.Base.ImageWidth],
            directory[ExifTags.Base.ImageLength],
            orientation,
        )
    if magic.startswith(JPEG):
        image: Image.Image = JpegImageFile(file)
    elif magic == PNG:
        image = PngImageFile(file)
        check_pixels(image.height, image.width, name)
        if 'exif' not in image.info and _ends_with_tags(file):
            image.load()
    else:
        image = Image.open(file)
    return *image.size, Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1)


def _tiff_directory(file: BinaryIO) -> ImageFileDirectory_v2:
    head = file.read(8)
    if head[2] == 43 or head[3] == 43:
        head += file.read(8)
    directory = ImageFileDirectory_v2(head)
    file.seek(directory.next)
    directory.load(file)
    return directory


def is_half_float(file: BinaryIO) -> bool:
    """Tell whether a TIFF holds 16-bit floats."""
    directory = _tiff_directory(file)
    bits, kind = (directory.get(tag, (0,)) for tag in (258, 339))
    return bits[0] == 16 and kind[0] == 3


def _ends_with_tags(file: BinaryIO) -> bool:
    """Whether a PNG may have its tags behind the pixels, where Pillow finds them by decoding."""
    place = file.tell()
    file.seek(max(file.seek(0, os.SEEK_END) - _TAIL, 0))
    tail = file.read()
    file.seek(place)
    return any(tag in tail for tag in _LATE_TAGS)
