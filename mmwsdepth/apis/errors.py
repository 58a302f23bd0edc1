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

    MMEngine wraps errors of what it builds; the first cause counts. An error of a data loader's
    worker comes as text. Any other error, also one that
    surfaced in our code without being raised there on purpose, keeps its traceback.

    Raises:
        SystemExit: With the sentence.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        for cause in _chain(error):
            sentence = str(cause) if _is_ours(cause) else _from_worker(str(cause))
            if sentence:
                raise SystemExit(f'error: {sentence}') from None
        raise


def _chain(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _from_worker(text: str) -> str | None:
    """Take our sentence out of the traceback that a data loader's worker sent, if it is ours."""
    lines = text.strip().splitlines()
    frames = [number for number, line in enumerate(lines) if line.startswith('  File "')]
    if not frames or ' in DataLoader worker process ' not in lines[0]:
        return None
    file, statement = lines[frames[-1]].split('"')[1], lines[frames[-1] + 1].lstrip()
    if not Path(file).is_relative_to(PACKAGE) or not statement.startswith('raise '):
        return None
    return lines[-1].partition(': ')[2]


def _is_ours(error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames or not Path(frames[-1].filename).is_relative_to(PACKAGE):
        return False
    line = linecache.getline(frames[-1].filename, frames[-1].lineno or 0)
    return line.lstrip().startswith('raise ')
