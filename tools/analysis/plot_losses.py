"""Draw losses and learning rate: `python tools/analysis/plot_losses.py WORK_DIR ...`."""

import argparse
from pathlib import Path

from mmwsdepth.errors import one_sentence_errors
from mmwsdepth.visualization.loss_curves import draw_loss_curves, loss_names, read_scalars


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description='Draw losses and learning rate of runs.')
    parser.add_argument('work_dirs', nargs='+', help='the --work-dir of one or more trainings')
    parser.add_argument('--keys', nargs='+', help='what to draw; default all losses and lr')
    parser.add_argument('--out', type=Path, help='picture; default WORK_DIR/losses.png')
    return parser.parse_args()


def main() -> None:
    """Draw."""
    args = parse_args()
    runs = {work_dir: read_scalars(work_dir) for work_dir in args.work_dirs}
    out = args.out or Path(args.work_dirs[0]) / 'losses.png'
    figure = draw_loss_curves(runs, args.keys or loss_names(runs))
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out)
    print(out)


if __name__ == '__main__':
    with one_sentence_errors():
        main()
