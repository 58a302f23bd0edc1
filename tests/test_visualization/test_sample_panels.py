import io

import numpy as np
import pytest

from mmwsdepth.visualization import draw_sample_panels

pytestmark = pytest.mark.filterwarnings('error')


def inputs():
    generator = np.random.default_rng(0)
    image = generator.integers(0, 256, (30, 45, 3), np.uint8)
    sensor = np.full((4, 6), 2.0, np.float32)
    sensor[:, 3:] = 3.0
    sensor[0, 0] = 0
    return image, sensor


def panels(figure):
    return [axis.images for axis in figure.axes if axis.images]


def test_both_sizes_and_their_ratio_are_in_the_title():
    figure = draw_sample_panels(*inputs(), title='train: a')
    assert figure.get_suptitle() == 'train: a  color 30x45, depth 4x6, ratio 7.5'


@pytest.mark.parametrize(('hr', 'number'), [(None, 4), (np.ones((30, 45), np.float32), 5)])
def test_there_is_a_panel_for_each_grid(hr, number):
    figure = draw_sample_panels(*inputs(), hr)
    assert len(panels(figure)) == number
    file = io.BytesIO()
    figure.savefig(file, format='png', dpi=40)
    assert file.getvalue().startswith(b'\x89PNG')


def test_depth_is_laid_over_the_whole_of_the_color_on_its_own_grid():
    image, sensor = inputs()
    color, over = panels(draw_sample_panels(image, sensor))[-2]
    assert over.get_extent() == list(color.get_extent())
    assert over.get_array().shape == sensor.shape
    np.testing.assert_array_equal(np.ma.getmaskarray(over.get_array()), sensor == 0)
    np.testing.assert_array_equal(color.get_array(), image)


def test_edges_are_the_cells_beside_a_discontinuity_and_not_beside_a_hole():
    _, edges = panels(draw_sample_panels(*inputs()))[-1]
    drawn = ~np.ma.getmaskarray(edges.get_array())
    np.testing.assert_array_equal(drawn, np.isin(np.indices((4, 6))[1], (2, 3)))


def test_depth_that_was_nowhere_measured_breaks_nothing():
    image, sensor = inputs()
    figure = draw_sample_panels(image, np.zeros_like(sensor))
    assert len(panels(figure)) == 4


def test_panels_keep_the_shape_of_the_image():
    figure = draw_sample_panels(*inputs())
    box, inches = figure.axes[0].get_position(), figure.get_size_inches()
    assert box.height * inches[1] / (box.width * inches[0]) == pytest.approx(30 / 45, rel=0.1)
