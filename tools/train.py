"""Train a model: `python tools/train.py CONFIG`."""

import argparse
import os

from mmengine.config import DictAction

from mmwsdepth.apis import build_runner, load_config, one_sentence_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description='Train a model.')
    parser.add_argument('config', help='config file, or mmwsdepth::NAME.py')
    parser.add_argument('--work-dir', help='where to write; default work_dirs/CONFIG')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help="go on from this checkpoint, or without a value from the work directory's last",
    )
    parser.add_argument('--amp', action='store_true', help='mixed precision (needs CUDA)')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='override config keys: KEY=VALUE ...'
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def main() -> None:
    """Train."""
    args = parse_args()
    cfg = load_config(args.config, args.work_dir, args.cfg_options)
    if args.amp:
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    if args.resume:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    build_runner(cfg, args.launcher).train()


if __name__ == '__main__':
    with one_sentence_errors():
        main()
