import pytest
import torch
import torch.nn.functional as F

from mmwsdepth.functional import area_mean, downsample_depth, fuse_sensor_depth
from mmwsdepth.functional.upsample import upsample_depth

SIZE = (48, 64)
GRIDS = [(12, 16), (6, 8), (7, 9)]


def step(size=SIZE, slope=0.0):
    """A box, 2 m away, before a wall at 4 m; its rim lies inside cells. With color that tells."""
    depth = 4 + slope * torch.arange(size[1]) / size[1] * torch.ones(1, 1, *size)
    inside = torch.zeros(1, 1, *size, dtype=torch.bool)
    inside[..., 11:38, 13:42] = True
    image = torch.where(inside, 40.0, 200.0).repeat(1, 3, 1, 1)
    return torch.where(inside, 2.0, depth), image


def guess(depth, scale=1.4):
    """What a network says: blurred, and of a wrong scale."""
    return scale * F.avg_pool2d(F.pad(depth, [3] * 4, mode='replicate'), 7, 1)


def error(found, truth):
    return ((found - truth).abs() / truth).mean().item()


@pytest.mark.parametrize('grid', GRIDS)
def test_an_edge_within_cells_is_found_by_color(grid):
    truth, image = step()
    sensor = downsample_depth(truth, grid)
    fused = fuse_sensor_depth(guess(truth), sensor, image)
    others = [upsample_depth(sensor, SIZE, mode) for mode in ('bilinear', 'nearest')]
    assert fused.shape == truth.shape
    assert error(fused, truth) < 0.35 * min(error(other, truth) for other in others)


@pytest.mark.parametrize('grid', GRIDS)
def test_without_an_image_the_prediction_guides(grid):
    truth, _ = step()
    sensor = downsample_depth(truth, grid)
    sharp = fuse_sensor_depth(1.4 * truth, sensor)
    assert error(sharp, truth) < 0.35 * error(upsample_depth(sensor, SIZE), truth)


@pytest.mark.parametrize('grid', GRIDS)
def test_meters_are_the_sensors(grid):
    truth, image = step(slope=0.5)
    sensor = downsample_depth(truth, grid)
    fused = fuse_sensor_depth(guess(truth), sensor, image)
    torch.testing.assert_close(area_mean(fused, grid), sensor, rtol=0.06, atol=0)
    other_scale = fuse_sensor_depth(3 * guess(truth), sensor, image)
    torch.testing.assert_close(other_scale, fused, rtol=1e-3, atol=0)
    torch.testing.assert_close(
        fuse_sensor_depth(guess(truth), 2 * sensor, image), 2 * fused, rtol=1e-3, atol=0
    )


@pytest.mark.parametrize('grid', GRIDS)
def test_a_plain_surface_keeps_no_trace_of_texture(grid):
    rows = torch.arange(SIZE[0]).view(-1, 1) / SIZE[0]
    plane = (1 / (0.3 + 0.1 * rows)).expand(1, 1, *SIZE)
    texture = torch.rand(1, 3, *SIZE) * 255
    fused = fuse_sensor_depth(plane * texture[:, :1] / 100, downsample_depth(plane, grid), texture)
    assert error(fused, plane) < 0.003
    assert (fused.diff(dim=-1).abs() < 0.003).all()


def test_at_the_sensors_own_size_depth_is_the_sensors():
    truth, image = step(slope=0.5)
    torch.testing.assert_close(
        fuse_sensor_depth(guess(truth), truth, image), truth, rtol=0.01, atol=0
    )


@pytest.mark.parametrize('missing', [0.0, float('nan'), float('inf')])
def test_holes_take_the_predictions_shape_at_the_scale_around(missing):
    rows = torch.linspace(0, 6, SIZE[0]).sin().view(-1, 1)
    truth = (3 + rows).expand(1, 1, *SIZE).clone()
    sensor = downsample_depth(truth, (12, 16))
    sensor[..., 3:9, 5:11] = missing
    fused = fuse_sensor_depth(0.6 * truth, sensor)
    hole = (slice(None), slice(None), slice(12, 36), slice(20, 44))
    assert error(fused[hole], truth[hole]) < 0.02


def test_no_confidence_is_no_measurement():
    truth, image = step()
    sensor = downsample_depth(truth, (12, 16))
    confidence = torch.rand(sensor.shape)
    confidence[..., 4:8, 4:8] = 0
    wrong = sensor.where(confidence > 0, 9.0)
    hole = sensor.where(confidence > 0, 0.0)
    by_confidence, by_hole = (
        fuse_sensor_depth(guess(truth), depth, image, confidence) for depth in (wrong, hole)
    )
    torch.testing.assert_close(by_confidence, by_hole)


def test_without_any_measurement_it_is_the_prediction():
    truth, image = step()
    both = torch.stack([torch.zeros(1, 12, 16), downsample_depth(truth, (12, 16))[0]])
    fused = fuse_sensor_depth(guess(truth).repeat(2, 1, 1, 1), both, image.repeat(2, 1, 1, 1))
    torch.testing.assert_close(fused[:1], guess(truth))
    torch.testing.assert_close(fused[1:], fuse_sensor_depth(guess(truth), both[1:], image))


def test_noise_is_smoothed_and_no_edge():
    truth, image = step()
    sensor = downsample_depth(truth, (12, 16))
    noisy = sensor * (1 + 0.03 * torch.randn(sensor.shape))
    fused = fuse_sensor_depth(guess(truth), noisy, image + 20 * torch.randn(image.shape))
    assert error(fused, truth) < 0.6 * error(upsample_depth(noisy, SIZE), truth)


def test_the_unit_of_the_image_does_not_matter():
    truth, image = step()
    sensor = downsample_depth(truth, (6, 8))
    fused = fuse_sensor_depth(guess(truth), sensor, image)
    torch.testing.assert_close(fuse_sensor_depth(guess(truth), sensor, (image - 120) / 60), fused)
    flat = fuse_sensor_depth(guess(truth), sensor, torch.full_like(image, 7))
    torch.testing.assert_close(flat, fuse_sensor_depth(guess(truth), sensor))


@pytest.mark.parametrize('grid', [(1, 1), (2, 2), (1, 3), (3, 4)])
def test_grids_of_few_cells(grid):
    truth, image = step()
    fused = fuse_sensor_depth(guess(truth), downsample_depth(truth, grid), image)
    assert fused.isfinite().all() and (fused > 0).all()


def test_a_finer_sensor_is_refused():
    truth, image = step()
    with pytest.raises(ValueError, match=r'sensor depth of 49x64 is finer than .* 48x64'):
        fuse_sensor_depth(truth, torch.ones(1, 1, 49, 64), image)


@pytest.mark.parametrize('grid', GRIDS)
def test_a_curved_surface_keeps_the_means_that_were_measured(grid):
    y, x = torch.meshgrid(*(torch.linspace(-1, 1, side) for side in SIZE), indexing='ij')
    truth = (2 + 0.3 * (x.square() + y.square()))[None, None]
    sensor = downsample_depth(truth, grid)
    found, plain = fuse_sensor_depth(guess(truth), sensor), upsample_depth(sensor, SIZE)
    off, off_plain = ((area_mean(depth, grid) - sensor).abs().mean() for depth in (found, plain))
    assert off < 0.5 * off_plain
