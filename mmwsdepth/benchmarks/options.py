"""The command line of `tools/benchmark.py`."""

import argparse
from pathlib import Path

import torch
from mmengine.config import DictAction

from .infer import MODES
from .setting import CLOCKS, Setting, Size
from .steps import OPTIONS
from .students import DEFAULT_CONFIG
from .suites import SUITES

_CONFIGS = {
    'train_step': DEFAULT_CONFIG,
    'scaling': DEFAULT_CONFIG,
    'infer': DEFAULT_CONFIG,
    'export': DEFAULT_CONFIG,
}


def benchmark_options() -> argparse.ArgumentParser:
    """Make a parser with a sub-command a suite; a suite's own options keep its own defaults."""
    parser = argparse.ArgumentParser(
        description='Measure what things cost beside their references, in turns, in one process.'
    )
    commands = parser.add_subparsers(dest='suite', required=True, metavar='SUITE')
    by_name = {
        name: commands.add_parser(name, help=suite.about, argument_default=argparse.SUPPRESS)
        for name, suite in SUITES.items()
    }
    for name, command in by_name.items():
        _add_common(command, name)
    for name, config in _CONFIGS.items():
        command = by_name[name]
        command.add_argument('--config', help=f'config of the method; default {config}')
        command.add_argument(
            '--cfg-options', nargs='+', action=DictAction, help='override config keys: KEY=VALUE'
        )
    for name in ('affinity', 'train_step', 'scaling', 'dataload'):
        by_name[name].add_argument('--batch', type=int, help='images in a batch')
    affinity, steps = by_name['affinity'], by_name['train_step']
    affinity.add_argument('--strides', type=int, nargs='+', help='of the features; 8 4 2')
    affinity.add_argument('--channels', type=int, nargs='+', help="student's; 64 128 256")
    steps.add_argument('--ratios', type=float, nargs='+', help='HR to LR side; 4 8')
    steps.add_argument('--options', nargs='*', choices=list(OPTIONS), help='ways to compute; all')
    _add_scaling(by_name['scaling'])
    by_name['evaluate'].add_argument('--images', type=int, nargs='+', help='of each size; 654 20')
    by_name['infer'].add_argument('--modes', nargs='+', choices=list(MODES), help='all by default')
    by_name['dataload'].add_argument('--data-root', help='NYU Depth v2; rendered rooms by default')
    by_name['dataload'].add_argument('--images', type=int, help='to load; 64')
    by_name['dataload'].add_argument('--workers', type=int, help='processes that load; 2')
    by_name['export'].add_argument('--checkpoint', help='trained weights; random by default')
    return parser


def _add_common(command: argparse.ArgumentParser, suite: str) -> None:
    usual = Setting(threads=torch.get_num_threads())
    command.add_argument(
        '--size',
        type=_size,
        nargs='+',
        default=SUITES[suite].size,
        metavar='HxW',
        help='of the images; ' + ' '.join(f'{h}x{w}' for h, w in SUITES[suite].size),
    )
    command.add_argument('--device', choices=['cpu', 'cuda'], default=usual.device)
    command.add_argument('--threads', type=int, default=usual.threads, help='of the processor')
    command.add_argument(
        '--rounds', type=int, default=usual.rounds, help='timed calls of each thing'
    )
    command.add_argument(
        '--clock',
        choices=list(CLOCKS),
        default=usual.clock,
        help='processor: what other jobs on the machine take is left out',
    )
    command.add_argument('--seed', type=int, default=usual.seed)
    command.add_argument(
        '--memory-limit',
        type=float,
        default=usual.memory_limit,
        metavar='GIB',
        help='leave out what takes more on the processor; %(default)s',
    )
    command.add_argument('--out', type=Path, default=None, help='JSON file to write')


def _add_scaling(command: argparse.ArgumentParser) -> None:
    command.add_argument('--batches', type=int, nargs='+', help='batches to compare; 1 2 4 8')
    command.add_argument('--ratio', type=float, help='HR to LR side unless compared; 4')
    command.add_argument('--ratios', type=float, nargs='+', help='ratios to compare; 2 4 8')
    command.add_argument('--processes', type=int, help='that share the work; 2')


def _size(text: str) -> Size:
    sides = text.split('x')
    if len(sides) != 2 or not all(side.isdigit() and int(side) > 0 for side in sides):
        raise argparse.ArgumentTypeError(f'{text!r} is not HxW in pixels, such as 480x640')
    return int(sides[0]), int(sides[1])
