"""Draw what the network really sees: `python tools/browse_dataset.py CONFIG`."""

import argparse
from pathlib import Path

from mmengine.config import DictAction
from rich.progress import track

from mmwsdepth.apis import load_config, one_sentence_errors
from mmwsdepth.diagnosis import visible_samples
from mmwsdepth.visualization import draw_sample_panels


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Draw samples as the network sees them: after the pipeline and the '
        'preprocessor, with depth on its own grid over the color.'
    )
    parser.add_argument('config', help='config file, or mmwsdepth::NAME.py')
    parser.add_argument('--split', choices=['train', 'val', 'test'], default='train')
    parser.add_argument('--num', type=int, default=8, help='samples, spread over the data set')
    parser.add_argument('--seed', type=int, default=0, help='of the augmentation')
    parser.add_argument('--out', type=Path, help='folder; default work_dirs/CONFIG/browse/SPLIT')
    parser.add_argument('--data-root', help='folder of the data, instead of what the config says')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='override config keys: KEY=VALUE ...'
    )
    args = parser.parse_args()
    if args.num < 1:
        parser.error('--num must be at least 1')
    return args


def main() -> None:
    """Draw."""
    args = parse_args()
    cfg = load_config(args.config, options=args.cfg_options, data_root=args.data_root)
    out = args.out or Path(cfg.work_dir) / 'browse' / args.split
    out.mkdir(parents=True, exist_ok=True)
    samples = visible_samples(cfg, args.split, args.num, args.seed)
    for number, seen in enumerate(track(samples, 'Drawing', args.num)):
        title = f'{args.split}: {seen.name}'
        figure = draw_sample_panels(seen.image, seen.sensor, seen.hr, title)
        figure.savefig(out / f'{number:03d}_{seen.name.replace("/", "_")}.png')
    print(f'pictures are in {out}')


if __name__ == '__main__':
    with one_sentence_errors():
        main()
