"""Write a file whole or not at all."""

import os
from pathlib import Path


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
