"""Tables for people, numbers for programs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from .timing import Ratio


class Table(NamedTuple):
    """One table of a suite.

    Attributes:
        title: What it shows, with sizes.
        columns: What is printed of the rows; all of them is written.
        rows: Values by column: texts, numbers, `Ratio`, or None where there is none.
        notes: Sentences below the table.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, object]]
    notes: Sequence[str] = ()


def to_markdown(table: Table) -> str:
    """Lay out a table; numbers with three digits, ratios with their quartiles."""
    lines = [
        f'### {table.title}',
        '',
        '| ' + ' | '.join(table.columns) + ' |',
        '|'
        + ''.join(
            '---:|' if any(_is_number(row.get(column)) for row in table.rows) else '---|'
            for column in table.columns
        ),
        *(
            '| ' + ' | '.join(_cell(row.get(column)) for column in table.columns) + ' |'
            for row in table.rows
        ),
    ]
    return '\n'.join([*lines, *(f'\n{note}' for note in table.notes)])


def environment_line(environment: Mapping[str, object]) -> str:
    """Sum up `describe` in a line."""
    hardware, versions = environment['hardware'], environment['versions']
    assert isinstance(hardware, Mapping) and isinstance(versions, Mapping)
    return (
        f'{hardware.get("gpu") or hardware["processor"]}, {environment["threads"]} threads of '
        f'{hardware["cores"]} cores, {environment["rounds"]} rounds of '
        f'{environment["clock"]} time, seed {environment["seed"]}, '
        f'torch {versions["torch"]}, mmwsdepth {versions["mmwsdepth"]}, {environment["date"]}'
    )


def write_json(path: Path, content: Mapping[str, object], tables: Sequence[Table]) -> None:
    """Write all that was found.

    Args:
        path: File to write; its folder is made.
        content: Suite, options and environment.
        tables: With rows whole, not only the printed columns.
    """
    found = [
        dict(
            title=table.title,
            rows=[{key: _plain(value) for key, value in row.items()} for row in table.rows],
            notes=list(table.notes),
        )
        for table in tables
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(content, tables=found), indent=1) + '\n')


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Ratio)


def _plain(value: object) -> object:
    return value._asdict() if isinstance(value, Ratio) else value


def _cell(value: object) -> str:
    if value is None:
        return ''
    if isinstance(value, Ratio):
        return f'{_digits(value.value)} ({_digits(value.low)} to {_digits(value.high)})'
    return _digits(value) if isinstance(value, float) else str(value)


def _digits(value: float) -> str:
    return f'{value:,.0f}' if abs(value) >= 100 else f'{value:.3g}'
