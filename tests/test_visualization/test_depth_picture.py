import numpy as np
import pytest

from mmwsdepth.visualization.depth_picture import color_depth, depth_limits, draw_depth

GRAY = [153, 153, 153]

pytestmark = pytest.mark.filterwarnings('error')


def ramp(near=1.0, far=5.0):
    return np.linspace(near, far, 16 * 32).reshape(16, 32)


def test_near_is_red_and_far_is_blue():
    colors = color_depth(ramp()).astype(int)
    assert colors.shape == (16, 32, 3)
    assert colors[0, 0, 0] > colors[0, 0, 2] + 50
    assert colors[-1, -1, 2] > colors[-1, -1, 0]


def test_what_is_no_depth_is_grey_and_moves_no_limit():
    depth = ramp()
    depth[0, :4] = 0, -2, np.nan, np.inf
    assert (color_depth(depth)[0, :4] == GRAY).all()
    assert not (color_depth(depth)[1:] == GRAY).all(-1).any()
    near, far = depth_limits(depth)
    assert 1 < near < 1.2 and 4.8 < far < 5


def test_given_limits_make_equal_depths_of_two_pictures_equal_colors():
    both = np.full((2, 2), 3.0)
    other = np.where(np.eye(2) > 0, 3.0, 7.0)
    assert (color_depth(both, (1, 8))[0, 0] == color_depth(other, (1, 8))[0, 0]).all()
    assert (color_depth(ramp(), (2, 3))[-1] == color_depth(ramp(), (2, 3))[-1, -1]).all()


@pytest.mark.parametrize('height', [5, 48, 720])
def test_the_bar_stands_beside_the_pixels_and_touches_none(height):
    depth = np.linspace(1, 5, height * 40).reshape(height, 40)
    picture = draw_depth(depth)
    assert picture.dtype == np.uint8
    assert picture.shape[0] == height and picture.shape[1] > 40
    np.testing.assert_array_equal(picture[:, :40], color_depth(depth))
    assert len(np.unique(picture[:, 40:].reshape(-1, 3), axis=0)) > 2


@pytest.mark.parametrize('value', [0.0, 2.0])
def test_a_flat_map_breaks_nothing(value):
    assert draw_depth(np.full((48, 64), value)).shape[0] == 48


def test_the_bar_shows_other_limits_otherwise():
    bars = [draw_depth(np.ones((96, 8)), limits)[:, 8:] for limits in ((1, 2), (1, 4))]
    assert (bars[0] != bars[1]).any()
