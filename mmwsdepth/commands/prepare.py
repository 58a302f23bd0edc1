"""Bring data into the package's layout.

Its options come from the converters, which are imported first.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmwsdepth.datasets.converters import SOURCES, Report, Style, convert
from mmwsdepth.datasets.orientations import ORIENTATIONS

OPTIONS: dict[str, dict[str, Any]] = {
    'splits': dict(type=Path, help='the official splits.mat; default the one beside the .mat'),
    'raw': dict(type=Path, help="folder of KITTI's raw data, that has the dates; default SRC"),
    'train_list': dict(type=Path, help="the Eigen split's training list, as BTS has it"),
    'test_list': dict(type=Path, help="the Eigen split's test list, as BTS has it"),
    'min_confidence': dict(
        type=int,
        choices=(0, 1, 2),
        default=1,
        help='least confidence of depth that is kept: 0 all, 1 medium, 2 high; default 1',
    ),
    'test_share': dict(
        type=float,
        default=0.1,
        help="share of each recording's frames, from its end, for testing; 0 for no split; "
        'default 0.1',
    ),
    'images': dict(default='images', help='folder of color images in SRC; default images'),
    'depths': dict(default='depths', help='folder of depth in SRC; default depths'),
    'hr_depths': dict(help='folder of better depth of the same views in SRC'),
    'depth_suffix': dict(default='', help="what depth files' names have in addition, e.g. _depth"),
    'unit': dict(type=float, default=0.001, help='meters per unit of the files; default 0.001'),
    'orient_depth': dict(
        choices=tuple(ORIENTATIONS),
        help="turn or mirror the sensor's depth alone, so that it lies as its image; degrees "
        'are clockwise; doctor.py says which',
    ),
}


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(
        'mmwsdepth prepare',
        description="Bring data into the package's layout: images/SPLIT/NAME.jpg beside 16-bit "
        'annotations/SPLIT/NAME.png, and manifest.json. A run that was stopped goes on.',
    )
    commands = parser.add_subparsers(dest='source', metavar='SOURCE', required=True)
    for name, source in SOURCES.items():
        command = commands.add_parser(name, help=source.title, description=source.title)
        command.add_argument('src', type=Path, metavar='SRC', help='the data as it is')
        command.add_argument('dst', type=Path, metavar='DST', help='folder to write')
        command.add_argument('--jobs', type=int, default=2, help='pairs at a time; default 2')
        command.add_argument(
            '--every', type=int, default=1, help='keep every n-th pair; default all'
        )
        command.add_argument(
            '--lossless', action='store_true', help='write color as PNG unless the source is JPEG'
        )
        command.add_argument(
            '--rotate', type=int, choices=(0, 90, 180, 270), default=0, help='degrees clockwise'
        )
        command.add_argument(
            '--depth-scale',
            type=float,
            default=source.depth_scale,
            help=f'meters per unit of the depth written; default {source.depth_scale:g}',
        )
        for option in source.options:
            command.add_argument(f'--{option.replace("_", "-")}', **OPTIONS[option])
    return parser.parse_args(arguments)


def summary(report: Report, dst: Path, depth_scale: float) -> str:
    """Say what was done, what was left out, and what a config must have."""
    total, splits = sum(report.num.values()), [s for s in report.num if s]
    parts = ', '.join(f'{count} {split}' for split, count in sorted(report.num.items()) if split)
    lines = [f'{total} pairs are in {dst}' + (f' ({parts})' if parts else '')]
    if report.written < total:
        lines[0] += f', {total - report.written} of them from an earlier run'
    rejected = sum(report.rejected.values())
    if rejected:
        lines.append(f'left out {rejected}:')
        lines += [
            f'  {count} x {reason}, first: {report.examples[reason]}'
            for reason, count in report.rejected.items()
        ]
    folder = '/train, /test, ...' if splits else ''
    lines.append(f'in the config: data_root={str(dst)!r}, depth_scale={depth_scale!r}')
    if report.has_hr:
        lines.append(f"and in data_prefix: hr_depth_map_path='annotations_hr{folder}'")
    return '\n'.join(lines)


def run(args: argparse.Namespace) -> None:
    """Convert and say what was done."""
    options = {name: getattr(args, name) for name in SOURCES[args.source].options}
    style = Style(args.depth_scale, args.lossless, args.rotate // 90)
    report = convert(args.source, args.src, args.dst, options, style, args.jobs, args.every)
    print(summary(report, args.dst, args.depth_scale))
