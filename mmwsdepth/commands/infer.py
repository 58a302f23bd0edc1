"""Estimate the depth of images, videos or a camera."""

import argparse
import os
from collections.abc import Sequence

from mmwsdepth.renamed import current_name

from .options import DEPTHS, SIZE, add_cfg_options, add_focal_length, student_options

KINDS = ('png', 'npy', 'exr', 'color', 'ply')
INFERENCE_OPTIONS = ('mode', 'tile', 'flip', 'scale_by_focal_length')


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = student_options('infer', 'Estimate the depth of images, videos or a camera.')
    parser.add_argument(
        'inputs', nargs='+', help="image, folder, glob in quotes, video, or a camera's index"
    )
    add_cfg_options(parser)
    parser.add_argument('--out', default='predictions', help='folder to write to; %(default)s')
    parser.add_argument(
        '--write',
        nargs='+',
        type=current_name,
        choices=KINDS,
        default=['png', 'color'],
        help='png: 16-bit millimeters; npy, exr: float32 meters; color: with a bar in meters; '
        'ply: colored point cloud; default png color',
    )
    parser.add_argument(
        '--sensor-depth',
        metavar='PATH',
        help='coarse depth of the same images, which gives the meters: a folder with files of the '
        "images' names, or one image's file",
    )
    parser.add_argument(
        '--depth-scale',
        type=float,
        help="meters per unit of --sensor-depth; default as in the checkpoint's config",
    )
    parser.add_argument(
        '--depth-range',
        **DEPTHS,
        help='nearest and farthest valid sensor depth in meters; default likewise',
    )
    parser.add_argument('--batch-size', type=int, default=1, help='images of one size at once')
    parser.add_argument('--mode', choices=['whole', 'slide'], help='slide: tiles, for large images')
    parser.add_argument('--tile', **SIZE, help='size of the tiles of --mode slide')
    parser.add_argument('--flip', action='store_true', help='mean with the mirror image')
    add_focal_length(parser)
    parser.add_argument(
        '--color-range',
        **DEPTHS,
        help='meters at the ends of the colors, the same for all pictures; default each its own',
    )
    parser.add_argument('--every', type=int, default=1, help='take every n-th frame of a video')
    parser.add_argument('--max-frames', type=int, help='maximum frames per video or camera')
    return parser.parse_args(arguments)


def run(args: argparse.Namespace) -> None:
    """Estimate, write, and say how many; Ctrl-C ends a camera.

    Raises:
        ValueError: Options contradict each other, or not one file was good.
    """
    from mmwsdepth.apis import DepthInferencer, load_config
    from mmwsdepth.apis.outputs import DepthWriter

    if args.cfg_options and not args.config:
        raise ValueError('--cfg-options overrides --config, which is not given: give both')
    if args.tile and args.mode != 'slide':
        raise ValueError('--tile goes with --mode slide, which is not given: give both')
    os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')  # lost frames are counted instead
    if args.sensor_depth is None and (args.depth_scale or args.depth_range):
        raise ValueError(
            '--depth-scale and --depth-range read --sensor-depth, which is not given: give it too'
        )
    limits = tuple(args.color_range) if args.color_range else None
    writer = DepthWriter(args.out, args.write, args.focal_length, limits)
    options = vars(args)
    inferencer = DepthInferencer(
        load_config(args.config, options=args.cfg_options) if args.config else None,
        args.checkpoint,
        args.device,
        {name: options[name] for name in INFERENCE_OPTIONS if options[name]},
        focal_length=args.focal_length,
    )
    try:
        for _ in inferencer.stream(
            args.inputs,
            args.batch_size,
            writer,
            args.every,
            args.max_frames,
            args.sensor_depth,
            args.depth_scale,
            args.depth_range,
        ):
            pass
    except KeyboardInterrupt:
        pass
    rejected = inferencer.rejected
    if rejected and not writer.written:
        raise ValueError(f'none of {len(rejected)} files is good, the first one: {rejected[0]}')
    complaints = f', {len(rejected)} complaints' if rejected else ''
    print(f'{writer.written} estimates in {args.out}{complaints}')
