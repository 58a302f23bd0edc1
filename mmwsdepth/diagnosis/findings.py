"""What a check found."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Grade = Literal['ok', 'note', 'problem']


class Finding(NamedTuple):
    """A sentence and how serious it is.

    'problem' is something to mend, 'note' something to know, 'ok' a fact as it should be.
    """

    grade: Grade
    text: str


def name_some(texts: Sequence[str], at_most: int | None = 3) -> str:
    """Join the first texts, and count the rest.

    Args:
        texts: What to name.
        at_most: How many; None for all.
    """
    named = '; '.join(texts[:at_most])
    more = len(texts) - len(texts[:at_most])
    return f'{named}; and {more} more' if more else named
