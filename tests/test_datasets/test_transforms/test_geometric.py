"""Geometry is proved with pictures whose pixels hold their own place in the world.

The field of view is the unit square. Color holds (x, y, 0) of each pixel's center; a depth pixel
holds 1 + its number, which stands for its place exactly and never for a mixture of two pixels.
"""

import math
from typing import NamedTuple

import numpy as np
import pytest

from mmwsdepth.datasets.transforms import (
    RandomCropRGBD,
    RandomFlipRGBD,
    RandomRotateRGBD,
    ResizeRGBD,
)
from mmwsdepth.datasets.transforms.geometric import snapped_length

EXACT = [
    ((24, 32), (24, 32), (10, 14)),
    ((24, 32), (12, 16), (11, 13)),
    ((48, 64), (12, 16), (26, 33)),
    ((60, 75), (8, 10), (33, 50)),
    ((60, 75), (8, 10), (15, 15)),
    ((75, 60), (10, 8), (50, 33)),
    ((60, 75), (8, 10), (60, 75)),
    ((60, 75), (8, 10), (600, 750)),
    ((101, 101), (37, 37), (101, 500)),
]
AWKWARD = [
    ((101, 101), (37, 37), (50, 63)),
    ((101, 101), (37, 37), (1, 100)),
    ((101, 202), (37, 73), (40, 90)),
    ((97, 130), (23, 31), (64, 64)),
    ((60, 75), (8, 10), (8, 14)),
]
MISSING = 0


class Span(NamedTuple):
    """What a picture shows: edges in the world, of columns (x) or rows (y)."""

    first: float
    last: float

    @property
    def center(self):
        return (self.first + self.last) / 2


def places(size):
    """World coordinates (x, y) of each pixel's center."""
    height, width = size
    rows, columns = np.mgrid[:height, :width]
    return np.stack([(columns + 0.5) / width, (rows + 0.5) / height], axis=-1)


def numbered(grid):
    return np.arange(1, grid[0] * grid[1] + 1, dtype=np.float32).reshape(grid)


def sample(size, grid, hr=None):
    image = np.concatenate([places(size), np.zeros((*size, 1))], axis=-1).astype(np.float32)
    results = dict(img=image, img_shape=size, gt_depth_map=numbered(grid))
    return results | (dict(gt_depth_map_hr=numbered(hr)) if hr else {})


def places_of(depth, grid):
    """World coordinates of a numbered depth map's pixels, NaN where missing."""
    number = depth.astype(int) - 1
    known = places(grid).reshape(-1, 2)[number]
    return np.where((depth == MISSING)[..., None], np.nan, known)


def spans(world, size):
    """Span of the columns and of the rows of a window without rotation."""
    height, width = size
    half_x, half_y = 0.5 / width, 0.5 / height
    return (
        Span(world[0, 0, 0] - half_x, world[0, -1, 0] + half_x),
        Span(world[0, 0, 1] - half_y, world[-1, 0, 1] + half_y),
    )


def crops(size, grid, crop_size, hr=None, number=40):
    np.random.seed(0)
    crop = RandomCropRGBD(crop_size)
    return [crop(sample(size, grid, hr)) for _ in range(number)]


@pytest.mark.parametrize(('size', 'grid', 'crop_size'), EXACT)
def test_a_crop_shows_the_same_piece_of_the_world_on_both_grids(size, grid, crop_size):
    for crop in crops(size, grid, crop_size):
        color = spans(crop['img'], size)
        depth = spans(places_of(crop['gt_depth_map'], grid), grid)
        np.testing.assert_allclose(color, depth, atol=1e-6)


@pytest.mark.parametrize(('size', 'grid', 'crop_size'), AWKWARD)
def test_centers_agree_within_half_a_fine_pixel_where_the_grids_never_meet(size, grid, crop_size):
    for crop in crops(size, grid, crop_size):
        color = spans(crop['img'], size)
        depth = spans(places_of(crop['gt_depth_map'], grid), grid)
        for fine, coarse, pixels in zip(color, depth, size[::-1], strict=True):
            assert abs(fine.center - coarse.center) * pixels < 0.5 + 1e-3
            assert np.abs(np.subtract(fine, coarse)).max() * pixels < 0.75 + 1e-3


@pytest.mark.parametrize(('size', 'grid', 'crop_size'), EXACT + AWKWARD)
def test_every_crop_has_the_same_size_and_no_pixel_is_made_up(size, grid, crop_size):
    cropped = crops(size, grid, crop_size)
    shapes = {(c['img'].shape, c['gt_depth_map'].shape, c['img_shape']) for c in cropped}
    ((image_shape, depth_shape, img_shape),) = shapes
    assert img_shape == image_shape[:2]
    for got, asked, fine, coarse in zip(img_shape, crop_size, size, grid, strict=True):
        assert got <= max(min(asked, fine), math.ceil(fine / coarse))
    assert min(depth_shape) >= 1
    for crop in cropped:
        rows, columns = (np.diff(crop['gt_depth_map'], axis=axis) for axis in (0, 1))
        assert (rows == grid[1]).all() and (columns == 1).all()
        assert crop['img'].flags['C_CONTIGUOUS'] and crop['gt_depth_map'].flags['C_CONTIGUOUS']


@pytest.mark.parametrize(
    ('length', 'fine', 'coarse', 'expected'),
    [
        (10, 24, 24, (10, 10, 1)),
        (11, 24, 12, (5, 10, 1)),
        (45, 75, 10, (6, 45, 2)),
        (44, 75, 10, (4, 30, 2)),
        (1440, 1440, 192, (192, 1440, 2)),
        (416, 480, 120, (104, 416, 1)),
        (50, 101, 37, (18, 49, 1)),
        (480, 1458, 240, (79, 480, 1)),
        (101, 101, 37, (37, 101, 37)),
        (1, 60, 6, (1, 10, 1)),
    ],
)
def test_the_snapped_length_is_the_longest_that_fits(length, fine, coarse, expected):
    assert snapped_length(length, fine, coarse) == expected


@pytest.mark.parametrize(('size', 'grid', 'crop_size'), [EXACT[1], EXACT[3], AWKWARD[0]])
def test_windows_reach_every_border(size, grid, crop_size):
    cropped = crops(size, grid, crop_size, number=300)
    for key, to_spans in (
        ('img', lambda image: spans(image, size)),
        ('gt_depth_map', lambda depth: spans(places_of(depth, grid), grid)),
    ):
        shown = np.array([to_spans(crop[key]) for crop in cropped])
        np.testing.assert_allclose(shown[..., 0].min(0), 0, atol=1e-6)
        np.testing.assert_allclose(shown[..., 1].max(0), 1, atol=1e-6)


@pytest.mark.parametrize(
    ('size', 'grid', 'hr', 'crop_size'),
    [
        ((24, 32), (12, 16), (24, 32), (10, 14)),
        ((60, 75), (8, 10), (60, 75), (33, 50)),
        ((60, 75), (8, 10), (120, 150), (33, 50)),
        ((101, 101), (37, 37), (101, 101), (50, 63)),
    ],
)
def test_hr_ground_truth_is_cropped_along(size, grid, hr, crop_size):
    exact = grid != (37, 37)
    for crop in crops(size, grid, crop_size, hr):
        fine = spans(places_of(crop['gt_depth_map_hr'], hr), hr)
        color = spans(crop['img'], size)
        np.testing.assert_allclose(fine, color, atol=1e-6)
        coarse = spans(places_of(crop['gt_depth_map'], grid), grid)
        np.testing.assert_allclose(fine, coarse, atol=1e-6 if exact else 0.76 / size[0])


def test_flipping_mirrors_every_grid_alike():
    size, grid, hr = (24, 32), (6, 8), (12, 16)
    flipped = RandomFlipRGBD(prob=1.0)(sample(size, grid, hr))
    mirror = np.array([-1, 1]), np.array([1, 0])
    for world, pixels in (
        (flipped['img'][..., :2], size),
        (places_of(flipped['gt_depth_map'], grid), grid),
        (places_of(flipped['gt_depth_map_hr'], hr), hr),
    ):
        np.testing.assert_allclose(world, places(pixels) * mirror[0] + mirror[1], atol=1e-6)
    assert all(flipped[key].flags['C_CONTIGUOUS'] for key in ('img', 'gt_depth_map'))


@pytest.mark.parametrize('transform', [RandomFlipRGBD, RandomRotateRGBD])
@pytest.mark.parametrize('prob', [0.0, 0.3, 1.0])
def test_the_probability_is_kept(transform, prob):
    np.random.seed(0)
    before = sample((24, 32), (6, 8))
    acted = [(transform(prob=prob)(dict(before))['img'] != before['img']).any() for _ in range(400)]
    assert abs(np.mean(acted) - prob) < 0.07 * (0 < prob < 1) + 1e-9


def cell_means(image, grid):
    (height, width), channels = image.shape[:2], image.shape[2]
    cells = image.reshape(grid[0], height // grid[0], grid[1], width // grid[1], channels)
    return cells.mean(axis=(1, 3))


def rotated(size, grid, hr=None, seed=0, degree=20.0):
    np.random.seed(seed)
    return RandomRotateRGBD(prob=1.0, degree=degree)(sample(size, grid, hr))


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize(
    ('size', 'grid'),
    [
        ((60, 80), (60, 80)),
        ((60, 80), (15, 20)),
        ((80, 60), (20, 15)),
        ((60, 160), (15, 20)),
        ((160, 60), (20, 15)),
    ],
)
def test_rotation_turns_both_grids_by_one_angle_about_one_center(size, grid, seed):
    results = rotated(size, grid, seed=seed)
    color = cell_means(results['img'], grid)[..., :2]
    depth = places_of(results['gt_depth_map'], grid)
    difference = (depth - color)[2:-2, 2:-2] * grid[::-1]
    seen = np.isfinite(difference).all(-1) & (np.abs(color - 0.5) < 0.4).all(-1)[2:-2, 2:-2]
    assert seen.mean() > 0.3
    assert np.abs(color - places(grid)).max() * max(grid) > 1
    assert np.abs(difference[seen]).max() < 0.5 + 0.05
    assert np.abs(difference[seen].mean(0)).max() < 0.05


def test_rotation_leaves_the_center_where_it_is():
    image = rotated((61, 81), (61, 81))['img']
    np.testing.assert_allclose(image[30, 40, :2], 0.5, atol=1e-4)


@pytest.mark.parametrize('seed', range(4))
def test_a_rotated_border_is_missing_depth_and_never_made_up(seed):
    size, grid, hr = (60, 80), (15, 20), (30, 40)
    results = rotated(size, grid, hr, seed)
    for key, pixels in (('gt_depth_map', grid), ('gt_depth_map_hr', hr)):
        depth = results[key]
        assert depth.shape == pixels
        assert set(np.unique(depth)) <= {MISSING, *numbered(pixels).ravel()}
        missing = depth == MISSING
        assert 0 < missing.mean() < 0.5
        center = tuple(slice(n // 4, -n // 4) for n in pixels)
        assert not missing[center].any()


def test_a_rotated_border_of_color_is_no_black_wedge():
    image = rotated((60, 80), (15, 20))['img']
    assert image[..., :2].min() > 0


def test_missing_depth_stays_missing_under_rotation():
    results = sample((60, 80), (15, 20))
    results['gt_depth_map'][:] = MISSING
    results['gt_depth_map'][7, 9] = 3
    np.random.seed(0)
    depth = RandomRotateRGBD(prob=1.0, degree=5)(results)['gt_depth_map']
    assert set(np.unique(depth)) == {0, 3} and (depth == 3).sum() <= 2


def test_a_rotation_without_room_is_none():
    before = sample((24, 32), (6, 8))
    after = rotated((24, 32), (6, 8), degree=0.0)
    for key in ('img', 'gt_depth_map'):
        np.testing.assert_allclose(after[key], before[key], atol=1e-6)


@pytest.mark.parametrize(
    ('scale', 'keep_ratio', 'expected'),
    [
        ((16, 12), False, (12, 16)),
        ((20, 12), False, (12, 20)),
        ((64, 48), False, (48, 64)),
        ((20, 12), True, (12, 16)),
        ((16, 100), True, (12, 16)),
        ((64, 100), True, (48, 64)),
    ],
)
def test_resizing_gives_the_image_the_size_asked_for(scale, keep_ratio, expected):
    results = ResizeRGBD(scale, keep_ratio)(sample((24, 32), (6, 8)))
    assert results['img_shape'] == results['img'].shape[:2] == expected
    drift = (results['img'][..., :2] - places(expected))[2:-2, 2:-2] * (32, 24)
    assert np.abs(drift).max() < 0.1


@pytest.mark.parametrize(('size', 'expected'), [((1, 200), (1, 64)), ((200, 1), (48, 1))])
def test_a_side_that_keeps_the_ratio_keeps_a_pixel(size, expected):
    results = ResizeRGBD((64, 48), keep_ratio=True)(sample(size, size))
    assert results['img_shape'] == results['gt_depth_map'].shape == expected


@pytest.mark.parametrize('scale', [(8, 6), (16, 12), (32, 24), (50, 40)])
def test_depth_coarser_than_the_new_image_stays_as_the_sensor_saw_it(scale):
    depth = ResizeRGBD(scale)(sample((24, 32), (6, 8)))['gt_depth_map']
    np.testing.assert_array_equal(depth, numbered((6, 8)))


@pytest.mark.parametrize('scale', [(16, 12), (20, 13), (7, 5), (100, 12), (100, 80)])
def test_depth_finer_than_the_new_image_comes_onto_its_grid(scale):
    grid = (24, 32)
    results = ResizeRGBD(scale)(sample((48, 64), grid, hr=(48, 64)))
    for key, old in (('gt_depth_map', grid), ('gt_depth_map_hr', (48, 64))):
        depth = results[key]
        assert depth.shape == tuple(np.minimum(old, scale[::-1]))
        drift = (places_of(depth, old) - places(depth.shape)) * old[::-1]
        assert np.abs(drift).max() <= 0.5 + 1e-6


def test_resizing_mixes_no_measured_and_missing_depth():
    results = sample((24, 32), (24, 32))
    results['gt_depth_map'][::3] = MISSING
    before = set(np.unique(results['gt_depth_map']))
    assert set(np.unique(ResizeRGBD((15, 11))(results)['gt_depth_map'])) <= before
