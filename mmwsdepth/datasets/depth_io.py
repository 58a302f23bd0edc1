"""Read and write depth files, and look at files without decoding them."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np

from .array_io import ARRAY_SUFFIXES, peek_array, read_array
from .bad_file import BadFileError
from .image_header import Header, read_header
from .image_io import EXR_MEND, decode_color, decode_image, is_whole, read_bytes, reads_exr
from .write_whole import write_whole

JPEG_SUFFIXES = ('.jpg', '.jpeg')
IMAGE_SUFFIXES = (*JPEG_SUFFIXES, '.png')
DEPTH_SUFFIXES = ('.png', *ARRAY_SUFFIXES, '.exr', '.tiff', '.tif')
COARSEST_8BIT_STEP = 0.01
PLAUSIBLE_MEDIAN = (0.02, 500.0)
NO_MEASUREMENT = np.iinfo(np.uint16).max


def read_depth(path: str | Path, scale: float, depth_range: tuple[float, float]) -> np.ndarray:
    """Read a depth file.

    Args:
        path: 16-bit PNG, TIFF, EXR, npy or npz; 0, NaN, infinity, 65535 and the largest number of
            an integer type of 16 bits or more mean no measurement. 65535 does in every type and
            unit, as files of floats and wider integers are often made from 16-bit ones.
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
    elif raw.dtype.itemsize > 1:
        np.copyto(depth, 0, where=raw == np.iinfo(raw.dtype).max)
    np.copyto(depth, 0, where=raw == NO_MEASUREMENT)
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
        negative = depth[depth < 0]
        if negative.size:
            return (
                f'{path}: depth is negative, median {np.median(negative):.3g} m with '
                f'depth_scale={scale}, on {negative.size} of {h}x{w} pixels, and nowhere positive: '
                'write distances as positive numbers'
            )
        return f'{path}: no pixel of {h}x{w} was measured: remove the pair'
    low, high = depth_range
    return (
        f'{path}: median depth is {np.median(measured):.3g} m with depth_scale={scale}, the range '
        f'is {low:g} to {high:g} m: set depth_scale to the meters per unit of this file'
    )


def decode_depth(path: Path) -> np.ndarray:
    """Read the numbers of a depth file as they are.

    Args:
        path: 16-bit PNG, npy, npz, EXR or TIFF.

    Returns:
        (h, w), rotated upright by the file's own EXIF orientation, as color images are.

    Raises:
        BadFileError: There is no such file, it is not whole, has too many pixels, or does not hold
            one number a pixel.
    """
    if path.suffix.lower() in ARRAY_SUFFIXES:
        return read_array(path)
    raw = decode_image(read_bytes(path), path, cv2.IMREAD_UNCHANGED)
    if raw.ndim != 2:
        raise BadFileError(
            f'{path}: an array of {raw.dtype} and shape {raw.shape}, depth needs one number a pixel'
        )
    return raw


def read_color(path: str | Path) -> np.ndarray:
    """Read a color image.

    Args:
        path: JPEG or PNG.

    Returns:
        (H, W, 3) uint8, BGR, rotated upright by the file's EXIF orientation.

    Raises:
        BadFileError: The file is missing, truncated, no image, or has too many pixels.
    """
    path = Path(path)
    return decode_color(read_bytes(path), path)


def write_depth(path: str | Path, depth: np.ndarray) -> Path:
    """Write depth as 16-bit PNG in millimeters, or as npy in meters where it reaches too far.

    Args:
        path: Path without suffix; folders are made.
        depth: (h, w) in meters; what is not a positive number is written as 0.

    Returns:
        The path written: with `.png` appended, or `.npy` if depth exceeds 65.534 m. A file with
        the other suffix, of a run before, is removed.

    Raises:
        OSError: The file cannot be written.
    """
    png, npy = (Path(f'{path}{suffix}') for suffix in ('.png', '.npy'))
    depth = np.where(np.isfinite(depth) & (depth > 0), depth, 0)
    if np.round(depth.max() * 1000) >= np.iinfo(np.uint16).max:
        written, other = npy, png
        write_whole(npy, encode_npy(depth.astype(np.float32)))
    else:
        written, other = png, npy
        write_whole(png, encode_image('.png', np.round(depth * 1000).astype(np.uint16)))
    if other.is_file():
        other.unlink()
    return written


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


def peek_header(path: Path) -> Header | None:
    """Size and orientation from the file's header; None where only decoding tells (EXR).

    Raises:
        BadFileError: The header cannot be read, or tells of what cannot be used.
    """
    suffix = path.suffix.lower()
    if suffix == '.exr':
        if not reads_exr():
            raise BadFileError(f'{path}: {EXR_MEND}')
        return None
    if suffix in ARRAY_SUFFIXES:
        return Header(peek_array(path))
    try:
        with path.open('rb') as file:
            return read_header(file, path)
    except OSError as error:
        raise BadFileError(f'{path}: unreadable ({error.strerror})') from None


def peek_size(path: Path) -> tuple[int, int] | None:
    """Height and width of the upright image from the file's header; see `peek_header`."""
    header = peek_header(path)
    return header and header.size


def is_complete(path: Path) -> bool:
    """Tell whether a JPEG or PNG was written to its end; see `is_whole`."""
    with path.open('rb') as file:
        return is_whole(file)
