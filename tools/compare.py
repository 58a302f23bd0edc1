"""Compare training variants: `python tools/compare.py SUITE --work-dir D`."""

import argparse
from pathlib import Path

from mmwsdepth.comparison import (
    collect,
    draw_figures,
    load_suite,
    results_table,
    run_suite,
    write_results,
)
from mmwsdepth.errors import one_sentence_errors

COLUMNS = (
    'abs_rel', 'rmse', 'd1', 'boundary_f1', 'edge_abs_rel', 'dbe_acc', 'dbe_comp', 'soft_edge',
)  # fmt: skip
DRAWN = ('abs_rel', 'rmse', 'boundary_f1', 'edge_abs_rel')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description='Train, test and compare the variants of a suite.')
    parser.add_argument('suite', help='config with `variants`, e.g. configs/compare/rooms.py')
    parser.add_argument('--work-dir', required=True, help='folder to write to; keeps finished runs')
    parser.add_argument('--data-root', help='folder of the data, for every data set of the suite')
    parser.add_argument('--seeds', type=int, default=2, help='number of seeds')
    parser.add_argument('--jobs', type=int, default=2, help='runs at a time')
    parser.add_argument('--only', nargs='+', help='names of variants to show; default all')
    args = parser.parse_args()
    for name in ('seeds', 'jobs'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} is {getattr(args, name)}: give at least 1')
    return args


def main() -> None:
    """Compare."""
    args = parse_args()
    folder = Path(args.work_dir)
    variants = load_suite(args.suite, args.only, args.data_root)
    runs = run_suite(variants, folder, Path(__file__).parent, args.seeds, args.jobs)
    shown = args.only or [variant.name for variant in variants]
    results = [result for result in collect(runs) if result.name in shown]
    if not results:
        raise SystemExit(f'error: no run in {folder} is complete: see the log.txt of each')
    runs = [run for run in runs if run.variant.name in shown]
    write_results(results, COLUMNS, folder)
    draw_figures(results, runs, DRAWN, folder)
    print(results_table(results, COLUMNS))


if __name__ == '__main__':
    with one_sentence_errors():
        main()
