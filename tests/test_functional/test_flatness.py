import math

import pytest
import torch

from mmwsdepth.functional import flatness_errors, fuse_sensor_depth
from mmwsdepth.functional.flatness import LEAST

LR = (48, 64)


def noise(size, seed=0):
    return torch.randn(size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def plane(size, down=0.2, across=-0.3, distance=2.0):
    """Depth of a plane in space: its inverse is linear in the image."""
    y, x = ((torch.arange(side, dtype=torch.float64) + 0.5) / side for side in size)
    return distance / (1 + down * y[:, None] + across * x)


def everywhere(size=LR):
    return torch.ones(size, dtype=torch.bool)


def sensor(sigma=0.002):
    return plane(LR) * (1 + sigma * noise(LR, 1))


@pytest.mark.parametrize('factor', [1, 2, 7.5, 4.3])
@pytest.mark.parametrize('tilt', [(0.0, 0.0), (0.9, -0.6)])
@pytest.mark.parametrize('scale', [1.0, 3.0])
def test_a_plane_of_any_size_tilt_and_scale_is_flat(factor, tilt, scale):
    size = tuple(int(side * factor) for side in LR)
    errors = flatness_errors(scale * plane(size, *tilt), sensor(), everywhere())
    assert errors == pytest.approx((0, 0), abs=1e-4)


@pytest.mark.parametrize('scale', [1.0, 0.4])
def test_the_sensor_is_as_flat_as_itself(scale):
    errors = flatness_errors(scale * sensor(), sensor(), everywhere())
    assert errors.flatness_ratio == pytest.approx(1)
    assert errors.flatness == pytest.approx(0.2, rel=0.05)


@pytest.mark.parametrize('sigma', [0.001, 0.01, 0.05])
@pytest.mark.parametrize('factor', [1, 7.5])
def test_grain_counts_by_its_deviation_in_percent_of_the_depth(sigma, factor):
    size = tuple(int(side * factor) for side in LR)
    grainy = plane(size) / (1 + sigma * noise(size))
    errors = flatness_errors(grainy, sensor(), everywhere())
    assert errors.flatness == pytest.approx(100 * sigma, rel=0.05)
    assert errors.flatness_ratio == pytest.approx(sigma / 0.002, rel=0.1)


def test_grain_finer_than_the_sensors_cells_counts():
    size = (2 * LR[0], 2 * LR[1])
    stripes = torch.where(torch.arange(size[1]) % 2 == 0, 0.99, 1.01)
    errors = flatness_errors(plane(size) * stripes, sensor(), everywhere())
    assert errors.flatness == pytest.approx(1, rel=0.02)


def test_a_sensor_without_noise_counts_as_the_least():
    grainy = plane(LR) / (1 + 0.01 * noise(LR))
    errors = flatness_errors(grainy, plane(LR), everywhere())
    assert errors.flatness_ratio == pytest.approx(errors.flatness / 100 / LEAST)


def test_only_windows_that_the_sensor_saw_whole_and_flat_count():
    depth, valid, pred = sensor(), everywhere(), plane((96, 128))
    depth[:16, :24] *= 1 + 0.5 * noise((16, 24)).clamp(-1, 1)  # no surface
    depth[20:40, 44] *= 2  # an edge through the windows at 16:40, 40:48
    valid[47, 63] = False
    for rows, columns in ((slice(0, 32), slice(0, 48)), (slice(32, 80), slice(80, 96))):
        pred[rows, columns] *= 1 + 0.5 * noise(pred[rows, columns].shape).clamp(-1, 1)
    pred[80:, 112:] *= 1 + 0.5 * noise((16, 16)).clamp(-1, 1)
    errors = flatness_errors(pred, depth.where(valid, math.nan), valid)
    assert errors.flatness == pytest.approx(0, abs=1e-4)
    pred[40, 2] *= 2
    assert flatness_errors(pred, depth, valid).flatness > 0.1


@pytest.mark.parametrize('lacking', ['size', 'valid', 'flat'])
def test_nothing_flat_is_none(lacking):
    size = (7, 64) if lacking == 'size' else LR
    depth = plane(size)
    if lacking == 'flat':
        depth = depth * (1 + 0.1 * noise(size))
    valid = everywhere(size)
    if lacking == 'valid':
        valid[::8, ::8] = False
    assert flatness_errors(plane((96, 128)), depth, valid) is None


def test_fusion_with_the_sensor_takes_grain_away():
    size = (96, 128)
    grainy = plane(size) * (1 + 0.05 * noise(size))
    fused = fuse_sensor_depth(*(maps.float()[None, None] for maps in (grainy, sensor())))[0, 0]
    alone, guided = (flatness_errors(pred, sensor(), everywhere()) for pred in (grainy, fused))
    assert guided.flatness_ratio < 1 < 10 < alone.flatness_ratio
