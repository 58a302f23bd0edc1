"""Write a student for other programs."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import DictAction

FORMATS = ('onnx', 'torchscript', 'torch-export')


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(
        'mmwsdepth export',
        description='Write a student for other programs: RGB from 0 to 255, (N, 3, H, W) float, to '
        'meters, (N, 1, H, W), at any size.',
    )
    parser.add_argument('config', help='config file, or mmwsdepth::NAME.py')
    parser.add_argument('checkpoint', help='a training checkpoint or student.pth')
    parser.add_argument('--to', choices=FORMATS, required=True)
    parser.add_argument('--out', type=Path, help="file to write; default the checkpoint's name")
    parser.add_argument('--opset', type=int, help="version of ONNX's operators")
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='override config keys: KEY=VALUE ...'
    )
    args = parser.parse_args(arguments)
    if args.opset is not None and args.to != 'onnx':
        parser.error('--opset goes with --to onnx')
    return args


def run(args: argparse.Namespace) -> None:
    """Export, read the file back and compare."""
    from mmwsdepth.apis import load_config
    from mmwsdepth.apis.export import export_checked

    cfg = load_config(args.config, options=args.cfg_options)
    print(export_checked(cfg, args.config, args.checkpoint, args.to, args.out, args.opset))
