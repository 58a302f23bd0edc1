"""Read images by their bytes: upright, whole, and of bounded size."""

import os
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

os.environ.setdefault('OPENCV_IO_ENABLE_OPENEXR', '1')

import cv2
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from .bad_file import BadFileError, first_line
from .image_header import JPEG, PNG, TIFF, UPRIGHT, is_half_float, read_header
from .jpeg_damage import has_stray_markers

EXR = b'v/1\x01'
EXR_MEND = (
    f'OpenCV {cv2.__version__} here has no EXR: convert it to npy or float32 TIFF, or install '
    'opencv-python<5'
)
_JPEG_END, _PNG_END = b'\xff\xd9', b'IEND\xaeB`\x82'


def reads_exr() -> bool:
    """Tell whether this OpenCV has EXR."""
    return bool(cv2.haveImageWriter('a.exr'))


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        BadFileError: There is none, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadFileError(f'{path}: no such file') from None
    except OSError as error:
        raise BadFileError(f'{path}: cannot be read ({error.strerror})') from None


def decode_color(data: bytes, name: str | Path) -> np.ndarray:
    """Decode a color image.

    Args:
        data: The bytes of a JPEG or PNG file.
        name: Of the file, for sentences.

    Returns:
        (H, W, 3) uint8, BGR, rotated upright by the file's EXIF orientation.

    Raises:
        BadFileError: It is truncated, no image, or has too many pixels.
    """
    return decode_image(data, name, cv2.IMREAD_COLOR)


def decode_image(data: bytes, name: str | Path, flags: int) -> np.ndarray:
    """Decode an image as `decode_color` does, to what OpenCV's flags say.

    Args:
        data: The bytes of a file.
        name: Of the file, for sentences.
        flags: `cv2.IMREAD_COLOR`, `cv2.IMREAD_GRAYSCALE` or `cv2.IMREAD_UNCHANGED`.

    Raises:
        BadFileError: It is truncated, no image, has too many pixels, or OpenCV has no EXR.
    """
    is_exr = data.startswith(EXR)
    if is_exr and not reads_exr():
        raise BadFileError(f'{name}: {EXR_MEND}')
    bad = f'{name}: {len(data)} bytes, truncated or no image that OpenCV reads'
    orientation = 1 if is_exr else read_header(BytesIO(data), name).orientation
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except (cv2.error, MemoryError) as error:
        raise BadFileError(f'{bad} ({first_line(error)}): copy it anew, or shrink it') from None
    if image is None and data[:4] in TIFF and is_half_float(BytesIO(data)):
        raise BadFileError(f'{name}: 16-bit floats, which OpenCV does not read: convert to 32 bits')
    if image is None or not is_whole(BytesIO(data)):
        raise BadFileError(f'{bad}: copy it anew')
    if data.startswith(JPEG) and has_stray_markers(data):
        raise BadFileError(f'{name}: {len(data)} bytes, damaged within: copy it anew')
    if orientation in UPRIGHT and data[:4] not in TIFF:  # those OpenCV turns whatever the flags
        image = np.ascontiguousarray(UPRIGHT[orientation](image))
    return image


def is_whole(file: BinaryIO) -> bool:
    """Tell whether a JPEG or PNG was written to its end; other files count as whole.

    Looks for the end marker; a file with something else at its end is decoded to find out.

    Args:
        file: At its start, seekable.
    """
    magic = file.read(len(PNG))
    is_jpeg = magic.startswith(JPEG)
    if not (is_jpeg or magic == PNG):
        return True
    end = _JPEG_END if is_jpeg else _PNG_END
    file.seek(max(file.seek(0, os.SEEK_END) - len(end), 0))
    if file.read() == end:
        return True
    file.seek(0)
    try:
        (JpegImageFile if is_jpeg else PngImageFile)(file).load()
    except Exception:  # Pillow raises errors of a dozen classes on damaged files
        return False
    return True
