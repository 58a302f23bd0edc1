"""Render the rooms data set: color images with exact depth, no download needed."""

import argparse

from mmwsdepth.datasets.rooms import write_rooms
from mmwsdepth.errors import one_sentence_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('dst', help='folder of the data set; a run that was stopped is continued')
    parser.add_argument('--num-train', type=int, default=400, help='number of training rooms')
    parser.add_argument('--num-test', type=int, default=60, help='number of test rooms')
    parser.add_argument('--height', type=int, default=192, help='of the images in pixels')
    parser.add_argument('--width', type=int, default=256, help='of the images in pixels')
    parser.add_argument('--seed', type=int, default=0, help='the same seed gives the same rooms')
    parser.add_argument('--jobs', type=int, default=1, help='number of processes')
    return parser.parse_args()


def main() -> None:
    """Render what is missing and say where it is."""
    args = parse_args()
    write_rooms(
        args.dst,
        {'train': args.num_train, 'test': args.num_test},
        (args.height, args.width),
        args.seed,
        args.jobs,
    )
    print(f'{args.num_train} training and {args.num_test} test rooms are in {args.dst}')


if __name__ == '__main__':
    with one_sentence_errors():
        main()
