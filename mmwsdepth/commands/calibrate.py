"""Adapt a trained model to another camera by one factor, from a few pairs."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from .options import DEPTHS, add_focal_length, student_options


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = student_options(
        'calibrate', 'Adapt a trained model to another camera by one factor, from a few pairs.'
    )
    parser.add_argument(
        'data', type=Path, help='folder with images/ and annotations/, a few pairs of the camera'
    )
    parser.add_argument(
        '--out', type=Path, help='checkpoint to write; default beside, NAME_calibrated.pth'
    )
    parser.add_argument(
        '--depth-scale', type=float, default=0.001, help='meters per unit of depth; %(default)s'
    )
    parser.add_argument(
        '--depth-range',
        **DEPTHS,
        default=(0.1, 10.0),
        help='meters that the sensor can measure; default 0.1 10',
    )
    add_focal_length(parser)
    return parser.parse_args(arguments)


def run(args: argparse.Namespace) -> None:
    """Find the factor, say what it is worth, and write it where it helps.

    Raises:
        ValueError: An option is invalid, or there are too few good pairs.
        OSError: The checkpoint cannot be written.
    """
    from mmwsdepth.apis import DepthInferencer
    from mmwsdepth.apis.calibrate import calibrate, measure_pairs, write_calibrated
    from mmwsdepth.datasets.write_whole import keep_inputs

    name = Path(args.checkpoint.rpartition('/')[2] if '://' in args.checkpoint else args.checkpoint)
    out = args.out or name.with_name(f'{name.stem}_calibrated.pth')
    keep_inputs(out, [args.checkpoint])
    near, far = args.depth_range
    if not 0 < near < far or not args.depth_scale > 0:
        raise ValueError(
            f'depth_scale is {args.depth_scale:g}, the range {near:g} to {far:g} m: give positive '
            'numbers, near before far'
        )
    test_cfg = dict(scale_by_focal_length=True) if args.scale_by_focal_length else {}
    inferencer = DepthInferencer(
        args.config, args.checkpoint, args.device, test_cfg, focal_length=args.focal_length
    )
    pairs, complaints = measure_pairs(inferencer, args.data, args.depth_scale, (near, far))
    if complaints:
        print(f'left out {len(complaints)} bad pairs, the first one: {complaints[0]}')
    found = calibrate(pairs)
    print(
        f'factor {found.factor:.4f} from {found.num_pairs} pairs; abs_rel of pairs held out: '
        f'{found.error_before:.4f} without, {found.error_after:.4f} with it'
    )
    if not found.helps:
        print('nothing written, since the error does not fall')
        return
    factor = found.factor * inferencer.model.inference.depth_factor
    write_calibrated(args.checkpoint, out, test_cfg | dict(depth_factor=factor))
    print(f'written: {out}')
