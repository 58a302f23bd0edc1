import logging
import math

import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger

from mmwsdepth.evaluation import FlatnessMetric
from mmwsdepth.functional import ERROR_NAMES, flatness_errors
from mmwsdepth.registry import METRICS

HR, LR = (60, 90), (16, 24)
ALL = torch.ones(LR, dtype=torch.bool)


def grainy(size, sigma, seed):
    generator = torch.Generator().manual_seed(seed)
    return 2 * (1 + sigma * torch.randn(size, generator=generator))


def pairs():
    return [(grainy(HR, 0.01 * (i + 1), i), grainy(LR, 0.002, 9 - i)) for i in range(3)]


def sample(pred, sensor, name='?', **others):
    maps = dict(pred_depth_map=pred, gt_depth_map=sensor) | others
    return {key: dict(data=value.clone()[None]) for key, value in maps.items()} | dict(name=name)


def samples():
    return [sample(*pair, f'image {i}') for i, pair in enumerate(pairs())]


def score(samples, **options):
    metric = FlatnessMetric(**options)
    metric.process(None, samples)
    return metric.evaluate(len(samples))


def mean(rows):
    names = FlatnessMetric.columns
    columns = zip(*rows, strict=True)
    return {f'depth/{n}': sum(c) / len(rows) for n, c in zip(names, columns, strict=True)}


@pytest.fixture
def log(caplog):
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def test_columns_are_means_over_images_of_the_whole_prediction(log):
    want = mean([flatness_errors(pred, sensor, ALL) for pred, sensor in pairs()])
    assert score(samples()) == pytest.approx(want)
    assert not log.records


def test_one_row_beside_the_depth_errors():
    metrics = [
        dict(type='mmwsdepth.DepthMetric', prefix='model'),
        dict(type='mmwsdepth.FlatnessMetric', prefix='model'),
    ]
    evaluator = Evaluator([METRICS.build(one) for one in metrics])
    evaluator.process(samples(), None)
    want = {f'model/{name}' for name in (*ERROR_NAMES, *FlatnessMetric.columns)}
    assert set(evaluator.evaluate(3)) == want


def test_the_sensor_says_what_is_flat_beside_hr_ground_truth_too():
    data = samples()
    for one in data:
        one['gt_depth_map_hr'] = dict(data=torch.rand(1, *HR) * 9)
    assert score(data) == score(samples())


def test_a_prediction_coarser_than_the_sensor_is_enlarged():
    coarse = grainy((8, 12), 0.01, 1)
    assert 0 < score([sample(coarse, pairs()[0][1])])['depth/flatness'] < 1


@pytest.mark.parametrize('broken', [math.nan, math.inf, -math.inf])
def test_a_prediction_that_is_not_finite_makes_both_nan_and_is_named(log, broken):
    data = samples()
    data[1]['pred_depth_map']['data'][0, 0, 0] = broken
    assert all(math.isnan(value) for value in score(data).values())
    assert 'predicted for 1 of 3 images' in log.text and log.text.strip().endswith(': image 1')


@pytest.mark.parametrize('pred', [grainy(HR, 0.01, 5), torch.full(HR, math.nan)])
@pytest.mark.parametrize(
    ('sensor', 'lacking'),
    [
        (grainy(LR, 0.1, 7), 'flat surfaces'),
        (torch.zeros(LR), 'valid depth'),
        (torch.full(LR, 30.0), 'valid depth'),
    ],
)
def test_an_image_without_flat_surface_is_left_out_counted_and_named(log, pred, sensor, lacking):
    assert score([*samples(), sample(pred, sensor, 'leaves.png')]) == score(samples())
    (record,) = log.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().endswith(f'skipped 1 of 4 images without {lacking}: leaves.png')


def test_an_image_without_the_sensors_depth_is_left_out_and_named(log):
    other = sample(pairs()[0][0], pairs()[0][1], 'scanned.png')
    other['gt_depth_map_hr'] = other.pop('gt_depth_map')
    assert score([*samples(), other]) == score(samples())
    assert "skipped 1 of 4 images without the sensor's depth: scanned.png" in log.text


def test_a_scene_without_flat_surfaces_is_reported_and_ends_nothing(log):
    assert score([sample(grainy(HR, 0.01, 5), grainy(LR, 0.1, 7))]) == {}
    assert 'depth: none of 1 images has flat surfaces' in log.text


def test_depth_out_of_the_range_makes_no_window():
    pred, sensor = pairs()[0]
    sensor[0, 0], sensor[-1, -1] = 0.01, 11.0
    kept = ALL.clone()
    kept[:8, :8] = kept[8:, 16:] = False
    assert score([sample(pred, sensor)]) == mean([flatness_errors(pred, sensor, kept)])
