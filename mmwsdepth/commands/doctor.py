"""Tell what is wrong with an installation and with data.

Exit status: 0 healthy, 1 problems found, 2 wrong usage.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .options import DEPTHS, add_overrides


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(
        'mmwsdepth doctor',
        description='Tell what is wrong with an installation and with data.',
        epilog='Exit status: 0 healthy, 1 problems found, 2 wrong usage.',
    )
    parser.add_argument(
        'target',
        nargs='?',
        help='a config, for its data sets, or a folder with images beside annotations; by default '
        'only the installation is looked at',
    )
    parser.add_argument('--num', type=int, default=50, help='pairs to decode at most, per data set')
    parser.add_argument('--jobs', type=int, default=os.cpu_count(), help='threads')
    parser.add_argument('--all', action='store_true', help='name every bad file')
    folder = parser.add_argument_group('with a folder')
    folder.add_argument('--depth-scale', type=float, help='meters per unit of the depth files')
    folder.add_argument('--depth-range', **DEPTHS)
    config = parser.add_argument_group('with a config')
    add_overrides(config)
    args = parser.parse_args(arguments)
    for name in ('num', 'jobs'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} must be at least 1')
    is_folder = args.target is not None and Path(args.target).is_dir()
    if not is_folder and not (args.depth_scale is None and args.depth_range is None):
        parser.error('--depth-scale and --depth-range go with a folder')
    if (args.data_root or args.cfg_options) and (is_folder or args.target is None):
        parser.error('--data-root and --cfg-options go with a config')
    return args


def run(args: argparse.Namespace) -> int:
    """Inspect, and print one screen."""
    from mmwsdepth.diagnosis import (
        environment_findings,
        environment_title,
        folder_section,
        has_problem,
        render,
    )

    try:
        folders = _folders(args)
    except FileNotFoundError as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    sections = [(environment_title(), environment_findings())]
    sections += [
        folder_section(folder, args.num, args.jobs, name_at_most=None if args.all else 3)
        for folder in folders
    ]
    print(render(sections))
    return int(has_problem(sections))


def _folders(args: argparse.Namespace) -> list:
    from mmwsdepth.apis import load_config
    from mmwsdepth.diagnosis import folders_below, folders_of_config

    if args.target is None:
        return []
    if not Path(args.target).is_dir():
        cfg = load_config(args.target, options=args.cfg_options, data_root=args.data_root)
        return folders_of_config(cfg)
    given = dict(depth_scale=args.depth_scale, depth_range=args.depth_range)
    stated = {name: value for name, value in given.items() if value is not None}
    return folders_below(Path(args.target), **stated)
