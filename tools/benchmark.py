"""Measure what things cost: `python tools/benchmark.py NAME [--size HxW ...]`."""

import argparse

import torch
from benchmarks import affinity, dataload, export, infer, students, train_step
from benchmarks.report import environment_line, to_markdown
from benchmarks.setting import Setting, add_setting

from mmwsdepth.apis import one_sentence_errors

BENCHMARKS = dict(
    affinity=affinity,
    train_step=train_step,
    students=students,
    infer=infer,
    dataload=dataload,
    export=export,
)


def parse_args() -> tuple[str, Setting, dict[str, object]]:
    """Read the command line: name, setting, and the benchmark's own options."""
    parser = argparse.ArgumentParser(
        description='Measure what things cost beside their references, in turns, in one process.'
    )
    commands = parser.add_subparsers(dest='name', required=True, metavar='NAME')
    for name, benchmark in BENCHMARKS.items():
        command = commands.add_parser(name, help=benchmark.__doc__)
        add_setting(command)
        benchmark.add_options(command)
    options = vars(parser.parse_args())
    setting = Setting(**{field: options.pop(field) for field in Setting._fields})
    if setting.device == 'cuda' and not torch.cuda.is_available():
        parser.error('--device cuda, yet PyTorch sees no CUDA device: take --device cpu')
    if setting.device == 'cuda' and setting.clock == 'processor':
        parser.error('--clock processor does not see the CUDA device: take --clock wall')
    return options.pop('name'), setting, options


def main() -> None:
    """Measure, and print tables."""
    name, setting, options = parse_args()
    setting.apply()
    tables = BENCHMARKS[name].run(setting, **options)
    print('\n\n'.join([*map(to_markdown, tables), environment_line(setting)]))


if __name__ == '__main__':
    with one_sentence_errors():
        main()
