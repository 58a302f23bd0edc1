"""Train a model."""

import argparse
from collections.abc import Sequence

from .options import runner_options


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = runner_options('train', 'Train a model.')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help="go on from this checkpoint, or without a value from the work directory's last",
    )
    parser.add_argument('--amp', action='store_true', help='mixed precision (needs CUDA)')
    return parser.parse_args(arguments)


def run(args: argparse.Namespace) -> None:
    """Train."""
    from mmwsdepth.apis import build_runner, load_config
    from mmwsdepth.apis.work_dir import locked, resume_from, writing_to

    cfg = load_config(args.config, args.work_dir, args.cfg_options, args.data_root)
    if args.amp:
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    with writing_to(cfg.work_dir):
        resume_from(cfg, args.resume)
        runner = build_runner(cfg, args.launcher)
        with locked(cfg.work_dir):
            runner.train()
