import math

import pytest
import torch

from mmwsdepth.functional import Camera, planarity_errors

SIZE = (24, 32)
CAMERA = Camera(fx=40.0, fy=30.0, cx=14.0, cy=10.5)
ALL = torch.ones(SIZE, dtype=torch.bool)


def rays():
    """A point at depth 1 for each pixel; x to the right, y into the scene, z up."""
    rows, columns = torch.meshgrid(*map(torch.arange, SIZE), indexing='ij')
    x, z = (columns - CAMERA.cx) / CAMERA.fx, -(rows - CAMERA.cy) / CAMERA.fy
    return torch.stack((x, torch.ones(SIZE), z)).double()


def depth_of(normal, distance=3.0):
    """Depth of the plane of all points p with normal . p = distance."""
    return distance / torch.einsum('i,ihw->hw', torch.tensor(normal).double(), rays())


def turned(degrees):
    """A wall's normal, turned about the vertical axis."""
    angle = math.radians(degrees)
    return math.sin(angle), math.cos(angle), 0.0


WALL, FLOOR = (0.3, 0.9, 0.1), (0.0, 0.6, -0.8)


@pytest.mark.parametrize('normal', [WALL, FLOOR, turned(40)])
@pytest.mark.parametrize('sign', [1, -1])
def test_an_exact_plane_has_no_error(normal, sign):
    depth = depth_of(normal)
    errors = planarity_errors(depth, depth, ALL, sign * torch.tensor(normal), CAMERA)
    assert errors.flatness == pytest.approx(0, abs=1e-4)
    assert errors.orientation == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize('degrees', [5, 30, -20])
def test_a_turned_plane_is_flat_and_off_by_its_angle(degrees):
    errors = planarity_errors(
        depth_of(turned(degrees)), depth_of(turned(0)), ALL, torch.tensor(turned(0)), CAMERA
    )
    assert errors.flatness == pytest.approx(0, abs=1e-4)
    assert errors.orientation == pytest.approx(abs(degrees), abs=1e-4)


def test_flatness_is_the_deviation_in_true_centimeters_whatever_the_scale():
    truth = depth_of((0.0, 1.0, 0.0), 2.0)
    bumps = truth + 0.01 * torch.where(torch.arange(SIZE[1]) % 2 == 0, 1.0, -1.0)
    for scale in (1.0, 7.0):
        errors = planarity_errors(scale * bumps, truth, ALL, torch.tensor((0.0, 1.0, 0.0)), CAMERA)
        assert errors.flatness == pytest.approx(1.0, rel=0.02)
        assert errors.orientation < 0.5


def test_only_the_planes_pixels_count():
    plane = torch.zeros_like(ALL)
    plane[4:20, 6:30] = True
    truth = depth_of(WALL)
    pred = truth.where(plane, 100 * torch.rand(SIZE).double())
    clean = truth.where(plane, torch.zeros(()).double())
    errors = planarity_errors(pred, clean, plane, torch.tensor(WALL), CAMERA)
    assert errors == pytest.approx((0, 0), abs=1e-4)


def test_the_scale_is_that_of_the_medians():
    """Half of a wall near, half far: an even number of pixels, so the median is their mean."""
    truth = torch.full(SIZE, 2.0)
    pred = truth.clone()
    pred[:, : SIZE[1] // 2] = 1.0
    errors = planarity_errors(pred, truth, ALL, torch.tensor((0.0, 1.0, 0.0)), CAMERA)
    half = planarity_errors(pred, truth / 2, ALL, torch.tensor((0.0, 1.0, 0.0)), CAMERA)
    assert errors.flatness == pytest.approx(2 * half.flatness)
    assert errors.orientation > 5
