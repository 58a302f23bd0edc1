import numpy as np
import pytest
import torch

from mmwsdepth.datasets.transforms import DownsampleDepth
from mmwsdepth.functional import SENSORS, downsample_depth

CELL = np.float32([[1, 2], [6, 0]])


def scene(size=(24, 32), seed=0):
    return np.random.default_rng(seed).uniform(1, 9, size).astype(np.float32)


def sensed(depth, **options):
    return DownsampleDepth(**options)(dict(gt_depth_map=depth.copy()))


@pytest.mark.parametrize(
    ('ratio', 'size', 'expected'),
    [
        (1, (24, 32), (24, 32)),
        (2, (24, 32), (12, 16)),
        (4, (24, 32), (6, 8)),
        (7.5, (60, 75), (8, 10)),
        (3.3, (24, 32), (7, 10)),
        (1.5, (25, 33), (17, 22)),
        (1000, (24, 32), (1, 1)),
    ],
)
@pytest.mark.parametrize('mode', SENSORS)
def test_the_sensor_s_grid_is_coarser_by_the_ratio(ratio, size, expected, mode):
    lr = sensed(scene(size), ratio=ratio, mode=mode)['gt_depth_map']
    assert lr.shape == expected and lr.dtype == np.float32


@pytest.mark.parametrize('ratio', [1, 2, 3.3, 7.5])
@pytest.mark.parametrize('mode', SENSORS)
def test_it_is_the_functional_sensor_model(ratio, mode):
    depth = scene()
    lr = sensed(depth, ratio=ratio, mode=mode)['gt_depth_map']
    expected = downsample_depth(torch.from_numpy(depth)[None, None], lr.shape, mode)[0, 0]
    np.testing.assert_array_equal(lr, expected.numpy())


@pytest.mark.parametrize(
    ('mode', 'expected'), [('area', 3.0), ('median', 2.0), ('min', 1.0), ('nearest', 0.0)]
)
def test_modes_see_a_cell_with_a_hole_in_their_own_way(mode, expected):
    lr = sensed(np.tile(CELL, (3, 4)), ratio=2, mode=mode)['gt_depth_map']
    np.testing.assert_allclose(lr, np.full((3, 4), expected), rtol=1e-6)


@pytest.mark.parametrize('ratio', [1, 2, 3.3, 7.5])
@pytest.mark.parametrize('mode', SENSORS)
def test_a_frontal_wall_stays_as_far_away(ratio, mode):
    lr = sensed(np.full((24, 32), 2.5, np.float32), ratio=ratio, mode=mode)['gt_depth_map']
    np.testing.assert_allclose(lr, 2.5, rtol=1e-6)


@pytest.mark.parametrize('mode', SENSORS)
def test_where_nothing_was_measured_the_sensor_sees_nothing(mode):
    np.random.seed(0)
    depth = scene()
    depth[:, :16] = 0
    lr = sensed(depth, ratio=4, mode=mode, noise=0.1, drop=0.1)['gt_depth_map']
    assert not lr[:, :4].any() and (lr[:, 4:] > 0).mean() > 0.6


@pytest.mark.parametrize('noise', [0.01, 0.05])
@pytest.mark.parametrize('distance', [1.0, 8.0])
def test_noise_is_a_share_of_depth(noise, distance):
    np.random.seed(0)
    wall = np.full((200, 200), distance, np.float32)
    lr = sensed(wall, ratio=2, noise=noise)['gt_depth_map']
    error = lr / distance - 1
    assert lr.dtype == np.float32
    assert abs(error.mean()) < 4 * noise / 100
    assert abs(error.std() / noise - 1) < 0.05
    assert abs(np.corrcoef(error[:, 1:].ravel(), error[:, :-1].ravel())[0, 1]) < 0.04


def test_large_noise_never_makes_depth_vanish_or_double():
    np.random.seed(0)
    lr = sensed(np.full((200, 200), 2, np.float32), ratio=2, noise=1.0)['gt_depth_map']
    assert lr.min() == 1 and lr.max() == 3


@pytest.mark.parametrize('drop', [0.1, 0.5])
def test_the_share_that_is_dropped_is_missing_and_the_rest_untouched(drop):
    np.random.seed(0)
    depth = scene((200, 200))
    whole = sensed(depth, ratio=2)['gt_depth_map']
    lr = sensed(depth, ratio=2, drop=drop)['gt_depth_map']
    assert abs((lr == 0).mean() - drop) < 0.02
    assert lr.dtype == np.float32
    np.testing.assert_array_equal(lr[lr > 0], whole[lr > 0])


def test_without_noise_and_drop_nothing_is_random():
    np.random.seed(0)
    before = np.random.get_state()[2]
    sensed(scene(), ratio=2)
    assert np.random.get_state()[2] == before


@pytest.mark.parametrize('ratio', [1, 2, 7.5])
def test_hr_ground_truth_is_kept_on_demand(ratio):
    np.random.seed(0)
    depth = scene()
    results = sensed(depth, ratio=ratio, noise=0.1, drop=0.1, keep_hr=True)
    np.testing.assert_array_equal(results['gt_depth_map_hr'], depth)
    assert (results['gt_depth_map'] == 0).any()


def test_hr_ground_truth_is_not_kept_by_default():
    assert set(sensed(scene(), ratio=2)) == {'gt_depth_map'}


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(ratio=0.5), r'ratio=0\.5: .* need ratio >= 1'),
        (dict(ratio=-2), 'ratio=-2'),
        (dict(ratio=2, mode='mean'), "mode='mean' is none of area, nearest, median, min"),
        (dict(ratio=2, noise=-0.1), r'noise=-0\.1'),
        (dict(ratio=2, drop=-0.1), r'drop=-0\.1'),
        (dict(ratio=2, drop=1.0), r'drop=1\.0: need noise >= 0 and 0 <= drop < 1'),
    ],
)
def test_bad_arguments_are_refused_with_their_value(options, words):
    with pytest.raises(ValueError, match=words):
        DownsampleDepth(**options)
