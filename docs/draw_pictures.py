"""Draw the pictures of the documentation: `python docs/draw_pictures.py`.

They show what needs no training: rendered rooms, sensor models, resampling, the merging of two
scales, affinities of ImageNet features. The same command draws the same pictures.
"""

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor

from mmwsdepth.datasets.rooms import RoomView, render_room
from mmwsdepth.errors import one_sentence_errors
from mmwsdepth.functional import SENSORS, downsample_depth, downsample_image
from mmwsdepth.functional.upsample import upsample_depth
from mmwsdepth.models.backbones import EfficientNetLite
from mmwsdepth.models.inference.multi_scale import estimate_at_scales
from mmwsdepth.visualization import draw_sample_panels
from mmwsdepth.visualization.depth_panels import (
    DEPTH_COLORS,
    ERROR_COLORS,
    PANEL_WIDTH,
    add_bar,
    show,
    size_of,
)

SEED = 8
HR, RATIO = (192, 256), 4
LR = (HR[0] // RATIO, HR[1] // RATIO)
LR_IMAGE = (96, 128)  # by `min_lr_side` of the rooms' config
DETAIL = (slice(64, 160), slice(88, 216))  # of the HR image, on borders of LR pixels
COARSE_RATIO = 8  # at which sensor models differ visibly
LEVEL = 2  # of the encoder, of stride 8
POSITIONS = ((12, 17), (12, 3))  # rows and columns on that level
WORST = 1.0  # meters at the end of the error's colors


def views_of(room: RoomView) -> Figure:
    """What a network is given: the image at both resolutions, and LR ground truth."""
    image, hr = _image(room), _depth(room)
    small = downsample_image(image, LR_IMAGE)
    figure, axes = _figure(4, HR[0] / HR[1])
    show(axes[0], _shown(image), f'HR image, {HR[0]}x{HR[1]}')
    show(axes[1], _shown(small), f'LR image, {LR_IMAGE[0]}x{LR_IMAGE[1]}')
    style = _style(room.depth)
    show(axes[2], _map(downsample_depth(hr, LR)), f'LR ground truth, {LR[0]}x{LR[1]}', **style)
    drawn = show(axes[3], room.depth, f'HR ground truth, {HR[0]}x{HR[1]}, not given', **style)
    add_bar(figure, drawn, list(axes[2:]), 'depth (m)')
    return figure


def grids_of(room: RoomView) -> Figure:
    """Both grids over one another, as `tools/browse_dataset.py` draws them."""
    lr = _map(downsample_depth(_depth(room), LR))
    return draw_sample_panels(room.image[..., ::-1], lr, room.depth, f'room {SEED}')


def sensors_of(room: RoomView) -> Figure:
    """What the four sensor models make of the same cells."""
    hr = _depth(room)
    size = (HR[0] // COARSE_RATIO, HR[1] // COARSE_RATIO)
    cells = tuple(slice(s.start // COARSE_RATIO, s.stop // COARSE_RATIO) for s in DETAIL)
    maps = {'HR depth': room.depth[DETAIL]}
    maps |= {mode: _map(downsample_depth(hr, size, mode))[cells] for mode in SENSORS}
    return _depth_row(maps, _style(room.depth[DETAIL]))


def upsampling_of(room: RoomView) -> Figure:
    """How upsampled ground truth bleeds over depth edges."""
    truth = room.depth[DETAIL]
    lr = downsample_depth(_depth(room), LR)
    cells = tuple(slice(s.start // RATIO, s.stop // RATIO) for s in DETAIL)
    ups = {mode: _map(upsample_depth(lr, HR, mode))[DETAIL] for mode in ('nearest', 'bilinear')}
    maps = {'LR ground truth': _map(lr)[cells], 'bilinear': ups['bilinear']}
    figure, axes = _figure(4, truth.shape[0] / truth.shape[1])
    for axis, (title, depth) in zip(axes, maps.items(), strict=False):
        drawn = show(axis, depth, f'{title}, {size_of(depth)}', **_style(truth))
    add_bar(figure, drawn, list(axes[:2]), 'depth (m)')
    for axis, (title, depth) in zip(axes[2:], ups.items(), strict=True):
        error = np.abs(depth - truth)
        drawn = show(axis, error, f'error of {title}', cmap=ERROR_COLORS, vmin=0, vmax=WORST)
    add_bar(figure, drawn, list(axes[2:]), 'absolute error (m)')
    return figure


def merging_of(room: RoomView) -> Figure:
    """How two scales make one estimate; both are made of the truth here."""
    truth = _depth(room)
    estimates: dict[float, Tensor] = {
        0.5: 1.25 * downsample_depth(truth, LR_IMAGE),
        1: 0.8 * truth,
    }
    merged = estimate_at_scales(_image(room), list(estimates), lambda _, scale: estimates[scale])
    maps = {
        'scale 0.5: coarse, 25 % too far': _map(estimates[0.5]),
        'scale 1: sharp, 20 % too near': _map(estimates[1]),
        'merged': _map(merged),
        'truth': room.depth,
    }
    return _depth_row(maps, _style(room.depth), sizes=False)


@torch.no_grad()
def affinities_of(room: RoomView) -> Figure:
    """Cosine affinities of two positions with all others, in an ImageNet encoder's features."""
    encoder = EfficientNetLite(out_indices=(LEVEL,), pretrained=True)
    encoder.init_weights()
    feats = encoder.eval()((_image(room) - 127) / 128)[0]
    unit = F.normalize(feats - feats.mean((2, 3), keepdim=True), dim=1)[0]
    step = HR[0] // unit.shape[1]
    figure, axes = _figure(len(POSITIONS) + 1, HR[0] / HR[1])
    show(axes[0], room.image[..., ::-1], 'two positions')
    for axis, (row, column), mark in zip(axes[1:], POSITIONS, 'ox', strict=True):
        affinity = torch.einsum('chw,c->hw', unit, unit[:, row, column]).numpy()
        drawn = show(axis, affinity, f'affinity with position {mark}', cmap='RdBu', vmin=-1, vmax=1)
        axis.plot(column, row, mark, color='k', markersize=8, fillstyle='none')
        x, y = (column + 0.5) * step, (row + 0.5) * step
        axes[0].plot(x, y, mark, color='magenta', markersize=10, fillstyle='none')
    add_bar(figure, drawn, list(axes[1:]), 'cosine of the feature vectors')
    return figure


PICTURES: dict[str, Callable[[RoomView], Figure]] = {
    'views': views_of,
    'grids': grids_of,
    'sensors': sensors_of,
    'upsampling': upsampling_of,
    'merging': merging_of,
    'affinity': affinities_of,
}


def _image(room: RoomView) -> Tensor:
    """(1, 3, H, W), RGB from 0 to 255."""
    return torch.from_numpy(room.image[..., ::-1].copy()).permute(2, 0, 1)[None].float()


def _shown(image: Tensor) -> np.ndarray:
    return image[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy()


def _depth(room: RoomView) -> Tensor:
    """(1, 1, H, W) in meters."""
    return torch.from_numpy(room.depth)[None, None]


def _map(depth: Tensor) -> np.ndarray:
    return depth[0, 0].numpy()


def _style(depth: np.ndarray) -> dict[str, Any]:
    near, far = np.percentile(depth, (1, 99))
    return dict(cmap=DEPTH_COLORS, vmin=near, vmax=far)


def _figure(columns: int, aspect: float) -> tuple[Figure, np.ndarray]:
    figure = Figure(figsize=(PANEL_WIDTH * columns, PANEL_WIDTH * aspect + 1.0), dpi=80)
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, columns, gridspec_kw=dict(wspace=0.04))
    figure.subplots_adjust(left=0.01, right=0.98, top=0.9, bottom=0.24)
    return figure, axes


def _depth_row(maps: dict[str, np.ndarray], style: dict[str, Any], sizes: bool = True) -> Figure:
    first = next(iter(maps.values()))
    figure, axes = _figure(len(maps), first.shape[0] / first.shape[1])
    for axis, (title, depth) in zip(axes, maps.items(), strict=True):
        drawn = show(axis, depth, f'{title}, {size_of(depth)}' if sizes else title, **style)
    add_bar(figure, drawn, list(axes), 'depth (m)')
    return figure


def main() -> None:
    """Draw."""
    parser = argparse.ArgumentParser(description='Draw the pictures of the documentation.')
    parser.add_argument('--out', type=Path, default=Path(__file__).parent / 'pictures')
    args = parser.parse_args()
    logging.disable(logging.INFO)  # else each of the encoder's weights is named
    args.out.mkdir(parents=True, exist_ok=True)
    room = render_room(SEED, HR)
    for name, draw in PICTURES.items():
        draw(room).savefig(args.out / f'{name}.png')
    print(f'{len(PICTURES)} pictures are in {args.out}')


if __name__ == '__main__':
    with one_sentence_errors():
        main()
