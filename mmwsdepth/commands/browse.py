"""Draw what the network sees."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from .options import CONFIG, add_overrides


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(
        'mmwsdepth browse',
        description='Draw samples as the network sees them: after the pipeline, with depth on its '
        'own grid over the color.',
    )
    parser.add_argument('config', help=CONFIG)
    parser.add_argument('--split', choices=['train', 'val', 'test'], default='train')
    parser.add_argument('--num', type=int, default=8, help='samples, spread over the data set')
    parser.add_argument('--seed', type=int, default=0, help='of the augmentation')
    parser.add_argument('--out', type=Path, help='folder; default work_dirs/CONFIG/browse/SPLIT')
    add_overrides(parser)
    args = parser.parse_args(arguments)
    if args.num < 1:
        parser.error('--num must be at least 1')
    return args


def run(args: argparse.Namespace) -> None:
    """Draw."""
    from rich.progress import track

    from mmwsdepth.apis import load_config
    from mmwsdepth.diagnosis import visible_samples
    from mmwsdepth.visualization import draw_sample_panels

    cfg = load_config(args.config, options=args.cfg_options, data_root=args.data_root)
    out = args.out or Path(cfg.work_dir) / 'browse' / args.split
    out.mkdir(parents=True, exist_ok=True)
    samples = visible_samples(cfg, args.split, args.num, args.seed)
    for number, sample in enumerate(track(samples, 'Drawing', args.num)):
        title = f'{args.split}: {sample.name}'
        figure = draw_sample_panels(sample.image, sample.sensor, sample.hr, title)
        figure.savefig(out / f'{number:03d}_{sample.name.replace("/", "_")}.png')
    print(f'pictures are in {out}')
