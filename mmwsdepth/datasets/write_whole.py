"""Write a file whole or not at all, and never in place of an input."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, then rename it; folders are made.

    Raises:
        OSError: The file cannot be written; what was there before is still there.
    """
    partial = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(content)
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(
            f'{path}: cannot be written ({error.strerror}): free space, or write to another folder'
        ) from None


def make_writable(folder: Path) -> None:
    """Make a folder and see whether files can be made in it, before the work for them begins.

    Raises:
        OSError: They cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(
            f'{folder}: cannot be written to ({error.strerror}): name another folder'
        ) from None


def keep_inputs(path: Path, inputs: Iterable[str | Path]) -> None:
    """Stop before an input is overwritten, by whatever name or link.

    Args:
        path: A file that is going to be written.
        inputs: Files that were read; what is no file, such as a URL, does not matter.

    Raises:
        ValueError: It is one of these.
    """
    for source in map(Path, inputs):
        if path.exists() and source.exists() and path.samefile(source):
            raise ValueError(
                f'{path}: this output would overwrite the input {source}: write to another folder'
            )


def keep_apart(path: Path, inputs: Iterable[str | Path]) -> None:
    """Stop before a file is written beside inputs, where it may be taken for one of them.

    Args:
        path: A file that is going to be written.
        inputs: Files that were read.

    Raises:
        ValueError: It would lie in the folder of one of these.
    """
    folder = os.path.realpath(path.parent)
    for source in inputs:
        if os.path.realpath(os.path.dirname(source)) == folder:
            raise ValueError(
                f'{path}: this output would lie beside the input {source}: write to another folder'
            )
