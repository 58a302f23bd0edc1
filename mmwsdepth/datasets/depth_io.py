"""Read and write depth files, and look at files without decoding them."""

import os
from io import BytesIO
from pathlib import Path

import numpy as np

os.environ.setdefault('OPENCV_IO_ENABLE_OPENEXR', '1')

import cv2
from PIL import Image

from .write_whole import write_whole

JPEG_SUFFIXES = ('.jpg', '.jpeg')
IMAGE_SUFFIXES = (*JPEG_SUFFIXES, '.png')
DEPTH_SUFFIXES = ('.png', '.npy', '.exr', '.tiff', '.tif')
COARSEST_8BIT_STEP = 0.01
PLAUSIBLE_MEDIAN = (0.02, 500.0)
_JPEG_END, _PNG_END = b'\xff\xd9', b'IEND\xaeB`\x82'
_ORIENTATION = 0x0112


class BadFileError(ValueError):
    """A file that cannot be used: the message names it, what was found and the mend."""


def read_depth(path: str | Path, scale: float, depth_range: tuple[float, float]) -> np.ndarray:
    """Read a depth file.

    Args:
        path: 16-bit PNG, TIFF, EXR or npy; 0, NaN and infinity mean no measurement.
        scale: Meters per unit of the file.
        depth_range: Nearest and farthest depth in meters that the sensor measures; what lies
            outside counts as missing.

    Returns:
        (h, w) float32 in meters, 0 where nothing was measured.

    Raises:
        BadFileError: The file cannot be decoded, holds nothing within the range, or its values
            contradict the scale.
    """
    raw = decode_depth(Path(path))
    if raw.dtype == np.uint8 and scale < COARSEST_8BIT_STEP:
        raise BadFileError(
            f'{path}: 8-bit depth with depth_scale={scale} reaches {255 * scale:.3g} m at most: '
            'export 16-bit depth, or set depth_scale to the meters per unit of this file'
        )
    depth = raw.astype(np.float32)
    depth *= np.float32(scale)
    if not np.issubdtype(raw.dtype, np.integer):
        np.copyto(depth, 0, where=~np.isfinite(depth))
    low, high = depth_range
    inside = (depth >= low) & (depth <= high)
    if not (inside.any() and _median_is_plausible(depth)):
        raise BadFileError(_complaint_about_values(path, depth, scale, depth_range))
    np.copyto(depth, 0, where=~inside)
    return depth


def _median_is_plausible(depth: np.ndarray) -> bool:
    """Look at the measured pixels' median, which few files need sorting for."""
    low, high = PLAUSIBLE_MEDIAN
    number = np.count_nonzero(depth > 0)
    plausible = np.count_nonzero((depth >= low) & (depth <= high))
    if number == 0 or 2 * plausible > number:
        return bool(number > 0)
    return bool(low <= np.median(depth[depth > 0]) <= high)


def _complaint_about_values(
    path: str | Path, depth: np.ndarray, scale: float, depth_range: tuple[float, float]
) -> str:
    measured = depth[depth > 0]
    if measured.size == 0:
        h, w = depth.shape
        return f'{path}: no pixel of {h}x{w} was measured: remove the pair'
    low, high = depth_range
    return (
        f'{path}: median depth is {np.median(measured):.3g} m with depth_scale={scale}, the range '
        f'is {low:g} to {high:g} m: set depth_scale to the meters per unit of this file'
    )


def decode_depth(path: Path) -> np.ndarray:
    """Read the numbers of a depth file as they are.

    Args:
        path: 16-bit PNG, npy, EXR or TIFF.

    Raises:
        BadFileError: There is no such file, or it is not whole.
    """
    if not path.is_file():
        raise BadFileError(f'{path}: no such depth file')
    if path.suffix.lower() == '.npy':
        try:
            raw = np.load(path, allow_pickle=False)
        except (ValueError, EOFError, OSError) as error:
            raise BadFileError(
                f'{path}: {_size_on_disk(path)}, not a complete npy file of numbers '
                f'({_first_line(error)}): copy it anew'
            ) from None
    else:
        raw = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if raw is None or not is_complete(path):
            raise BadFileError(
                f'{path}: {_size_on_disk(path)}, truncated or not an image that OpenCV reads: '
                'copy it anew'
            )
    raw = raw.squeeze()
    if raw.ndim != 2 or not np.issubdtype(raw.dtype, np.number):
        raise BadFileError(
            f'{path}: an array of {raw.dtype} and shape {raw.shape}, depth needs one number a pixel'
        )
    return raw


def _size_on_disk(path: Path) -> str:
    return f'{path.stat().st_size} bytes' if path.is_file() else 'missing'


def _first_line(error: Exception) -> str:
    return str(error).partition('\n')[0].rstrip('.')


def read_color(path: str | Path) -> np.ndarray:
    """Read a color image.

    Args:
        path: JPEG or PNG.

    Returns:
        (H, W, 3) uint8, BGR.

    Raises:
        BadFileError: The file is missing, truncated or no image.
    """
    path = Path(path)
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None or not is_complete(path):
        raise BadFileError(
            f'{path}: {_size_on_disk(path)}, truncated or no image that OpenCV reads: copy it anew'
        )
    return image


def write_depth(path: str | Path, depth: np.ndarray) -> Path:
    """Write depth as 16-bit PNG in millimeters, or as npy in meters where it reaches too far.

    Args:
        path: Path without suffix; folders are made.
        depth: (h, w) in meters; what is not a positive number is written as 0.

    Returns:
        The path written: with `.png` appended, or `.npy` if depth exceeds 65.535 m.

    Raises:
        OSError: The file cannot be written.
    """
    path = Path(path)
    depth = np.where(np.isfinite(depth) & (depth > 0), depth, 0)
    if depth.max() * 1000 > np.iinfo(np.uint16).max:
        path = path.with_name(path.name + '.npy')
        write_whole(path, encode_npy(depth.astype(np.float32)))
    else:
        path = path.with_name(path.name + '.png')
        millimeters = np.round(depth * 1000).astype(np.uint16)
        write_whole(path, encode_image('.png', millimeters))
    return path


def encode_image(suffix: str, image: np.ndarray) -> bytes:
    """Make the content of an image file.

    Args:
        suffix: Of the file, with its dot.
        image: (H, W) or (H, W, 3) BGR.

    Raises:
        OSError: OpenCV does not write such an image.
    """
    try:
        is_done, content = cv2.imencode(suffix, image)
    except cv2.error:
        is_done = False
    if not is_done:
        raise OSError(
            f'OpenCV {cv2.__version__} writes no {suffix} of {image.dtype} and shape '
            f'{image.shape}: take npy'
        )
    return content.tobytes()


def encode_npy(array: np.ndarray) -> bytes:
    """Make the content of an npy file."""
    buffer = BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def peek_size(path: Path) -> tuple[int, int] | None:
    """Height and width from the file's header; None where only decoding tells (EXR).

    A JPEG's are those of the upright image, as `read_color` returns it.

    Raises:
        BadFileError: The header cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == '.exr':
        return None
    try:
        if suffix == '.npy':
            shape = np.asarray(np.load(path, mmap_mode='r', allow_pickle=False)).squeeze().shape
        else:
            with Image.open(path) as image:
                turned = suffix in JPEG_SUFFIXES and image.getexif().get(_ORIENTATION, 1) > 4
                shape = image.size if turned else image.size[::-1]
    except (ValueError, OSError, EOFError, Image.DecompressionBombError) as error:
        raise BadFileError(f'{path}: unreadable ({_first_line(error)})') from None
    if len(shape) != 2:
        raise BadFileError(f'{path}: an array of shape {shape}, depth needs one number a pixel')
    height, width = shape
    return height, width


def is_complete(path: Path) -> bool:
    """Tell whether a JPEG or PNG was written to its end; other files count as complete.

    Looks for the end marker; a file with something else at its end is decoded to find out.
    """
    end = {'.jpg': _JPEG_END, '.jpeg': _JPEG_END, '.png': _PNG_END}.get(path.suffix.lower())
    if end is None:
        return True
    with path.open('rb') as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(file.tell() - len(end), 0))
        if file.read() == end:
            return True
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, SyntaxError):
        return False
    return True
