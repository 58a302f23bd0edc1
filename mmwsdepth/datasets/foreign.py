"""Files that others wrote may hold anything: whatever a decoder raises becomes one complaint."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .bad_file import BadFileError, first_line


@contextmanager
def complaining(name: str | Path) -> Iterator[None]:
    """Turn any error of the code within into a `BadFileError` that names the file.

    Put nothing but decoding of a foreign file within: ZIP, LZFSE, MATLAB, HDF5, bags, npy and
    OpenCV raise errors of a dozen unrelated classes on damaged input.

    Args:
        name: Of the file.

    Raises:
        BadFileError: Any error was raised; a `BadFileError` passes as it is.
    """
    try:
        yield
    except BadFileError:
        raise
    except Exception as error:
        kind, reason = type(error).__name__, first_line(error)
        found = kind if reason == kind else f'{kind}: {reason}'
        raise BadFileError(
            f'{name}: damaged, or not what its name says ({found}): copy or export it anew'
        ) from error
