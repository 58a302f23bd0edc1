"""Compare ways to a sensor's depth at the color image's size: `... CHECKPOINT IMAGES DEPTHS`."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.datasets.depth_io import read_color, read_depth
from mmwsdepth.datasets.pairing import pair_folders, validate_pairs
from mmwsdepth.errors import one_sentence_errors
from mmwsdepth.evaluation.crops import CROPS, crop_mask
from mmwsdepth.functional import (
    boundary_f1,
    depth_errors,
    discontinuity_error,
    downsample_depth,
    downsample_image,
    fuse_sensor_depth,
)
from mmwsdepth.functional.joint_bilateral import upsample_joint_bilateral
from mmwsdepth.functional.sensor_cells import fill_cells
from mmwsdepth.functional.sensor_fusion import COLOR
from mmwsdepth.functional.upsample import upsample_depth
from mmwsdepth.visualization.depth_panels import DEPTH_COLORS, PANEL_WIDTH, add_bar, show, size_of

SCORES = ('abs_rel', 'rmse', 'boundary_f1', 'edge_abs_rel')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Simulate a sensor from HR ground truth, bring its depth to the size of the '
        'color images in several ways, and print their errors.'
    )
    parser.add_argument('checkpoint', help='student.pth or a training checkpoint')
    parser.add_argument('images', type=Path, help='folder of color images')
    parser.add_argument('depths', type=Path, help='folder of HR ground truth, files of equal names')
    parser.add_argument('--ratios', type=float, nargs='+', default=[4, 8], help='default 4 8')
    parser.add_argument('--num', type=int, help='so many images, evenly spread; default all')
    parser.add_argument('--longest-side', type=int, help='shrink images to it for the network')
    parser.add_argument('--crop', choices=sorted(CROPS), help='score a crop, as a protocol does')
    parser.add_argument('--depth-scale', type=float, default=0.001, help='meters a unit; 0.001')
    parser.add_argument('--noise', type=float, default=0, help='standard deviation, of depth; 0')
    parser.add_argument('--drop', type=float, default=0, help='share of cells not measured; 0')
    parser.add_argument('--hole', type=float, default=0, help="side of a hole, of the image's; 0")
    parser.add_argument('--seed', type=int, default=0, help='of noise and drop; 0')
    parser.add_argument('--draw', type=Path, help='picture of an image at the last ratio')
    parser.add_argument('--draw-index', type=int, default=0, help='which one to draw; 0')
    args = parser.parse_args()
    if min(args.ratios) < 1 or (args.num or 1) < 1:
        parser.error('--ratios and --num have to be at least 1')
    if not 0 <= args.hole <= 0.9:
        parser.error('--hole has to be from 0 to 0.9')
    return args


def ways(prediction: Tensor, sensor: Tensor, image: Tensor) -> dict[str, Tensor]:
    """Bring depth to the image's size; what has no use for holes gets them filled from around."""
    size = (image.shape[-2], image.shape[-1])
    filled = fill_cells(sensor.clamp(min=1e-3).log(), (sensor > 0).float()).exp()
    pixels = torch.ones(len(image), *size).nonzero(as_tuple=True)
    guide = image / (COLOR * image.std())
    joint = upsample_joint_bilateral(filled, guide, pixels, torch.ones_like(filled))
    return {
        'prediction alone': prediction,
        'sensor, nearest': upsample_depth(filled, size, 'nearest'),
        'sensor, bilinear': upsample_depth(filled, size),
        'sensor, joint bilateral by color': joint.view(1, 1, *size),
        'sensor with color, without prediction': fuse_sensor_depth(
            torch.ones_like(prediction), sensor, image
        ),
        'prediction with sensor, without color': fuse_sensor_depth(prediction, sensor),
        'prediction with sensor': fuse_sensor_depth(prediction, sensor, image),
    }


def score(found: Tensor, truth: Tensor, valid: Tensor) -> list[float]:
    """Errors in the order of `SCORES`; NaN where the truth has no edge."""
    found = found.clamp(min=1e-3)
    errors = depth_errors(found, truth, valid)
    edges = (boundary_f1(found, truth, valid), discontinuity_error(found, truth, valid))
    return [errors['abs_rel'], errors['rmse'], *(np.nan if e is None else e for e in edges)]


def read_views(args: argparse.Namespace) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Give color, (1, 3, H, W), the prediction and the truth, (1, 1, H, W) in meters."""
    pairs, complaints = validate_pairs(pair_folders(args.images, args.depths)[0])
    if not pairs:
        raise SystemExit(f'error: {args.images}: no usable pair: {[*complaints, "no image"][0]}')
    inferencer = DepthInferencer(weights=args.checkpoint, show_progress=False)
    for pair in pairs[:: max(len(pairs) // (args.num or len(pairs)), 1)][: args.num]:
        color = torch.from_numpy(read_color(pair.image)).permute(2, 0, 1)[None].float()
        truth = torch.from_numpy(read_depth(pair.depth, args.depth_scale, (1e-3, 1e3)))[None, None]
        height, width = color.shape[-2:]
        shrink = min((args.longest_side or max(height, width)) / max(height, width), 1)
        small = downsample_image(color, (round(height * shrink), round(width * shrink)))
        seen = small[0].permute(1, 2, 0).round().byte().numpy()
        prediction = torch.from_numpy(inferencer(seen)['predictions'])[None, None]
        yield color, upsample_depth(prediction, (height, width)), truth


def draw(image: Tensor, maps: dict[str, Tensor]) -> Figure:
    """Draw color and maps in two rows."""
    columns, aspect = (len(maps) + 2) // 2, image.shape[-2] / image.shape[-1]
    figure = Figure(figsize=(PANEL_WIDTH * columns, 2 * PANEL_WIDTH * aspect + 1.2), dpi=120)
    axes = figure.subplots(2, columns, gridspec_kw=dict(wspace=0.04, hspace=0.14)).ravel()
    figure.subplots_adjust(left=0.01, right=0.99, top=0.95, bottom=0.18)
    color = image[0].flip(0).byte().permute(1, 2, 0).numpy()
    show(axes[0], color, f'color, {size_of(color)}')
    near, far = np.percentile(maps['ground truth'], (1, 99))
    for axis, (title, depth) in zip(axes[1:], maps.items(), strict=True):
        shown, style = depth[0, 0].numpy(), dict(cmap=DEPTH_COLORS, vmin=near, vmax=far)
        drawn = show(
            axis, np.where(shown > 0, shown, np.nan), f'{title}, {size_of(shown)}', **style
        )
    add_bar(figure, drawn, list(axes[columns:]), 'depth (m)')
    return figure


def main() -> None:
    """Compare, and print a table a ratio."""
    args = parse_args()
    generator = torch.Generator().manual_seed(args.seed)
    scores: dict[float, dict[str, list[list[float]]]] = {ratio: {} for ratio in args.ratios}
    for index, (image, prediction, truth) in enumerate(read_views(args)):
        height, width = truth.shape[-2:]
        valid = (truth[0, 0] > 0) & crop_mask((height, width), args.crop)
        for ratio, table in scores.items():
            sensor = downsample_depth(truth, (round(height / ratio), round(width / ratio)))
            sensor = sensor * (1 + args.noise * torch.randn(sensor.shape, generator=generator))
            sensor = sensor * (torch.rand(sensor.shape, generator=generator) >= args.drop)
            top, left = (round(side * (1 - args.hole) / 2) for side in sensor.shape[-2:])
            if args.hole:
                sensor[..., top:-top, left:-left] = 0
            found = ways(prediction, sensor, image)
            for way, depth in found.items():
                table.setdefault(way, []).append(score(depth[0, 0], truth[0, 0], valid))
        if args.draw and index == args.draw_index:
            drawn = ('sensor, bilinear', 'prediction alone', 'prediction with sensor')
            maps = dict(sensor=sensor, **{way: found[way] for way in drawn})
            picture = draw(image, maps | {'ground truth': truth})
            picture.savefig(args.draw, bbox_inches='tight', pad_inches=0.05)
    if args.draw and args.draw_index > index:
        raise SystemExit(f'error: --draw-index {args.draw_index}: give 0 to {index}')
    for ratio, table in scores.items():
        print(
            f'\n| ratio {ratio:g}, {index + 1} images | {" | ".join(SCORES)} |\n|---|' + 4 * '---:|'
        )
        for way, rows in table.items():
            means = np.nanmean(np.array(rows), 0)
            print(f'| {way} | ' + ' | '.join(f'{mean:.4f}' for mean in means) + ' |')


if __name__ == '__main__':
    with one_sentence_errors():
        main()
