import datetime

import torch
from benchmarks.report import Table, environment_line, to_markdown
from benchmarks.timing import Ratio

from mmwsdepth.version import __version__


def test_numbers_have_three_digits_and_ratios_their_spread() -> None:
    rows = [
        {'name': 'ours', 'ms': 1234.5, 'ratio': Ratio(0.51234, 0.5, 0.52)},
        {'name': 'theirs', 'ms': 0.012345, 'ratio': Ratio(1.0, 1.0, 1.0), 'more': None},
    ]
    assert to_markdown(Table('cases', rows)).splitlines() == [
        '### cases',
        '',
        '| name | ms | ratio | more |',
        '|---|---|---|---|',
        '| ours | 1,234 | 0.512 (0.5 to 0.52) |  |',
        '| theirs | 0.0123 | 1 |  |',
    ]


def test_the_environment_says_what_was_measured_with(setting) -> None:
    line = environment_line(setting)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    for part in (torch.__version__, f'mmwsdepth {__version__}', 'threads 1', 'rounds 2', today):
        assert part in line
