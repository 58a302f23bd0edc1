"""Measure what the package costs, each thing beside its reference in the same run."""

from .environment import describe
from .report import Table, environment_line, to_markdown, write_json
from .setting import Setting
from .suites import SUITES, Suite

__all__ = [
    'SUITES',
    'Setting',
    'Suite',
    'Table',
    'describe',
    'environment_line',
    'to_markdown',
    'write_json',
]
