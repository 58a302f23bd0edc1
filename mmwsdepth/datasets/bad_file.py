"""The error that one file's fault is."""

import locale
from collections.abc import Sequence


class BadFileError(ValueError):
    """A file that cannot be used: the message names it, what was found and the mend."""

    def __init__(self, sentence: str) -> None:
        super().__init__(printable(sentence))


def printable(text: str) -> str:
    """Spell out what the system's encoding cannot say, such as a file's name in another one."""
    encoding = locale.getpreferredencoding(False)
    return text.encode(encoding, 'backslashreplace').decode(encoding)


def first_line(error: BaseException) -> str:
    """The first line of what an error says, or its class where it says nothing."""
    return str(error).partition('\n')[0].rstrip('.') or type(error).__name__


def name_some(texts: Sequence[str], at_most: int | None = 3) -> str:
    """Join the first texts, and count the rest.

    Args:
        texts: What to name.
        at_most: How many; None for all.
    """
    named = '; '.join(texts[:at_most])
    more = len(texts) - len(texts[:at_most])
    return f'{named}; and {more} more' if more else named
