"""Evaluate a checkpoint."""

import argparse
from collections.abc import Sequence

from .options import CHECKPOINT, runner_options


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = runner_options('test', 'Evaluate a checkpoint.', needs_config=False)
    parser.add_argument('checkpoint', help=CHECKPOINT)
    parser.add_argument('--out', help='folder for predictions: 16-bit PNG in millimeters')
    parser.add_argument('--show-dir', help='folder for pictures')
    parser.add_argument(
        '--show-max', type=int, default=1_000_000, help='at most so many pictures; default all'
    )
    return parser.parse_intermixed_args(arguments)


def run(args: argparse.Namespace) -> None:
    """Evaluate."""
    from mmwsdepth.apis import build_runner, load_config
    from mmwsdepth.apis.checkpoint_config import config_to_test
    from mmwsdepth.apis.work_dir import writing_to

    config = args.config or config_to_test(args.checkpoint)
    cfg = load_config(config, args.work_dir, args.cfg_options, args.data_root)
    cfg.load_from, cfg.resume = args.checkpoint, False
    cfg.default_hooks.setdefault('trained_size', dict(type='mmwsdepth.TrainedSizeHook'))
    if args.show_dir:
        cfg.default_hooks.visualization = dict(
            type='mmwsdepth.DepthVisualizationHook',
            show_dir=args.show_dir,
            max_images=args.show_max,
        )
    if args.out:
        cfg.default_hooks.predictions = dict(type='mmwsdepth.SavePredictionsHook', out_dir=args.out)
    with writing_to(cfg.work_dir):
        build_runner(cfg, args.launcher).test()
