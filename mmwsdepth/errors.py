"""Errors that a user can mend are one sentence, without a traceback."""

import io
import linecache
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = Path(__file__).parent
_IN_WORKER = re.compile(r'Caught \w+ in DataLoader worker process')
_FRAME = re.compile(r'^  File "(.+)", line (\d+)', re.MULTILINE)


@contextmanager
def one_sentence_errors() -> Iterator[None]:
    """End the program with the sentence alone if it was mmwsdepth that raised the error.

    MMEngine wraps errors of what it builds, and PyTorch those of its workers; the first cause
    counts. Any other error, also one that
    surfaced in our code without being raised there on purpose, keeps its traceback.

    What a terminal cannot show, such as a file's name in another encoding, is spelled out.

    Raises:
        SystemExit: With the sentence.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors='backslashreplace')
    try:
        yield
    except (ValueError, OSError) as error:
        for cause in _chain(error):
            sentence = _our_sentence(cause)
            if sentence:
                raise SystemExit(f'error: {sentence}') from None
        raise


def _chain(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _our_sentence(error: BaseException) -> str:
    """What an error says that was raised on purpose, here or in a worker; otherwise ''."""
    text = str(error)
    if _IN_WORKER.match(text):
        frames, text = _FRAME.findall(text), text.rstrip().rpartition('\n')[2].partition(': ')[2]
    else:
        frames = [(f.filename, f.lineno or 0) for f in traceback.extract_tb(error.__traceback__)]
    return text if frames and _raises(frames[-1][0], int(frames[-1][1])) else ''


def _raises(file: str, number: int) -> bool:
    """Tell whether a line is one of ours that raises."""
    line = linecache.getline(file, number).lstrip()
    return Path(file).is_relative_to(PACKAGE) and line.startswith('raise ')
