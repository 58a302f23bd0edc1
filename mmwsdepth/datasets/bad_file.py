"""The error that one file's fault is."""

import locale


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
