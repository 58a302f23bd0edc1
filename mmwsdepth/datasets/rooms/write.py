"""Rooms on disk: JPEG images beside 16-bit PNG depth in millimeters, and a manifest."""

import json
import os
import signal
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

import cv2
import numpy as np
from rich.progress import track

from ...renamed import RENAMED
from ..depth_io import write_depth
from ..lock import locked, remove_leftovers
from ..write_whole import write_whole
from .render import render_room

_DONE = 'manifest.json'
_Room = tuple[str, int]  # split and index


def room_seed(seed: int, split: str, index: int) -> int:
    """The seed of one room of a set, for `render_room`."""
    entropy = [seed, zlib.crc32(split.encode()), index]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0])


def write_rooms(
    dst: Path | str,
    num: dict[str, int],
    size: tuple[int, int],
    seed: int = 0,
    jobs: int = 1,
    progress: bool = True,
) -> None:
    """Render a data set, or what is missing of it.

    Writes `images/<split>/room_00000.jpg`, `annotations/<split>/room_00000.png` (16 bit,
    millimeters, 0 = no measurement) and last `manifest.json`, which says that the set is complete.
    Every file appears whole or not at all, so a run that was stopped can be repeated. Of several
    runs at a time in one folder, one renders and the others wait for its end.

    Args:
        dst: Folder of the set; made where it is missing.
        num: Number of rooms in each split.
        size: (H, W) in pixels.
        seed: Room i of a split depends on (seed, split, i) only.
        jobs: Number of processes; with more than one, call this below `if __name__ == '__main__'`.
        progress: Whether to show a progress bar.

    Raises:
        ValueError: If an argument is out of range, or the folder holds a different set.
    """
    _check(num, size, seed, jobs)
    dst = Path(dst)
    manifest = {
        'renderer': 'rooms',
        'version': 1,
        'seed': seed,
        'size': list(size),
        'num': num,
        'unit': 'millimeter',
        'missing': 0,
    }
    if not _is_there(dst / _DONE, manifest):
        with locked(dst, wait=True):
            if not _is_there(dst / _DONE, manifest):
                _write_missing(dst, manifest, jobs, progress)


def _check(num: dict[str, int], size: tuple[int, int], seed: int, jobs: int) -> None:
    for split, count in num.items():
        if count < 0 or not split or Path(split).name != split:
            raise ValueError(
                f'num has {split!r}: {count}: a split needs a plain folder name and '
                'a count of 0 or more'
            )
    if min(size) < 1 or seed < 0 or jobs < 1:
        raise ValueError(
            f'size {size[0]}x{size[1]} and jobs {jobs} must be positive, seed {seed} 0 or more'
        )


def _is_there(path: Path, manifest: dict[str, Any]) -> bool:
    """Whether the manifest is there; one of a different set is an error."""
    if not path.exists():
        return False
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        found = {}
    if not isinstance(found, dict):
        found = {}
    found = {key: RENAMED.get(v, v) if isinstance(v, str) else v for key, v in found.items()}
    if found != manifest:
        there, asked = (
            {key: content.get(key) for key in manifest if found.get(key) != manifest[key]}
            for content in (found, manifest)
        )
        raise ValueError(
            f'{path}: the set there has {there}, asked for was {asked}: name another '
            'folder, ask for the same set, or delete this one'
        )
    return True


def _write_missing(dst: Path, manifest: dict[str, Any], jobs: int, progress: bool) -> None:
    begun = dst / f'{_DONE}.partial'
    if _is_there(begun, manifest):
        remove_leftovers(dst)
    num, size, seed = manifest['num'], tuple(manifest['size']), manifest['seed']
    for folder in ('images', 'annotations'):
        for split in num:
            (dst / folder / split).mkdir(parents=True, exist_ok=True)
    text = json.dumps(manifest, indent=2).encode() + b'\n'
    write_whole(begun, text)
    rooms = [(split, index) for split in num for index in range(num[split])]
    with _mapped(partial(_write_room, dst, size, seed), rooms, jobs) as written:
        for _ in track(written, 'Rendering rooms', len(rooms), disable=not progress):
            pass
    write_whole(dst / _DONE, text)
    begun.unlink(missing_ok=True)


@contextmanager
def _mapped(
    function: Callable[[_Room], None], rooms: list[_Room], jobs: int
) -> Iterator[Iterable[None]]:
    """Call a function on each room while iterated over, in as many processes as asked for."""
    if jobs == 1:
        yield map(function, rooms)
        return
    pool = ProcessPoolExecutor(jobs, get_context('spawn'), _start_worker)
    try:
        yield pool.map(function, rooms, chunksize=4)
    finally:
        pool.shutdown(cancel_futures=True)


def _start_worker() -> None:
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed cannot end its workers, which would wait for work for ever."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _write_room(dst: Path, size: tuple[int, int], seed: int, room: _Room) -> None:
    split, index = room
    image_path = dst / 'images' / split / f'room_{index:05d}.jpg'
    depth_path = dst / 'annotations' / split / f'room_{index:05d}.png'
    if image_path.exists() and depth_path.exists():
        return
    view = render_room(room_seed(seed, split, index), size)
    write_depth(depth_path.with_suffix(''), view.depth)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 95]
    write_whole(image_path, cv2.imencode('.jpg', view.image, quality)[1].tobytes())
