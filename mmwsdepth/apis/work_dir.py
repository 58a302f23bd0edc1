"""The folder that a training writes to: one at a time, and to come back to."""

import errno
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.logging import print_log

from mmwsdepth.datasets.lock import LOCK, try_lock
from mmwsdepth.safe_load import load_checkpoint_file

LAST = 'last_checkpoint'
_NUMBERED = re.compile(r'(?:iter|epoch)_(\d+)\.pth')
_BLANK = '\0 \t\r\n'  # of zeros is what a power cut makes of a file
_FULL = (errno.ENOSPC, errno.EDQUOT)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def writing_to(work_dir: str | Path) -> Iterator[None]:
    """Make a work directory, and say in a sentence if the work inside cannot write.

    Log lines that cannot be written are dropped, so that the sentence stands alone.

    Raises:
        OSError: The directory cannot be made or written to, or the disk is full.
    """
    raises, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        try:
            os.makedirs(work_dir, exist_ok=True)
        except (FileExistsError, NotADirectoryError, FileNotFoundError) as error:
            raise OSError(
                f'{work_dir}: cannot be made ({error.strerror}): name another --work-dir'
            ) from None
        yield
    except OSError as error:
        path = Path(error.filename or work_dir).absolute()
        is_read_only = error.errno in _READ_ONLY and path.is_relative_to(Path(work_dir).absolute())
        if error.errno not in _FULL and not is_read_only:
            raise
        mend = 'make it writable' if is_read_only else 'make room'
        raise OSError(
            f'{error.filename or work_dir}: cannot be written ({error.strerror}): {mend} or name '
            'another --work-dir'
        ) from error
    finally:
        logging.raiseExceptions = raises


@contextmanager
def locked(work_dir: str | Path) -> Iterator[None]:
    """Hold a work directory, and warn if another training does; the lock dies with the process.

    Of a distributed training the first process holds it, so its processes must have been joined.

    Args:
        work_dir: An existing folder.
    """
    if not is_main_process():
        yield
        return
    path = Path(work_dir) / LOCK
    with path.open('a+') as file:
        if try_lock(file.fileno()):
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        else:
            file.seek(0)
            print_log(
                f'{work_dir}: process {file.read().strip() or "unknown"} trains here too, and both '
                "overwrite each other's checkpoints: stop one of them or name another --work-dir",
                'current',
                logging.WARNING,
            )
        yield


def resume_from(cfg: Config, source: str | None) -> None:
    """Name in a config the checkpoint that it goes on from.

    Args:
        cfg: Gets `load_from` and `resume`; on its own `resume=True` it goes on from its
            `load_from`, else as with 'auto'.
        source: A checkpoint; 'auto' for the newest of the work directory; None for what the config
            says.

    Raises:
        FileNotFoundError: There is no such checkpoint.
        ValueError: Training cannot go on from it, or from any.
    """
    if source is None and cfg.get('resume'):
        source = cfg.get('load_from') or 'auto'
    if source == 'auto':
        newest = newest_checkpoint(cfg.work_dir)
        cfg.load_from, cfg.resume = newest or cfg.get('load_from'), newest is not None
    elif source is not None:
        check_resumable(source)
        cfg.load_from, cfg.resume = source, True


def newest_checkpoint(work_dir: str | Path) -> str | None:
    """Find the checkpoint to go on from: the last one, or if it is bad the newest that is good.

    Args:
        work_dir: Folder with `last_checkpoint` and `iter_*.pth` or `epoch_*.pth`.

    Returns:
        Its path; None if there is none at all.

    Raises:
        ValueError: There are some, and all are bad.
    """
    folder = Path(work_dir)
    numbered = [
        (path.stat().st_mtime, int(found[1]), path)
        for path in folder.glob('*.pth')
        if (found := _NUMBERED.fullmatch(path.name))
    ]
    named = folder / LAST
    last = os.fsdecode(named.read_bytes()).strip(_BLANK) if named.is_file() else ''
    newest_first = [path for *_, path in sorted(numbered, reverse=True)]
    candidates: dict[str, Path] = {}
    for path in [Path(last), *newest_first] if last else newest_first:
        candidates.setdefault(os.path.abspath(path), path)
    if named.is_file() and not last:
        print_log(f'{named}: is empty, as after a kill', 'current', logging.WARNING)
    complaints = []
    for path in candidates.values():
        try:
            check_resumable(str(path))
        except (ValueError, FileNotFoundError) as error:
            complaints.append(str(error))
            print_log(f'not resumed from: {error}', 'current', logging.WARNING)
        else:
            if complaints or not last:
                print_log(f'resuming from {path} instead', 'current', logging.WARNING)
            return str(path)
    if complaints:
        raise ValueError(
            f'{work_dir}: none of {len(candidates)} checkpoints can be resumed from, the first: '
            f'{complaints[0]}; or train anew in another --work-dir'
        )
    print_log(f'{work_dir}: no checkpoint to resume from: starting at 0', 'current')
    return None


def check_resumable(checkpoint: str) -> None:
    """Read a checkpoint to see whether training can go on from it.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It cannot be read, or holds no state of a training.
    """
    loaded = load_checkpoint_file(checkpoint, 'cpu')
    meta = loaded.get('meta') if isinstance(loaded, dict) else None
    if not isinstance(meta, dict) or 'iter' not in meta or 'optimizer' not in loaded:
        raise ValueError(
            f'{checkpoint}: holds weights alone and no state of a training: start from it with '
            '--cfg-options load_from=FILE instead of --resume'
        )
