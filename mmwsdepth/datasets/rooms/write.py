"""Rooms on disk: JPEG images beside 16-bit PNG depth in millimeters, and a manifest."""

import json
import os
import signal
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import cv2
import numpy as np
from rich.progress import track

from ...renamed import RENAMED
from ..depth_io import write_depth
from ..lock import locked, remove_leftovers
from ..write_whole import write_whole
from .render import render_room

VERSION = 1
DONE = 'manifest.json'


class _Job(NamedTuple):
    dst: Path
    split: str
    number: int
    size: tuple[int, int]
    seed: int


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
    wanted = _manifest(num, size, seed)
    if not _is_there(dst, wanted):
        with locked(dst, wait=True):
            if not _is_there(dst, wanted):
                _write_missing(dst, wanted, jobs, progress)


def _is_there(dst: Path, wanted: dict[str, Any]) -> bool:
    done = dst / DONE
    if done.exists():
        _compare(done, wanted)
    return done.exists()


def _write_missing(dst: Path, wanted: dict[str, Any], jobs: int, progress: bool) -> None:
    num, size, seed = wanted['num'], tuple(wanted['size']), wanted['seed']
    begun = dst / f'{DONE}.partial'
    if begun.exists():
        _compare(begun, wanted)
        remove_leftovers(dst)
    for folder in ('images', 'annotations'):
        for split in num:
            (dst / folder / split).mkdir(parents=True, exist_ok=True)
    text = json.dumps(wanted, indent=2).encode() + b'\n'
    write_whole(begun, text)
    work = [_Job(dst, split, index, size, seed) for split in num for index in range(num[split])]
    with _finished(work, jobs) as finished:
        for _ in track(finished, 'Rendering rooms', len(work), disable=not progress):
            pass
    write_whole(dst / DONE, text)
    begun.unlink(missing_ok=True)


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


def _manifest(num: dict[str, int], size: tuple[int, int], seed: int) -> dict[str, Any]:
    return {
        'renderer': 'rooms',
        'version': VERSION,
        'seed': seed,
        'size': list(size),
        'num': num,
        'unit': 'millimeter',
        'missing': 0,
    }


def _compare(path: Path, wanted: dict[str, Any]) -> None:
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        found = {}
    if not isinstance(found, dict):
        found = {}
    found = {key: RENAMED.get(v, v) if isinstance(v, str) else v for key, v in found.items()}
    if found == wanted:
        return
    there, asked = (
        {key: content.get(key) for key in wanted if found.get(key) != wanted[key]}
        for content in (found, wanted)
    )
    raise ValueError(
        f'{path}: the set there has {there}, asked for was {asked}: name another '
        'folder, ask for the same set, or delete this one'
    )


@contextmanager
def _finished(work: list[_Job], jobs: int) -> Iterator[Iterable[None]]:
    if jobs == 1:
        yield map(_render_to_disk, work)
        return
    pool = ProcessPoolExecutor(jobs, get_context('spawn'), _start_worker)
    try:
        yield pool.map(_render_to_disk, work, chunksize=4)
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


def _render_to_disk(job: _Job) -> None:
    name = f'room_{job.number:05d}'
    image_path = job.dst / 'images' / job.split / f'{name}.jpg'
    depth_path = job.dst / 'annotations' / job.split / f'{name}.png'
    if image_path.exists() and depth_path.exists():
        return
    view = render_room(room_seed(job.seed, job.split, job.number), job.size)
    write_depth(depth_path.with_suffix(''), view.depth)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 95]
    write_whole(image_path, cv2.imencode('.jpg', view.image, quality)[1].tobytes())
