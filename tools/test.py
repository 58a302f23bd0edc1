"""Evaluate a checkpoint: `python tools/test.py CONFIG CHECKPOINT`."""

import argparse

from mmwsdepth.apis import build_runner, load_config, one_sentence_errors, runner_options


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = runner_options('Evaluate a checkpoint.')
    parser.add_argument('checkpoint', help='a training checkpoint or student.pth')
    parser.add_argument('--out', help='folder for predictions: 16-bit PNG in millimeters')
    parser.add_argument('--show-dir', help='folder for pictures')
    parser.add_argument(
        '--show-max', type=int, default=1_000_000, help='at most so many pictures; default all'
    )
    return parser.parse_args()


def main() -> None:
    """Evaluate."""
    args = parse_args()
    cfg = load_config(args.config, args.work_dir, args.cfg_options, args.data_root)
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
    build_runner(cfg, args.launcher).test()


if __name__ == '__main__':
    with one_sentence_errors():
        main()
