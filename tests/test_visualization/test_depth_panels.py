import io

import numpy as np
import pytest

from mmwsdepth.visualization import draw_depth_panels

HR, LR = (16, 32), (4, 8)
COLOR_BARS = 2

pytestmark = pytest.mark.filterwarnings('error')


def inputs(**changed):
    generator = np.random.default_rng(0)
    parts = dict(
        image=generator.integers(0, 256, (*HR, 3), np.uint8),
        pred=generator.uniform(1, 5, HR).astype(np.float32),
        sensor=generator.uniform(1, 5, LR).astype(np.float32),
        hr=generator.uniform(1, 5, HR).astype(np.float32),
    )
    parts['sensor'][0, 0] = parts['hr'][:4] = 0
    return parts | changed


def panels(figure):
    """The pictures of a figure: color, depth maps, error."""
    return [axis.images[0] for axis in figure.axes if axis.images]


def titles(figure):
    return [axis.get_title() for axis in figure.axes[:-COLOR_BARS]]


def png(figure):
    file = io.BytesIO()
    figure.savefig(file, format='png', dpi=40)
    return file.getvalue()


@pytest.mark.parametrize(
    ('changed', 'names'),
    [
        ({}, ['color', 'sensor depth', 'prediction', 'HR ground truth', 'error']),
        (dict(hr=None), ['color', 'sensor depth', 'prediction', 'error']),
        (
            dict(hr=None, fused=inputs()['pred']),
            ['color', 'sensor depth', 'prediction', 'prediction with sensor', 'error'],
        ),
    ],
    ids=['with HR', 'without HR', 'with sensor'],
)
def test_there_is_a_panel_for_each_map_and_a_bar_for_depth_and_for_error(changed, names):
    figure = draw_depth_panels(**inputs(**changed))
    assert [title.split(',')[0] for title in titles(figure)] == names
    assert len(figure.axes) == len(names) + COLOR_BARS
    assert [axis.get_xlabel() for axis in figure.axes[-COLOR_BARS:]] == [
        'depth (m)',
        'absolute error (m)',
    ]
    assert png(figure).startswith(b'\x89PNG')


@pytest.mark.parametrize('hr', [inputs()['hr'], None], ids=['with HR', 'without HR'])
def test_all_depth_panels_share_their_color_limits(hr):
    limits = {panel.get_clim() for panel in panels(draw_depth_panels(**inputs(hr=hr)))[1:-1]}
    ((low, high),) = limits
    assert 1 <= low < 1.5 and 4.5 < high <= 5


def test_the_limits_come_from_what_was_measured_not_from_the_prediction():
    figure = draw_depth_panels(**inputs(pred=np.full(HR, 1000, np.float32)))
    assert panels(figure)[1].get_clim() == panels(draw_depth_panels(**inputs()))[1].get_clim()


def test_the_picture_is_turned_from_bgr_to_rgb():
    parts = inputs()
    color = panels(draw_depth_panels(**parts))[0].get_array()
    np.testing.assert_array_equal(color, parts['image'][..., ::-1])


@pytest.mark.parametrize('with_hr', [True, False])
def test_the_error_is_taken_where_the_truth_was_measured(with_hr):
    parts = inputs() if with_hr else inputs(hr=None)
    if with_hr:
        target, pred = parts['hr'], parts['pred']
    else:
        target, pred = parts['sensor'], parts['pred'][2::4, 2::4]
    figure = draw_depth_panels(**parts)
    error = panels(figure)[-1].get_array()
    np.testing.assert_array_equal(np.ma.getmaskarray(error), target == 0)
    np.testing.assert_allclose(error.compressed(), np.abs(pred - target)[target > 0], rtol=1e-6)
    share = (np.abs(pred - target)[target > 0] / target[target > 0]).mean()
    assert titles(figure)[-1] == f'error, abs_rel {share:.3f}'


@pytest.mark.parametrize(
    'unmeasured', [['sensor', 'hr'], ['hr'], ['sensor']], ids=['all', 'HR', 'sensor']
)
def test_what_was_not_measured_is_grey_and_breaks_nothing(unmeasured):
    parts = inputs()
    for key in unmeasured:
        parts[key] = np.zeros_like(parts[key])
    figure = draw_depth_panels(**parts)
    assert png(figure)
    shown = dict(zip(['image', 'sensor', 'pred', 'hr', 'error'], panels(figure), strict=True))
    assert all(np.ma.getmaskarray(shown[key].get_array()).all() for key in unmeasured)
    assert np.ma.getmaskarray(shown['error'].get_array()).all() == ('hr' in unmeasured)


def test_a_sensor_that_measured_nothing_breaks_nothing_without_hr():
    figure = draw_depth_panels(**inputs(sensor=np.zeros(LR, np.float32), hr=None))
    assert titles(figure)[-1] == 'error, abs_rel nan'
    assert png(figure)


def test_an_exact_prediction_breaks_nothing():
    parts = inputs()
    figure = draw_depth_panels(**(parts | dict(pred=parts['hr'].copy())))
    assert titles(figure)[-1] == 'error, abs_rel 0.000'
    assert png(figure)
