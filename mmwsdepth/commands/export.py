"""Export a trained model to ONNX, TorchScript or torch.export."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from .options import CHECKPOINT, CONFIG, SIZE, add_cfg_options

NAMES = ('onnx', 'torchscript', 'torch-export')


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(
        'mmwsdepth export',
        description='Export a trained model: RGB from 0 to 255, (N, 3, H, W) float, to '
        'meters, (N, 1, H, W), at any size.',
    )
    parser.add_argument('config', help=CONFIG)
    parser.add_argument('checkpoint', help=CHECKPOINT)
    parser.add_argument('--to', choices=NAMES, required=True)
    parser.add_argument('--out', type=Path, help="file to write; default the checkpoint's name")
    parser.add_argument(
        '--size',
        **SIZE,
        help="of your camera's images, for their aspect; default that of the training images",
    )
    parser.add_argument('--opset', type=int, help="version of ONNX's operators")
    add_cfg_options(parser)
    args = parser.parse_args(arguments)
    if args.opset is not None and args.to != 'onnx':
        parser.error('--opset goes with --to onnx')
    return args


def run(args: argparse.Namespace) -> None:
    """Export, and say how far the file's depth is from PyTorch's."""
    from mmwsdepth.apis import load_config
    from mmwsdepth.apis.export import FORMATS, check_exportable, check_sizes, export_checked
    from mmwsdepth.apis.exportable import build_exportable
    from mmwsdepth.datasets.write_whole import keep_inputs, make_writable

    path = args.out or Path(args.checkpoint).with_suffix(FORMATS[args.to].suffix)
    keep_inputs(path, [args.checkpoint, args.config])
    cfg = load_config(args.config, options=args.cfg_options)
    model = build_exportable(cfg, args.checkpoint, args.size and tuple(args.size))
    check_exportable(model, args.to)
    make_writable(path.parent)
    difference = export_checked(model, path, args.to, args.opset)
    sizes = ', '.join('x'.join(map(str, size)) for size in check_sizes(model))
    print(f'{path}: at most {difference:.1e} from PyTorch, relative, at NxHxW of {sizes}')
