from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import pytest
import torch
from mmengine.config import ConfigDict
from torch import Tensor

from mmwsdepth.functional import area_mean
from mmwsdepth.models.inference.global_scale import align_scale, scale_grids
from mmwsdepth.models.inference.modes import (
    InferenceOptions,
    infer,
    smooth_window,
    tile_starts,
    with_flip,
)

FULL, TILE = (75, 110), (32, 48)
SLIDE = dict(mode='slide', tile=TILE, overlap=0.25, global_size=48, cell=4)


def _options(**options: Any) -> InferenceOptions:
    return InferenceOptions.from_cfg(SLIDE | options)


def _scene(full: tuple[int, int] = FULL) -> Tensor:
    """An image, (1, 3, *full), of which each pixel says its place: column, row and a pattern."""
    row, column = (
        ((torch.arange(side) + 0.5) / side).view(shape)
        for side, shape in zip(full, ((-1, 1), (1, -1)), strict=True)
    )
    pattern = (4 * row).sin() * (5 * column).cos()
    return torch.stack([column.expand(full), row.expand(full), pattern])[None]


def _smooth_depth(image: Tensor) -> Tensor:
    """Meters, pixel by pixel, from what `_scene` wrote into the image."""
    column, row, pattern = image.split(1, dim=1)
    return (1 + 0.8 * row - 0.4 * column + 0.3 * pattern).exp()


class _WrongScales:
    """Gives every tile another scale and a tilt, the image as a whole none."""

    def __init__(self, strength: float = 0.3, tilt: float = 0.0, tile: Any = TILE) -> None:
        self.random = torch.Generator().manual_seed(0)
        self.strength, self.tilt, self.tile = strength, tilt, tile

    def __call__(self, image: Tensor) -> Tensor:
        depth = _smooth_depth(image)
        if tuple(image.shape[-2:]) != self.tile:
            return depth
        scale = self.strength * torch.randn(len(image), 1, 1, 1, generator=self.random)
        return depth * (scale + self.tilt * torch.linspace(-0.5, 0.5, self.tile[1])).exp()


def _largest_step(depth: Tensor, expected: Tensor) -> Tensor:
    """Largest extra step, in log-depth, between neighbors: what the tiles have added."""
    added = depth.log() - expected.log()
    return torch.stack([added.diff(dim=axis).abs().amax() for axis in (-1, -2)]).amax()


def _steps_at_borders(depth: Tensor) -> tuple[float, float]:
    """Largest second difference along rows at the tiles' first and last columns, and elsewhere."""
    bend = depth.log().diff(n=2, dim=-1).abs().amax(dim=(0, 1, 2))
    starts = tile_starts(FULL[1], TILE[1], 0)
    first = {start for start in starts[1:]} | {start + TILE[1] for start in starts[:-1]}
    at_border = torch.zeros(FULL[1] - 2, dtype=torch.bool)
    for column in first:
        at_border[[column - 2, column - 1]] = True
    return bend[at_border].amax().item(), bend[~at_border].amax().item()


@pytest.mark.parametrize(
    ('low_resolution', 'cell', 'tolerance'),
    [(None, 1, 1e-5), (110, 1, 1e-5), (48, 1, 5e-3), (48, 4, 3e-3)],
)
def test_tiles_give_the_whole_images_estimate(low_resolution, cell, tolerance) -> None:
    image = _scene()
    tiled = infer(image, _smooth_depth, _options(global_size=low_resolution, cell=cell))
    assert torch.allclose(tiled, _smooth_depth(image), rtol=tolerance)


def test_the_low_resolution_pass_removes_the_tiles_own_scales() -> None:
    image = _scene()
    expected = _smooth_depth(image)
    tiled, separate = (
        infer(image, _WrongScales(), _options(global_size=size)) for size in (48, None)
    )
    assert (tiled / expected).log().abs().max() < 5e-3
    assert (separate / expected).log().abs().max() > 0.2
    gradient = _largest_step(expected, torch.ones_like(expected))
    assert _largest_step(tiled, expected) < 0.02 * gradient
    assert _largest_step(separate, expected) > 0.5 * gradient


def test_no_step_at_tile_borders_even_without_overlap() -> None:
    image, wrong = _scene(), dict(overlap=0)
    border, inside = _steps_at_borders(infer(image, _WrongScales(), _options(**wrong)))
    assert border < 2 * inside
    border, inside = _steps_at_borders(
        infer(image, _WrongScales(), _options(global_size=None, **wrong))
    )
    assert border > 20 * inside


def test_slow_errors_within_a_tile_go_too() -> None:
    image = _scene()
    expected = _smooth_depth(image)
    errors = [
        (infer(image, _WrongScales(0.0, 0.4), _options(global_size=size)) / expected).log()
        for size in (48, None)
    ]
    assert errors[0].abs().mean() < 0.15 * errors[1].abs().mean()


@pytest.mark.parametrize('corner', [(0, 0), (43, 62), (7, 31)])
@pytest.mark.parametrize('cells', [(75, 110), (13, 20), (6, 5)])
def test_a_consistent_tile_stays_as_it_is_at_depth_edges_too(corner, cells) -> None:
    depth = torch.where(torch.rand(1, *FULL) < 0.5, 1.0, 5.0)
    tile = depth[:, corner[0] : corner[0] + 32, corner[1] : corner[1] + 48]
    coarse = area_mean(depth[None], cells)[0]
    assert torch.allclose(align_scale(tile, coarse, corner, FULL), tile, rtol=1e-5)
    assert torch.allclose(align_scale(3 * tile, coarse, corner, FULL), tile, rtol=1e-5)


def test_larger_cells_keep_the_tiles_sharper_edges() -> None:
    depth = torch.where(torch.arange(96) < 45, 1.0, 4.0).expand(1, 1, 64, 96)
    blurred = area_mean(depth.contiguous(), (16, 24))
    blurred = torch.nn.functional.avg_pool2d(blurred, 5, 1, 2, count_include_pad=False)
    errors = []
    for cell in (1, 4):
        coarse = area_mean(blurred, (16 // cell, 24 // cell))[0]
        result = align_scale(depth[0, :, :48], coarse, (0, 0), (64, 96))
        errors.append((result / depth[0, :, :48]).log().abs().mean())
    assert errors[1] < 0.8 * errors[0]


def test_a_tile_without_a_cell_is_refused() -> None:
    with pytest.raises(ValueError, match='2 cells over 75 pixels: none lies inside a tile of 20'):
        align_scale(torch.ones(1, 20, 48), torch.ones(1, 2, 4), (30, 0), FULL)


def test_every_pixel_is_covered_and_tiles_have_one_size() -> None:
    for length, side in product((1, 2, 7, 31, 32, 33, 63, 64, 65, 100), (1, 2, 3, 8, 31, 32)):
        if side > length:
            continue
        for overlap in {0, 1, side // 4, side // 2, side - 1} - {side}:
            covered = torch.zeros(length)
            starts = tile_starts(length, side, overlap)
            for start in starts:
                assert 0 <= start <= length - side
                covered[start : start + side] += 1
            assert covered.min() > 0
            assert sorted(set(starts)) == starts
            assert all(left + side - right >= overlap for left, right in pairwise(starts))


@pytest.mark.parametrize('size', [(8, 90), (90, 12), (7, 90), (8, 48), (32, 12)])
def test_a_side_may_be_as_short_as_the_overlap(size) -> None:
    options = _options(overlap=(8, 12), global_size=None)
    depth = infer(torch.zeros(1, 3, *size), lambda image: 2 + image[:, :1], options)
    assert depth.shape == (1, 1, *size) and torch.allclose(depth, torch.tensor(2.0))


@pytest.mark.parametrize('size', [(1, 1), (5, 37), (33, 16), (32, 14), (3, 70), (21, 20)])
@pytest.mark.parametrize('tile', [(2, 3), (16, 16), (32, 7)])
@pytest.mark.parametrize('overlap', [0, 0.5, 0.9, (1, 2)])
def test_awkward_sizes_have_depth_everywhere(size, tile, overlap) -> None:
    for global_size in (None, 1, 20, (4, 4)):
        options = _options(
            tile=tile, overlap=overlap, global_size=global_size, cell=2, tile_batch=16
        )
        depth = infer(torch.zeros(1, 3, *size), lambda image: 2 + image[:, :1], options)
        assert depth.shape == (1, 1, *size)
        assert torch.allclose(depth, torch.tensor(2.0), rtol=1e-5)


def test_the_window_is_above_zero_symmetric_and_smooth() -> None:
    for side in (1, 2, 31, 2048):
        window = smooth_window(side)
        assert window.shape == (side,)
        assert window.min() > 0
        assert torch.allclose(window, window.flip(0), atol=1e-6)
    assert smooth_window(2048)[0] < 1e-5


def test_grids_are_never_finer_than_the_image_nor_coarser_than_half_a_tile() -> None:
    lengths, sides, passes = (1, 9, 100, 999), (1, 5, 64), (1, 30, 5000)
    for length, side, size, cell in product(lengths, sides, passes, (1, 8)):
        full, tile = (length, 50), (min(side, length), 50)
        grids = scale_grids(full, tile, size, cell)
        assert 1 <= grids.cells[0] <= grids.image[0] <= length
        assert tile[0] == length or grids.cells[0] * side >= min(2 * length, side * length)
    assert scale_grids((3024, 4032), (480, 640), 640, 8) == ((480, 640), (60, 80))
    assert scale_grids((3024, 4032), (480, 640), (240, 320), 1) == ((240, 320), (240, 320))


@pytest.mark.parametrize('flip', [False, True])
def test_batches_of_tiles_give_the_same_as_one_by_one(flip) -> None:
    torch.manual_seed(0)
    network = torch.nn.Conv2d(3, 1, 5, padding=2)
    image = torch.randn(2, 3, *FULL)

    def estimate(image: Tensor) -> Tensor:
        return network(image).exp()

    one, batched, all_at_once = (
        infer(image, estimate, _options(tile_batch=number, flip=flip)) for number in (1, 4, 99)
    )
    assert torch.allclose(one, batched, rtol=1e-5)
    assert torch.allclose(one, all_at_once, rtol=1e-5)
    alone = infer(image[1:], estimate, _options(flip=flip))
    assert torch.allclose(one[1:], alone, rtol=1e-5)


@pytest.mark.parametrize('tile_batch', [1, 3, 4])
@pytest.mark.parametrize('flip', [False, True])
def test_no_call_sees_more_than_its_batch(tile_batch, flip) -> None:
    shapes = []

    def estimate(image: Tensor) -> Tensor:
        shapes.append(tuple(image.shape))
        return image[:, :1].abs() + 1

    options = _options(tile_batch=tile_batch, flip=flip)
    infer(torch.randn(2, 3, *FULL), estimate, options)
    tiles = [shape for shape in shapes if shape[-2:] == TILE]
    passes = [shape for shape in shapes if shape[-2:] != TILE]
    starts = [tile_starts(*axis) for axis in zip(FULL, TILE, options.margins, strict=True)]
    views = 2 * (1 + flip)
    assert max(shape[0] for shape in tiles) == tile_batch
    assert sum(shape[0] for shape in tiles) == views * len(starts[0]) * len(starts[1])
    assert passes == [(1, 3, 33, 48)] * views


def test_an_image_no_larger_than_a_tile_is_estimated_whole() -> None:
    image, shapes = torch.rand(1, 3, 20, 48), []

    def estimate(image: Tensor) -> Tensor:
        shapes.append(tuple(image.shape))
        return image[:, :1] + 1

    assert torch.equal(infer(image, estimate, _options()), image[:, :1] + 1)
    assert shapes == [(1, 3, 20, 48)]


def test_flip_takes_the_mean_of_log_depth_and_is_equivariant() -> None:
    torch.manual_seed(0)
    network = torch.nn.Conv2d(3, 1, 5, padding=2).double()
    image = torch.randn(2, 3, 16, 24, dtype=torch.float64)

    def estimate(image: Tensor) -> Tensor:
        return network(image).exp()

    depth = with_flip(image, estimate)
    expected = (estimate(image) * estimate(image.flip(-1)).flip(-1)).sqrt()
    assert torch.allclose(depth, expected)
    assert not torch.allclose(depth, estimate(image))
    assert torch.allclose(with_flip(image.flip(-1), estimate), depth.flip(-1))
    assert torch.equal(infer(image, estimate, InferenceOptions(flip=True)), depth)
    assert torch.equal(infer(image, estimate, InferenceOptions()), estimate(image))


def test_a_tiled_estimate_is_equivariant_where_the_tiles_are() -> None:
    image = torch.rand(1, 3, *FULL)
    options = _options(flip=True, tile=(75, 48), overlap=(0, 17))
    assert tile_starts(110, 48, 17) == [0, 31, 62]

    def estimate(image: Tensor) -> Tensor:
        return 1 + image[:, :1] * torch.linspace(0, 1, image.shape[-1])

    depth = infer(image, estimate, options)
    assert torch.allclose(infer(image.flip(-1), estimate, options), depth.flip(-1), rtol=1e-5)


@pytest.mark.parametrize('mode', ['whole', 'slide'])
@pytest.mark.parametrize('flip', [False, True])
def test_an_estimator_predicts_in_both_modes(
    make_estimator: Callable, make_samples: Callable, mode, flip
) -> None:
    test_cfg = ConfigDict(mode=mode, flip=flip, tile=[32, 64], overlap=[8, 16], global_size=48)
    model, samples = make_estimator(test_cfg=test_cfg).eval(), make_samples((8, 16))
    samples[0].set_metainfo(dict(ori_shape=(100, 180)))
    image = torch.randn(2, 3, 50, 90)
    with torch.no_grad():
        predictions = model(image, samples, mode='predict')
        plain = model(image)
    depths = [sample.pred_depth_map.data for sample in predictions]
    assert [tuple(depth.shape) for depth in depths] == [(1, 100, 180), (1, 50, 90)]
    assert all(depth.isfinite().all() and (depth > 0).all() for depth in depths)
    assert torch.equal(depths[1], plain[1]) == (mode == 'whole' and not flip)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(stride=4), "test_cfg has 'stride', which is none of mode, trained_size"),
        (dict(mode='tiles'), "mode='tiles', none of 'whole' and 'slide'"),
        (dict(flip='yes'), "flip='yes'"),
        (dict(use_sensor_depth=1), 'use_sensor_depth=1'),
        (dict(tile=512), r'tile=512, not \(h, w\)'),
        (dict(tile=(0, 8)), r'tile=\(0, 8\)'),
        (dict(overlap=1.0), 'overlap=1.0'),
        (dict(overlap=-0.1), 'overlap=-0.1'),
        (dict(overlap=16), 'overlap=16'),
        (dict(overlap=(8, 48)), r'overlap=\(8, 48\), .* below the tile of 32x48'),
        (dict(overlap=(0.1, 0.2)), r'overlap=\(0.1, 0.2\)'),
        (dict(tile_batch=0), 'tile_batch=0, not 1, 2'),
        (dict(cell=1.5), 'cell=1.5'),
        (dict(global_size=0), 'global_size=0, none of'),
        (dict(global_size=(4, 5, 6)), r'global_size=\(4, 5, 6\)'),
    ],
)
def test_bad_options_are_refused(make_estimator: Callable, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        make_estimator(test_cfg=SLIDE | options)
