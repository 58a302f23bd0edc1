"""Errors that a user can mend are one sentence, without a traceback."""

import linecache
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


@contextmanager
def one_sentence_errors() -> Iterator[None]:
    """End the program with the sentence alone if it was mmwsdepth that raised the error.

    MMEngine wraps errors of what it builds; the first cause counts. Any other error, also one that
    surfaced in our code without being raised there on purpose, keeps its traceback.

    Raises:
        SystemExit: With the sentence.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        for cause in _chain(error):
            if _is_ours(cause):
                raise SystemExit(f'error: {cause}') from None
        raise


def _chain(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_ours(error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames or not Path(frames[-1].filename).is_relative_to(PACKAGE):
        return False
    line = linecache.getline(frames[-1].filename, frames[-1].lineno or 0)
    return line.lstrip().startswith('raise ')
