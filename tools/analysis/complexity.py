"""Count parameters and operations: `python tools/analysis/complexity.py CONFIG`."""

import argparse

from mmengine.config import DictAction

from mmwsdepth.apis import load_config
from mmwsdepth.diagnosis import count_branches
from mmwsdepth.errors import one_sentence_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Count the parameters of each branch, and the multiply-accumulates of its '
        'convolutions, matrix products and attention, forward, for one image.'
    )
    parser.add_argument('config', help='config file, or mmwsdepth::NAME.py')
    parser.add_argument(
        '--shape', type=int, nargs=2, metavar=('H', 'W'), default=(480, 640), help='of the image'
    )
    parser.add_argument(
        '--ratio', type=float, default=4.0, help="pixels of color per sensor's pixel and side"
    )
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='override config keys: KEY=VALUE ...'
    )
    args = parser.parse_args()
    if min(args.shape) < 1:
        parser.error('--shape needs two numbers of at least 1')
    return args


def main() -> None:
    """Count, and print a table."""
    args = parse_args()
    cfg = load_config(args.config, options=args.cfg_options)
    branches = count_branches(cfg, tuple(args.shape), args.ratio)
    print(f'{"branch":16}{"input":>12}{"parameters":>14}{"GMACs":>10}')
    for branch in branches:
        size = f'{branch.size[0]}x{branch.size[1]}'
        counts = f'{branch.parameters / 1e6:>12.2f} M{branch.macs / 1e9:>10.2f}'
        print(f'{branch.name:16}{size:>12}{counts}')
    total = sum(branch.macs for branch in branches) / 1e9
    print(f'{"all of them, forward":42}{total:>10.2f}')


if __name__ == '__main__':
    with one_sentence_errors():
        main()
