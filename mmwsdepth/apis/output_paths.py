"""Look at all paths that will be written before the first is."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from .inputs import Entry
from .names import folded

_OTHER_OUT = 'give another --out'


def check_output_paths(outputs: Iterator[tuple[Entry, Path]], entries: Sequence[Entry]) -> None:
    """Stop if writing would overwrite an input, or an output of the same run.

    Paths are compared as they are without links, and without case, which some file systems ignore.

    Args:
        outputs: Each file to write with what it is made from; of a video or camera the folder.
        entries: All inputs.

    Raises:
        ValueError: The sentence names one such path.
    """
    paths = [entry.path for entry in entries if entry.path is not None]
    inputs = {_identity(path): path for path in paths if os.path.exists(path)}
    taken: dict[str, tuple[Path, Entry]] = {}
    folders: dict[str, Entry] = {}
    for entry, path in outputs:
        real = os.path.realpath(path)
        found = inputs.get(_identity(path)) if os.path.exists(path) else None
        if entry.is_folder and found is None and os.path.isdir(path):
            found = _first_inside(real, list(inputs.values()))
        if found is not None:
            raise ValueError(f'{path}: this output would overwrite the input {found}: {_OTHER_OUT}')
        key = folded(real)
        if key in taken:
            raise ValueError(_complaint(path, taken[key][1], entry))
        taken[key] = path, entry
        parent = os.path.dirname(key)
        while parent not in folders and parent != os.path.dirname(parent):
            folders[parent] = entry
            parent = os.path.dirname(parent)
    for key in taken.keys() & folders.keys():
        raise ValueError(_complaint(*taken[key], folders[key]))


def _identity(path: Path) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino


def _first_inside(folder: str, paths: Sequence[Path]) -> Path | None:
    inside = (p for p in paths if os.path.dirname(os.path.realpath(p)) == folder)
    return next((p for p in inside if p.stem.isdecimal()), None)


def _complaint(path: Path, first: Entry, second: Entry) -> str:
    a, b = first.path or first.name, second.path or second.name
    if first.name == second.name:
        return f'{b}: given twice, and would overwrite its own output {path}: give it once'
    return f'{path}: would be written for both {a} and {b}: rename one, or estimate it separately'
