"""Evaluate a checkpoint: `python tools/test.py CONFIG CHECKPOINT`."""

import argparse
import os

from mmengine.config import DictAction

from mmwsdepth.apis import build_runner, load_config, one_sentence_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description='Evaluate a checkpoint.')
    parser.add_argument('config', help='config file, or mmwsdepth::NAME.py')
    parser.add_argument('checkpoint', help='a training checkpoint or student.pth')
    parser.add_argument('--work-dir', help='where to write; default work_dirs/CONFIG')
    parser.add_argument('--out', help='folder for predictions: 16-bit PNG in millimetres')
    parser.add_argument('--show-dir', help='folder for pictures')
    parser.add_argument(
        '--show-max', type=int, default=1_000_000, help='at most so many pictures; default all'
    )
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='override config keys: KEY=VALUE ...'
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def main() -> None:
    """Evaluate."""
    args = parse_args()
    cfg = load_config(args.config, args.work_dir, args.cfg_options)
    cfg.load_from = args.checkpoint
    if args.show_dir:
        cfg.default_hooks.visualization.update(show_dir=args.show_dir, max_images=args.show_max)
    if args.out:
        cfg.default_hooks.predictions = dict(type='mmwsdepth.SavePredictionsHook', out_dir=args.out)
    build_runner(cfg, args.launcher).test()


if __name__ == '__main__':
    with one_sentence_errors():
        main()
