"""Tables for people."""

import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import torch

from mmwsdepth.version import __version__

from .setting import SEED, Setting
from .timing import Ratio


class Table(NamedTuple):
    """What a benchmark found: values by column are text, number, `Ratio`, or None."""

    title: str
    rows: Sequence[Mapping[str, object]]


def to_markdown(table: Table) -> str:
    """Lay out a table; numbers with three digits, ratios with their quartiles."""
    columns = list(dict.fromkeys(column for row in table.rows for column in row))
    lines = [
        f'### {table.title}',
        '',
        f'| {" | ".join(columns)} |',
        '|' + '---|' * len(columns),
        *(f'| {" | ".join(_cell(row.get(c)) for c in columns)} |' for row in table.rows),
    ]
    return '\n'.join(lines)


def environment_line(setting: Setting) -> str:
    """Say what was measured on, and with what."""
    hardware = torch.cuda.get_device_name() if setting.device == 'cuda' else _processor()
    return (
        f'{hardware}, threads {setting.threads}, rounds {setting.rounds}, {setting.clock} time, '
        f'seed {SEED}, torch {torch.__version__}, mmwsdepth {__version__}, '
        f'{datetime.now(UTC).date().isoformat()}'
    )


def _processor() -> str:
    info = Path('/proc/cpuinfo')
    match = re.search(r'model name\s*:\s*(.+)', info.read_text()) if info.is_file() else None
    return match[1] if match else platform.processor()


def _cell(value: object) -> str:
    if value is None:
        return ''
    if isinstance(value, Ratio):
        spread = '' if value.low == value.high else f' ({value.low:.3g} to {value.high:.3g})'
        return f'{value.value:.3g}{spread}'
    if isinstance(value, float):
        return f'{value:,.0f}' if abs(value) >= 100 else f'{value:.3g}'
    return str(value)
