"""Train a model: `python tools/train.py CONFIG`."""

import argparse

from mmwsdepth.apis import build_runner, load_config, one_sentence_errors, runner_options
from mmwsdepth.apis.work_dir import locked, resume_from, writing_to


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = runner_options('Train a model.')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help="go on from this checkpoint, or without a value from the work directory's last",
    )
    parser.add_argument('--amp', action='store_true', help='mixed precision (needs CUDA)')
    return parser.parse_args()


def main() -> None:
    """Train."""
    args = parse_args()
    cfg = load_config(args.config, args.work_dir, args.cfg_options, args.data_root)
    if args.amp:
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    with writing_to(cfg.work_dir):
        resume_from(cfg, args.resume)
        runner = build_runner(cfg, args.launcher)
        with locked(cfg.work_dir):
            runner.train()


if __name__ == '__main__':
    with one_sentence_errors():
        main()
