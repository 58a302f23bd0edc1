import itertools

import numpy as np
import pytest

from mmwsdepth.datasets.orientations import ORIENTATIONS
from mmwsdepth.diagnosis.alignment import (
    REACH,
    edge_correlation,
    find_edges,
    find_orientation,
    find_shift,
    tolerance,
    working_scale,
)
from tests.test_diagnosis.conftest import COLOR, DEPTH, boxes, sensor


def shift_of(pairs):
    correlations = [edge_correlation(find_edges(*pair)) for pair in pairs]
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
        edge_correlation(find_edges(np.roll(color, moved, (0, 1)), sensor(depth, (90, 128))))
        for color, depth in scenes
    ]
    shift = find_shift(correlations, working_scale(size))
    assert working_scale(size) == 0.5
    assert (shift.down, shift.right) == pytest.approx(moved, abs=2.5)


UNDO = {'rotate90': 'rotate270', 'rotate270': 'rotate90'}


@pytest.mark.parametrize('size', [COLOR, (160, 160)], ids=['oblong', 'square'])
@pytest.mark.parametrize('name', ORIENTATIONS)
def test_each_wrong_orientation_is_named_by_what_undoes_it(name, size):
    grid = (20, 26) if size == COLOR else (20, 20)
    pairs = [boxes(size, seed) for seed in range(6)]
    turned = [
        find_edges(color, np.ascontiguousarray(ORIENTATIONS[name](sensor(depth, grid))))
        for color, depth in pairs
    ]
    assert find_orientation(turned) == UNDO.get(name, name)


def test_depth_that_lies_as_its_images_has_no_better_orientation():
    for first in range(4):
        pairs = [boxes(seed=first * 6 + seed) for seed in range(6)]
        assert find_orientation([find_edges(c, sensor(d)) for c, d in pairs]) is None
        strangers = itertools.pairwise(pairs)
        assert find_orientation([find_edges(a, sensor(d)) for (a, _), (_, d) in strangers]) is None


@pytest.mark.parametrize('name', ORIENTATIONS)
def test_what_undoes_an_orientation_undoes_it(name):
    array = np.arange(6).reshape(2, 3)
    turned = ORIENTATIONS[name](array)
    assert not np.array_equal(turned, array)
    np.testing.assert_array_equal(ORIENTATIONS[UNDO.get(name, name)](turned), array)


def test_degrees_are_clockwise():
    assert ORIENTATIONS['rotate90'](np.array([[1, 2], [3, 4]])).tolist() == [[3, 1], [4, 2]]


def test_pairs_that_do_not_belong_together_have_no_shift():
    scenes = [boxes(seed=seed) for seed in range(9)]
    for step in range(1, 9):
        strangers = [(scenes[i][0], sensor(scenes[i - step][1])) for i in range(9)]
        assert shift_of(strangers) is None


def test_what_has_no_edges_is_left_out():
    color, depth = boxes()
    assert find_edges(color, np.ones_like(sensor(depth))) is None
    assert find_edges(np.zeros_like(color), sensor(depth)) is None
    assert find_edges(color[: 3 * REACH], sensor(depth)) is None
    assert find_orientation([]) is None
    assert find_shift([], 1.0) is None


def test_holes_are_no_edges():
    color, depth = boxes()
    holes = np.ones_like(sensor(depth))
    holes[5:15, 5:15] = 0
    assert find_edges(color, holes) is None


@pytest.mark.parametrize(
    ('color', 'depth', 'pixels'),
    [((1440, 1920), (192, 256), 9.6), ((480, 640), (60, 80), 8), ((480, 640), (480, 640), 3.2)],
)
def test_a_depth_cell_or_half_a_percent_is_tolerated(color, depth, pixels):
    assert tolerance(color, depth) == pytest.approx(pixels)
