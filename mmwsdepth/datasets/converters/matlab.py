"""MATLAB files up to version 7, whose parts may be compressed."""

import struct
import zlib
from pathlib import Path
from typing import Any

from ..depth_io import BadFileError
from .optional import optional_module

LARGEST = 2**28
"""Bytes that a file may become in memory; iBims-1's become 30 million."""
_HEADER, _TAG, _COMPRESSED, _STEP = 128, 8, 15, 2**20
_BYTE_ORDERS = {b'IM': '<', b'MI': '>'}


def read_matlab(path: Path) -> dict[str, Any]:
    """Read a file's variables.

    Raises:
        BadFileError: It becomes too large.
        ValueError: SciPy is not installed. What SciPy raises on damaged files passes as it is.
    """
    io = optional_module('scipy.io', 'scipy')
    size = _unpacked_size(path)
    if size > LARGEST:
        raise BadFileError(
            f'{path}: becomes more than {LARGEST // 10**6} million bytes: download it anew'
        )
    return io.loadmat(path)


def _unpacked_size(path: Path) -> int:
    """Bytes that the compressed parts become; counting ends soon after `LARGEST`."""
    total = 0
    with path.open('rb') as file:
        order = _BYTE_ORDERS.get(file.read(_HEADER)[-2:])
        while order and len(tag := file.read(_TAG)) == _TAG and total <= LARGEST:
            kind, size = struct.unpack(f'{order}2I', tag)
            if kind != _COMPRESSED:
                file.seek(size, 1)
                continue
            inflater, rest = zlib.decompressobj(), file.read(size)
            while rest and not inflater.eof and total <= LARGEST:
                total += len(inflater.decompress(rest, _STEP))
                rest = inflater.unconsumed_tail
    return total
