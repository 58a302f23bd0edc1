"""Where an image's focal length may be written down."""

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from .depth_io import BadFileError

Focal = tuple[float, float]
MANIFEST = 'manifest.json'
_EXIF_IFD, _FOCAL_LENGTH_35MM = 0x8769, 0xA405
_DIAGONAL_35MM = math.hypot(36, 24)
_NO_IMAGE = (OSError, SyntaxError, ValueError, TypeError, Image.DecompressionBombError)


def find_focal_length(path: Path, size: tuple[int, int]) -> Focal | None:
    """Look for an image's focal length in a manifest, then in its EXIF data.

    The nearest `manifest.json` counts, beside the image or in a folder above. It may say
    `focal_length`, in pixels, for all images; or, as prepared data sets do, `focal`, (x, y) in
    pixels, for each of its `files`.

    Args:
        path: An image or video.
        size: (H, W) of the image in pixels, to which EXIF's 35 mm equivalent refers by the diagonal
            (CIPA DCG-001).

    Returns:
        (x, y) in pixels; None where nothing says it.

    Raises:
        BadFileError: The manifest cannot be read, or says something else than a length.
    """
    path = path.absolute()
    for folder in path.parents:
        manifest = folder / MANIFEST
        if manifest.is_file():
            by_image = _read_manifest(manifest, manifest.stat().st_mtime_ns)
            found = by_image.get(path.relative_to(folder).as_posix()) or by_image.get('')
            if found:
                return found
            break
    return focal_length_from_exif(path, size)


@lru_cache(maxsize=8)
def _read_manifest(path: Path, mtime_ns: int) -> dict[str, Focal]:
    """Focal lengths by an image's path; '' stands for all images."""
    try:
        manifest = json.loads(path.read_bytes())
    except (ValueError, OSError) as error:
        raise BadFileError(f'{path}: not JSON ({error}): mend or remove it') from None
    if not isinstance(manifest, dict):
        return {}
    found = {}
    if 'focal_length' in manifest:
        length = manifest['focal_length']
        found[''] = _checked(path, [length, length])
    files = manifest.get('files')
    for record in files if isinstance(files, list) else ():
        if isinstance(record, dict) and 'focal' in record and isinstance(record.get('image'), dict):
            found[str(record['image'].get('path'))] = _checked(path, record['focal'])
    return found


def _checked(path: Path, focal: Any) -> Focal:
    if isinstance(focal, list) and len(focal) == 2:
        x, y = focal
        if all(type(length) in (int, float) and 0 < length < math.inf for length in focal):
            return float(x), float(y)
    raise BadFileError(f'{path}: a focal length is {focal!r}: give positive numbers of pixels')


def focal_length_from_exif(file: Path | BinaryIO, size: tuple[int, int]) -> Focal | None:
    """Look for an image's focal length in its EXIF data.

    Args:
        file: An image's path, or its bytes as an open file.
        size: See `find_focal_length`.

    Returns:
        (x, y) in pixels; None where the file does not say it or is no image.
    """
    try:
        with Image.open(file) as image:
            equivalent = float(image.getexif().get_ifd(_EXIF_IFD).get(_FOCAL_LENGTH_35MM, 0))
    except _NO_IMAGE:
        return None
    length = equivalent * math.hypot(*size) / _DIAGONAL_35MM
    return (length, length) if 0 < length < math.inf else None
