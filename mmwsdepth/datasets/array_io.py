"""Read depth from npy and npz files, whose headers may lie."""

import math
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

from .bad_file import BadFileError, first_line
from .image_header import check_pixels

ARRAY_SUFFIXES = ('.npy', '.npz')


def peek_array(path: Path) -> tuple[int, int]:
    """Height and width from the header.

    Raises:
        BadFileError: See `read_array`.
    """
    with _open(path) as (_, size):
        return size


def read_array(path: Path) -> np.ndarray:
    """Read the one array of a file; nothing pickled is unpickled.

    Returns:
        (h, w) integers or floats in the machine's byte order.

    Raises:
        BadFileError: The file holds something else, or less than its header says.
    """
    with _open(path) as (file, size):
        array = npy.read_array(file, allow_pickle=False).reshape(size)
    return np.ascontiguousarray(array, array.dtype.newbyteorder('='))


@contextmanager
def _open(path: Path) -> Iterator[tuple[IO[bytes], tuple[int, int]]]:
    """Open the array behind its checked header."""
    try:
        with path.open('rb') as file:
            if path.suffix.lower() == '.npy':
                yield file, _check_header(file, os.fstat(file.fileno()).st_size, path)
                return
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
                if len(members) != 1:
                    raise BadFileError(f'{path}: {len(members)} arrays, need one: save it alone')
                with archive.open(members[0]) as member:
                    yield member, _check_header(member, members[0].file_size, path)
    except BadFileError:
        raise
    except FileNotFoundError:
        raise BadFileError(f'{path}: no such file') from None
    except Exception as error:  # zip and npy readers raise errors of a dozen classes
        size = path.stat().st_size if path.is_file() else 0
        raise BadFileError(
            f'{path}: {size} bytes, no whole {path.suffix[1:]} file of numbers '
            f'({first_line(error)}): copy it anew'
        ) from None


def _check_header(file: IO[bytes], num_bytes: int, path: Path) -> tuple[int, int]:
    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f'version {version} of the format')
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(file)
    size = tuple(n for n in shape if n != 1) if len(shape) > 2 else shape
    if len(size) != 2 or dtype.kind not in 'iuf':
        raise BadFileError(
            f'{path}: an array of {dtype} and shape {shape}, depth needs one number a pixel'
        )
    height, width = size
    promised, there = math.prod(shape) * dtype.itemsize, num_bytes - file.tell()
    if min(size) >= 0:
        check_pixels(height, width, path)
    if min(size) < 0 or promised > there:
        raise BadFileError(
            f'{path}: {num_bytes} bytes, its header tells of shape {shape}, which takes '
            f'{promised}: copy it anew'
        )
    file.seek(0)
    return height, width
