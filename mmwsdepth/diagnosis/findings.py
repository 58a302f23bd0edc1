"""What a check found."""

from typing import Literal, NamedTuple

Grade = Literal['ok', 'note', 'problem']


class Finding(NamedTuple):
    """A sentence and how serious it is.

    'problem' is something to mend, 'note' something to know, 'ok' a fact as it should be.
    """

    grade: Grade
    text: str
