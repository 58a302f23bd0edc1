"""Tell what is wrong with an installation and with data: `python tools/doctor.py [CONFIG|FOLDER]`.

Exit status: 0 healthy, 1 problems found, 2 wrong usage.
"""

import argparse
import os
import sys
from pathlib import Path

try:
    import mmwsdepth  # noqa: F401
except ImportError as broken_stack:
    raise SystemExit(f'PROBLEM {broken_stack}') from None

from mmengine.config import DictAction

from mmwsdepth.apis import load_config, one_sentence_errors
from mmwsdepth.diagnosis import (
    DataFolder,
    environment_findings,
    environment_title,
    folder_section,
    folders_below,
    folders_of_config,
    has_problem,
    render,
)


def parse_args() -> tuple[argparse.Namespace, list[DataFolder]]:
    """Read the command line, and where the data lies."""
    parser = argparse.ArgumentParser(
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
    folder.add_argument('--depth-range', type=float, nargs=2, metavar=('NEAR', 'FAR'))
    config = parser.add_argument_group('with a config')
    config.add_argument('--data-root', help='folder of the data, instead of what the config says')
    config.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='override config keys: KEY=VALUE ...'
    )
    args = parser.parse_args()
    for name in ('num', 'jobs'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} must be at least 1')
    of_folder = {
        name: value
        for name, value in (('depth_scale', args.depth_scale), ('depth_range', args.depth_range))
        if value is not None
    }
    is_folder = args.target is not None and Path(args.target).is_dir()
    if of_folder and not is_folder:
        parser.error('--depth-scale and --depth-range go with a folder')
    if (args.data_root or args.cfg_options) and (is_folder or args.target is None):
        parser.error('--data-root and --cfg-options go with a config')
    if args.target is None:
        return args, []
    try:
        if is_folder:
            return args, folders_below(Path(args.target), **of_folder)
        cfg = load_config(args.target, options=args.cfg_options, data_root=args.data_root)
        return args, folders_of_config(cfg)
    except FileNotFoundError as error:
        parser.error(str(error))


def main() -> int:
    """Look, and print one screen."""
    sys.stdout.reconfigure(errors='backslashreplace')
    args, folders = parse_args()
    sections = [(environment_title(), environment_findings())]
    sections += [
        folder_section(folder, args.num, args.jobs, name_at_most=None if args.all else 3)
        for folder in folders
    ]
    print(render(sections))
    return int(has_problem(sections))


if __name__ == '__main__':
    with one_sentence_errors():
        raise SystemExit(main())
