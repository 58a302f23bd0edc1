import numpy as np
import pytest

from mmwsdepth.diagnosis.alignment import (
    REACH,
    edge_correlation,
    find_shift,
    tolerance,
    working_scale,
)
from tests.test_diagnosis.conftest import COLOR, DEPTH, boxes, sensor


def shift_of(pairs):
    correlations = [edge_correlation(*pair) for pair in pairs]
    return find_shift(correlations, working_scale(COLOR))


@pytest.mark.parametrize('grid', [DEPTH, COLOR, (75, 97)], ids=['7.5', '1', '2'])
@pytest.mark.parametrize('moved', [(0, 0), (0, 9), (-11, 4)])
def test_a_known_shift_is_found_at_any_ratio(grid, moved):
    scenes = [boxes(seed=seed) for seed in range(6)]
    shift = shift_of(
        [(np.roll(color, moved, (0, 1)), sensor(depth, grid)) for color, depth in scenes]
    )
    assert (shift.down, shift.right) == pytest.approx(moved, abs=1.0)


def test_a_shift_is_in_pixels_of_the_color_image_where_that_is_larger_than_the_working_grid():
    size, moved = (900, 1280), (0, 24)
    scenes = [boxes(size, seed, number=60) for seed in range(2)]
    correlations = [
        edge_correlation(np.roll(color, moved, (0, 1)), sensor(depth, (90, 128)))
        for color, depth in scenes
    ]
    shift = find_shift(correlations, working_scale(size))
    assert working_scale(size) == 0.5
    assert (shift.down, shift.right) == pytest.approx(moved, abs=2.5)


def test_pairs_that_do_not_belong_together_have_no_shift():
    scenes = [boxes(seed=seed) for seed in range(9)]
    for step in range(1, 9):
        strangers = [(scenes[i][0], sensor(scenes[i - step][1])) for i in range(9)]
        assert shift_of(strangers) is None


def test_what_has_no_edges_is_left_out():
    color, depth = boxes()
    assert edge_correlation(color, np.ones_like(sensor(depth))) is None
    assert edge_correlation(np.zeros_like(color), sensor(depth)) is None
    assert edge_correlation(color[: 3 * REACH], sensor(depth)) is None
    assert find_shift([], 1.0) is None


def test_holes_are_no_edges():
    color, depth = boxes()
    holes = np.ones_like(sensor(depth))
    holes[5:15, 5:15] = 0
    assert edge_correlation(color, holes) is None


@pytest.mark.parametrize(
    ('color', 'depth', 'pixels'),
    [((1440, 1920), (192, 256), 9.6), ((480, 640), (60, 80), 8), ((480, 640), (480, 640), 3.2)],
)
def test_a_depth_cell_or_half_a_percent_is_tolerated(color, depth, pixels):
    assert tolerance(color, depth) == pytest.approx(pixels)
