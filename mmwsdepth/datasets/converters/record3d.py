"""Record3D: recordings of an iPhone's lidar or TrueDepth camera.

https://record3d.app, export as .r3d, a ZIP archive (or its unpacked folder) of `metadata`, which is
JSON, and `rgbd/NUMBER.jpg`, `.depth` (float32 meters) and `.conf` (uint8, 0 to 2; absent for
TrueDepth), the latter two compressed by LZFSE. `metadata` has `dw` and `dh`, the size of depth
(absent in old exports), `K`, the camera matrix column by column, and `perFrameIntrinsicCoeffs`,
focal lengths and principal point by frame.
"""

import json
import math
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path, PurePosixPath
from struct import unpack_from
from typing import Any, NamedTuple
from zipfile import ZipFile

import numpy as np

from ..depth_io import IMAGE_SUFFIXES, JPEG_SUFFIXES, BadFileError
from ..foreign import complaining
from ..image_io import decode_color
from ..listing import find_files, is_hidden
from .confidence import APPLE_LIDAR, keep_confident
from .item import Item, Listing, RejectedError, Sample, until_damaged
from .optional import optional_module
from .splits import recording_name, tail_split

LARGEST_ENTRY = 2**26
MOST_OPEN = 16  # archives at a time: open files are few, recordings may be many
_LZFSE_END = b'bvx$'


class Recording(NamedTuple):
    """The files of a recording, packed or not.

    Attributes:
        name: Of the recording.
        paths: By lower-case path from where `metadata` is.
        read: Content of a file by its path.
        metadata: See above.
    """

    name: str
    paths: dict[str, str]
    read: Callable[[str], bytes]
    metadata: dict[str, Any]


def list_record3d(src: Path, min_confidence: int = 1, test_share: float = 0.1) -> Listing:
    """List Record3D's frames, named RECORDING/NUMBER.

    Args:
        src: An .r3d file, its unpacked folder, or a folder of such.
        min_confidence: Least confidence that is kept, 0 to 2; maps that are absent count as 2.
        test_share: Share of each recording's frames, from its end, that is for testing.

    Raises:
        ValueError: No recording there.
    """
    found = list(_find(src))
    if not found:
        raise ValueError(f'{src}: neither .r3d files nor folders with `metadata` and `rgbd`')
    lzfse = optional_module('lzfse', 'lzfse')
    archive_of = lru_cache(MOST_OPEN)(ZipFile)
    frames = partial(_frames, lzfse, archive_of, min_confidence, test_share)
    items = list(
        chain.from_iterable(
            until_damaged(name, path, partial(frames, name, path)) for name, path in found
        )
    )
    return Listing(len(items), items, f'{APPLE_LIDAR}, or TrueDepth, by Record3D')


def _find(src: Path) -> Iterator[tuple[str, Path]]:
    for path in [src] if src.is_file() else find_files(src, ('.r3d',)):
        yield recording_name(src, path.with_suffix('')), path
    for path in find_files(src):
        if path.name == 'metadata' and (path.parent / 'rgbd').is_dir():
            yield recording_name(src, path.parent), path.parent


def _frames(
    lzfse: Any,
    archive_of: Callable[[Path], ZipFile],
    min_confidence: int,
    test_share: float,
    name: str,
    path: Path,
) -> Iterator[Item]:
    is_folder = path.is_dir()
    recording = _open_folder(name, path) if is_folder else _open_archive(name, path, archive_of)
    color_paths: dict[int, str] = {}
    for key, place in recording.paths.items():
        folder, file = PurePosixPath(key).parent, PurePosixPath(key)
        if str(folder) == 'rgbd' and file.suffix in IMAGE_SUFFIXES and file.stem.isdecimal():
            color_paths[int(file.stem)] = place
    for index, (frame, color_path) in enumerate(sorted(color_paths.items())):
        yield Item(
            f'{name}/{frame:06d}',
            tail_split(index, len(color_paths), test_share),
            partial(_load, lzfse, recording, color_path, frame, min_confidence),
        )


def _open_folder(name: str, path: Path) -> Recording:
    def read(place: str) -> bytes:
        return (path / place).read_bytes()

    return _recording(name, [p.relative_to(path).as_posix() for p in find_files(path)], read)


def _open_archive(name: str, path: Path, archive_of: Callable[[Path], ZipFile]) -> Recording:
    def read(place: str) -> bytes:
        archive = archive_of(path)
        size = archive.getinfo(place).file_size
        if size > LARGEST_ENTRY:
            raise BadFileError(
                f'{path}:{place}: {size} bytes, too many for a frame: export it anew'
            )
        return archive.read(place)

    return _recording(name, archive_of(path).namelist(), read)


def _recording(name: str, places: list[str], read: Callable[[str], bytes]) -> Recording:
    """A recording that may lie in a folder of an archive, beside what systems leave behind."""
    seen = [place for place in places if not any(map(is_hidden, place.split('/')))]
    tops = [place for place in seen if PurePosixPath(place).name == 'metadata']
    if not tops:
        raise BadFileError(f'{name}: `metadata` is missing: export it anew')
    top = min(tops, key=len).removesuffix('metadata')
    paths = {place.removeprefix(top).lower(): place for place in seen if place.startswith(top)}
    metadata = json.loads(read(paths['metadata']))
    if not isinstance(metadata, dict):
        raise BadFileError(f'{name}: `metadata` is {type(metadata).__name__}, need a JSON object')
    return Recording(name, paths, read, metadata)


def _load(
    lzfse: Any, recording: Recording, color_path: str, frame: int, min_confidence: int
) -> Sample:
    stem = f'rgbd/{PurePosixPath(color_path).stem}'
    label, paths, metadata = f'{recording.name}:{stem}', recording.paths, recording.metadata
    content = recording.read(color_path)
    is_jpeg = PurePosixPath(color_path).suffix.lower() in JPEG_SUFFIXES
    color = decode_color(content, f'{recording.name}:{color_path}')
    if f'{stem}.depth' not in paths:
        raise RejectedError('no depth file', f'{label}.depth')

    def decompress(suffix: str) -> bytes:
        packed = recording.read(paths[f'{stem}{suffix}'])
        if not packed.endswith(_LZFSE_END):
            raise RejectedError('truncated', f'{label}{suffix}')
        with complaining(f'{label}{suffix}'):
            size = _unpacked_size(packed)
            if size > 4 * color.shape[0] * color.shape[1]:
                raise ValueError(f'{size} bytes are more than 4 for each pixel of the image')
            return lzfse.decompress(packed)

    values = np.frombuffer(decompress('.depth'), np.float32)
    depth = values.reshape(_grid(values.size, metadata, color.shape, label))
    if min_confidence > 0 and f'{stem}.conf' in paths:
        levels = np.frombuffer(decompress('.conf'), np.uint8)
        if levels.size == depth.size:
            levels = levels.reshape(depth.shape)
        depth = keep_confident(depth, levels, min_confidence, f'{label}.conf')
    jpeg = content if is_jpeg else None
    return Sample(color, depth, jpeg=jpeg, focal=_focal(metadata, frame))


def _unpacked_size(packed: bytes) -> int:
    """Bytes that LZFSE's blocks say they become: unpacking alone has no bound."""
    position, total = 0, 0
    while (kind := packed[position : position + 4]) != _LZFSE_END:
        (size,) = unpack_from('<I', packed, position + 4)
        total += size
        if kind == b'bvx-':
            position += 8 + size
        elif kind == b'bvxn':
            position += 12 + unpack_from('<I', packed, position + 8)[0]
        elif kind == b'bvx2':
            literals, matches, header = unpack_from('<3Q', packed, position + 8)
            position += (
                (header & 0xFFFFFFFF) + (literals >> 20 & 0xFFFFF) + (matches >> 40 & 0xFFFFF)
            )
        else:
            raise ValueError(f'no LZFSE block: {kind!r}')
    return total


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
