"""Record3D: recordings of an iPhone's lidar or TrueDepth camera.

https://record3d.app, export as .r3d, a ZIP archive (or its unpacked folder) of `metadata`, which is
JSON, and `rgbd/NUMBER.jpg`, `.depth` (float32 meters) and `.conf` (uint8, 0 to 2; absent for
TrueDepth), the latter two compressed by LZFSE. `metadata` has `dw` and `dh`, the size of depth
(absent in old exports), `K`, the camera matrix column by column, and `perFrameIntrinsicCoeffs`,
focal lengths and principal point by frame.
"""

import json
import math
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile, ZipFile

import cv2
import numpy as np

from .confidence import APPLE_LIDAR, keep_confident
from .item import Item, Listing, RejectedError, Sample
from .optional import optional_module
from .splits import recording_name, tail_split

_LZFSE_END, _JPEG_END = b'bvx$', b'\xff\xd9'


class Recording(Protocol):
    """The files of a recording, packed or not."""

    def names(self) -> list[str]:
        """Relative paths."""

    def read(self, name: str) -> bytes:
        """Content of a file."""


class PackedRecording:
    """An .r3d file.

    Raises:
        ValueError: It is no ZIP archive, or incomplete.
    """

    def __init__(self, path: Path) -> None:
        try:
            self.archive = ZipFile(path)
        except BadZipFile:
            raise ValueError(f'{path}: no ZIP archive, or incomplete: export it anew') from None

    def names(self) -> list[str]:
        """Relative paths."""
        return self.archive.namelist()

    def read(self, name: str) -> bytes:
        """Content of a file."""
        try:
            return self.archive.read(name)
        except (BadZipFile, zlib.error):
            raise RejectedError('damaged', f'{self.archive.filename}:{name}') from None


class UnpackedRecording:
    """A folder that was an .r3d file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Relative paths."""
        return [path.relative_to(self.path).as_posix() for path in self.path.rglob('*')]

    def read(self, name: str) -> bytes:
        """Content of a file."""
        return (self.path / name).read_bytes()


def list_record3d(src: Path, min_confidence: int = 1, test_share: float = 0.1) -> Listing:
    """List Record3D's frames, named RECORDING/NUMBER.

    Args:
        src: An .r3d file, its unpacked folder, or a folder of such.
        min_confidence: Least confidence that is kept, 0 to 2; maps that are absent count as 2.
        test_share: Share of each recording's frames, from its end, that is for testing.

    Raises:
        ValueError: No recording there, or one without a readable `metadata`.
    """
    recordings = list(_find(src))
    if not recordings:
        raise ValueError(f'{src}: neither .r3d files nor folders with `metadata` and `rgbd`')
    lzfse = optional_module('lzfse', 'lzfse')
    items = [
        item
        for name, recording in recordings
        for item in _frames(lzfse, name, recording, min_confidence, test_share)
    ]
    return Listing(len(items), items, f'{APPLE_LIDAR}, or TrueDepth, by Record3D')


def _find(src: Path) -> Iterator[tuple[str, Recording]]:
    for path in [src] if src.is_file() else sorted(src.rglob('*.r3d')):
        yield recording_name(src, path.with_suffix('')), PackedRecording(path)
    for path in sorted(src.rglob('metadata')):
        if (path.parent / 'rgbd').is_dir():
            yield recording_name(src, path.parent), UnpackedRecording(path.parent)


def _frames(
    lzfse: Any, name: str, recording: Recording, min_confidence: int, test_share: float
) -> list[Item]:
    names = set(recording.names())
    try:
        metadata = json.loads(recording.read('metadata'))
    except (KeyError, ValueError) as error:
        raise ValueError(
            f'{name}: `metadata` is missing or no JSON ({error}): export anew'
        ) from None
    frames = sorted(
        int(Path(n).stem) for n in names if n.startswith('rgbd/') and n.endswith('.jpg')
    )
    return [
        Item(
            f'{name}/{frame:06d}',
            tail_split(index, len(frames), test_share),
            partial(_load, lzfse, name, recording, names, metadata, frame, min_confidence),
        )
        for index, frame in enumerate(frames)
    ]


def _load(
    lzfse: Any,
    name: str,
    recording: Recording,
    names: set[str],
    metadata: dict[str, Any],
    frame: int,
    min_confidence: int,
) -> Sample:
    path = f'rgbd/{frame}'
    label = f'{name}:{path}'
    jpeg = recording.read(f'{path}.jpg')
    color = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if color is None or not jpeg.endswith(_JPEG_END):
        raise RejectedError('truncated', f'{label}.jpg')
    if f'{path}.depth' not in names:
        raise RejectedError('no depth file', f'{label}.depth')
    values = np.frombuffer(_decompress(lzfse, recording, f'{path}.depth', label), np.float32)
    depth = values.reshape(_grid(values.size, metadata, color.shape, label))
    if min_confidence > 0 and f'{path}.conf' in names:
        levels = np.frombuffer(_decompress(lzfse, recording, f'{path}.conf', label), np.uint8)
        if levels.size == depth.size:
            levels = levels.reshape(depth.shape)
        depth = keep_confident(depth, levels, min_confidence, f'{label}.conf')
    return Sample(color, depth, jpeg=jpeg, focal=_focal(metadata, frame))


def _decompress(lzfse: Any, recording: Recording, path: str, label: str) -> bytes:
    packed = recording.read(path)
    if not packed.endswith(_LZFSE_END):
        raise RejectedError('truncated', f'{label}{Path(path).suffix}')
    try:
        return lzfse.decompress(packed)
    except (lzfse.error, MemoryError):
        raise RejectedError('damaged', f'{label}{Path(path).suffix}') from None


def _grid(
    count: int, metadata: dict[str, Any], color: tuple[int, ...], label: str
) -> tuple[int, int]:
    if 'dh' in metadata and 'dw' in metadata:
        height, width = metadata['dh'], metadata['dw']
    else:
        height = max(round(math.sqrt(count * color[0] / color[1])), 1)
        width = count // height
    if height * width != count:
        raise RejectedError(
            'depth of another size', f'{label}.depth has {count} numbers, not {height}x{width}'
        )
    return height, width


def _focal(metadata: dict[str, Any], frame: int) -> tuple[float, float] | None:
    by_frame = metadata.get('perFrameIntrinsicCoeffs') or []
    if frame < len(by_frame):
        return by_frame[frame][0], by_frame[frame][1]
    matrix = metadata.get('K')
    return (matrix[0], matrix[4]) if matrix else None
