"""Estimate the depth of images, videos or a camera."""

import argparse
import os
from collections.abc import Sequence

from mmengine.config import DictAction

from mmwsdepth.renamed import current_name

KINDS = ('png', 'npy', 'exr', 'color', 'ply')


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(
        'mmwsdepth infer', description='Estimate the depth of images, videos or a camera.'
    )
    parser.add_argument('checkpoint', help='student.pth or a training checkpoint; file or URL')
    parser.add_argument(
        'inputs', nargs='+', help="image, folder, glob in quotes, video, or a camera's index"
    )
    parser.add_argument(
        '--config', help='config file or mmwsdepth::NAME.py; default what the checkpoint carries'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help="override --config's keys: KEY=VALUE ...",
    )
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
        type=float,
        nargs=2,
        metavar=('NEAR', 'FAR'),
        help='nearest and farthest valid sensor depth in meters; default likewise',
    )
    parser.add_argument('--batch-size', type=int, default=1, help='images of one size at once')
    parser.add_argument('--mode', choices=['whole', 'slide'], help='slide: tiles, for large images')
    parser.add_argument(
        '--tile', type=int, nargs=2, metavar=('H', 'W'), help='size of the tiles of --mode slide'
    )
    parser.add_argument('--flip', action='store_true', help='mean with the mirror image')
    parser.add_argument(
        '--focal-length', type=float, help='in pixels; default from manifest.json or EXIF'
    )
    parser.add_argument(
        '--scale-by-focal-length',
        action='store_true',
        help="multiply depth by the camera's focal length over the training camera's",
    )
    parser.add_argument(
        '--color-range',
        type=float,
        nargs=2,
        metavar=('NEAR', 'FAR'),
        help='meters at the ends of the colors, the same for all pictures; default each its own',
    )
    parser.add_argument('--every', type=int, default=1, help='take every n-th frame of a video')
    parser.add_argument('--max-frames', type=int, help='maximum frames per video or camera')
    parser.add_argument('--device', help='such as cpu or cuda:0; default CUDA if available')
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
    test_cfg = dict(
        mode=args.mode,
        tile=args.tile,
        flip=args.flip or None,
        scale_by_focal_length=args.scale_by_focal_length or None,
    )
    inferencer = DepthInferencer(
        load_config(args.config, options=args.cfg_options) if args.config else None,
        args.checkpoint,
        args.device,
        {key: value for key, value in test_cfg.items() if value is not None},
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
