"""List a folder's files: links are followed, hidden names and loops are not."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from .bad_file import printable

HIDDEN_FOLDERS = ('__MACOSX', '@eaDir')


def find_files(folder: str | Path, suffixes: Sequence[str] = ()) -> list[Path]:
    """List a folder's files, recursively and sorted.

    Linked files and folders count like others; a link to a folder that it lies in is not followed.
    A link that leads nowhere counts as a file, so that it is named once it is read. Names that
    begin with a dot and folders that systems leave behind (`__MACOSX`, `@eaDir`) do not count.

    Args:
        folder: Where to look; a missing one holds nothing.
        suffixes: Lower-case suffixes with their dot, such as `.png`; all files by default. They
            match upper-case ones too.

    Raises:
        OSError: The folder, or one in it, cannot be listed.
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
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise OSError(
            printable(f'{folder}: cannot be listed ({error.strerror}): make it readable or move it')
        ) from None
    for entry in entries:
        if is_hidden(entry.name):
            continue
        # Unlike the entry, os.path raises nothing on links in a circle or to what is not readable.
        is_link = entry.is_symlink()
        if os.path.isdir(entry.path) if is_link else entry.is_dir():
            yield from _walk(entry.path, (*above, real))
        elif is_link or entry.is_file():
            yield Path(entry.path)
