"""List a folder's files: links are followed, hidden names and loops are not."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

HIDDEN_FOLDERS = ('__MACOSX', '@eaDir')


def find_files(folder: str | Path, suffixes: Sequence[str] = ()) -> list[Path]:
    """List a folder's files, recursively and sorted.

    Linked files and folders count like others; a link to a folder that it lies in is not followed.
    Names that begin with a dot and folders that systems leave behind (`__MACOSX`, `@eaDir`) do not
    count.

    Args:
        folder: Where to look; a missing one holds nothing.
        suffixes: Lower-case suffixes with their dot, such as `.png`; all files by default. They
            match upper-case ones too.
    """
    outer = tuple(map(str, Path(os.path.realpath(folder)).parents))
    found = _walk(os.fspath(folder), outer)
    return sorted(path for path in found if not suffixes or path.suffix.lower() in suffixes)


def is_hidden(name: str) -> bool:
    """Tell whether a file's or folder's name, without its folder, is one that does not count."""
    return name.startswith('.') or name in HIDDEN_FOLDERS


def _walk(folder: str, above: tuple[str, ...]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in above or not os.path.isdir(folder):
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_hidden(entry.name):
                continue
            if entry.is_dir():
                yield from _walk(entry.path, (*above, real))
            elif entry.is_file():
                yield Path(entry.path)
