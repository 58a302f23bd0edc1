"""Keep two runs from writing into one folder."""

import errno
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = '.lock'
_WITHOUT_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK)


@contextmanager
def locked(folder: Path, wait: bool = False) -> Iterator[None]:
    """Keep other runs of this program from writing into a folder; it is made where it is missing.

    The lock ends with the process, however that ends. File systems without locks do without.

    Args:
        folder: What is written into.
        wait: Whether to wait for another run's end, and say so; else it is an error.

    Raises:
        ValueError: Another run writes into the folder.
        OSError: It cannot be written to.
    """
    path = folder / LOCK
    while True:
        file = _open(path)
        try:
            _acquire(file, folder, wait)
            if not _is_current(file, path):
                continue
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return
        finally:
            os.close(file)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed runs left half-written, see `write_whole`; call it within `locked`."""
    for path in folder.rglob('.*.*.tmp'):
        path.unlink()


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise OSError(
            f'{path.parent}: cannot be written to ({error.strerror}): name another folder'
        ) from None


def try_lock(file: int) -> bool:
    """Lock a file without waiting; where the file system has no locks, that counts as locked.

    Args:
        file: Its descriptor; the lock ends with the process.

    Returns:
        Whether no other process has it locked.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise
    return True


def _acquire(file: int, folder: Path, wait: bool) -> None:
    if try_lock(file):
        return
    if not wait:
        raise ValueError(
            f'{folder}: another run writes into it: wait for its end, or name another folder'
        )
    print(f'{folder}: another run writes into it, waiting for its end', file=sys.stderr)
    fcntl.flock(file, fcntl.LOCK_EX)


def _is_current(file: int, path: Path) -> bool:
    """Whether the lock is that of the file there: its last holder has removed the one before."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
