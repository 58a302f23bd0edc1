import logging
import math

import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger

from mmwsdepth.evaluation import BoundaryMetric, DepthMetric, dbe, markdown_table
from mmwsdepth.evaluation.boundary_metric import BOUNDARY_NAMES
from mmwsdepth.functional import ERROR_NAMES, boundary_f1, discontinuity_error, soft_edge_error
from mmwsdepth.registry import METRICS

HR, LR = (32, 64), (16, 32)
ALL = torch.ones(HR, dtype=torch.bool)


def step(column=30, near=2.0, far=4.0, size=HR):
    depth = torch.full(size, far)
    depth[:, :column] = near
    return depth


def sample(pred, name='?', **targets):
    maps = dict(pred_depth_map=pred) | targets
    return {key: dict(data=value.clone()[None]) for key, value in maps.items()} | dict(name=name)


def pairs():
    """Good, shifted and soft edges."""
    soft = step()
    soft[:, 28:32] = 3.0
    second = step(20, 1.0, 3.0)
    return [(step() * 1.01, step()), (step(32), step()), (soft, step()), (second, second)]


def samples():
    return [
        sample(pred, f'image {i}', gt_depth_map_hr=target)
        for i, (pred, target) in enumerate(pairs())
    ]


def score(samples, **options):
    metric = BoundaryMetric(**options)
    for start in range(0, len(samples), 3):
        metric.process(None, samples[start : start + 3])
    return metric.evaluate(len(samples))


def row(pred, target, valid=ALL):
    numbers = (
        boundary_f1(pred, target, valid),
        *dbe(pred, target, valid),
        discontinuity_error(pred, target, valid),
        soft_edge_error(pred, target, valid),
    )
    return {f'depth/{name}': value for name, value in zip(BOUNDARY_NAMES, numbers, strict=True)}


def mean(rows):
    return {key: sum(one[key] for one in rows) / len(rows) for key in rows[0]}


@pytest.fixture
def log(caplog):
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def test_each_column_is_the_mean_of_its_function_over_images(log):
    got = score(samples())
    assert got == pytest.approx(mean([row(*pair) for pair in pairs()]))
    assert list(got) == [f'depth/{name}' for name in BOUNDARY_NAMES]
    assert not log.records


def test_values_by_hand():
    # Two columns to the right: 2 of the 4 m pixels in the band of 4 are at 2 m.
    got = score([sample(step(32), gt_depth_map_hr=step(30))])
    want = dict(boundary_f1=0, dbe_acc=2, dbe_comp=2, edge_abs_rel=0.25, soft_edge=0)
    assert got == pytest.approx({f'depth/{name}': value for name, value in want.items()})


@pytest.mark.parametrize('order', [1, -1])
def test_one_row_of_the_report_beside_the_depth_errors(order):
    metrics = [dict(type='mmwsdepth.DepthMetric', prefix='model')]
    metrics += [dict(type='mmwsdepth.BoundaryMetric', prefix='model')]
    evaluator = Evaluator([METRICS.build(one) for one in metrics[::order]])
    evaluator.process(samples(), None)
    got = evaluator.evaluate(4)
    assert set(got) == {f'model/{name}' for name in ERROR_NAMES + BOUNDARY_NAMES}
    head, _, *rows = markdown_table(got).splitlines()
    assert len(rows) == 1 and 'boundary_f1' in head and 'abs_rel' in head


def test_without_a_prefix_the_two_share_a_row_too():
    assert BoundaryMetric().prefix == DepthMetric().prefix


def test_an_image_without_hr_ground_truth_is_skipped_and_named(log):
    sensor = sample(step(), 'phone/3.png', gt_depth_map=step(15, size=LR))
    data = samples()
    assert score([data[0], sensor, *data[1:]]) == pytest.approx(score(data))
    (record,) = log.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().endswith(
        'skipped 1 of 5 images without HR ground truth: phone/3.png'
    )


def test_the_sensors_depth_is_not_scored_beside_hr_ground_truth():
    data = samples()
    for one in data:
        one['gt_depth_map'] = dict(data=torch.rand(1, *LR) * 9)
    assert score(data) == pytest.approx(score(samples()))


@pytest.mark.parametrize(
    ('target', 'lacking'),
    [
        (torch.full(HR, 3.0), 'depth edges'),
        (step(near=3.0, far=3.2), 'depth edges'),
        (step(near=3.0, far=3.5), 'depth edges'),  # a discontinuity, but no edge to Canny
        (torch.full(HR, 30.0), 'valid depth'),
    ],
)
@pytest.mark.parametrize('pred', [step(), step() * float('nan')])
def test_an_image_without_a_true_edge_is_left_out_counted_and_named(pred, target, lacking, log):
    data = samples()
    empty = sample(pred, 'wall.png', gt_depth_map_hr=target)
    assert score([*data, empty]) == pytest.approx(score(data))
    (record,) = log.records
    assert record.getMessage().endswith(f'skipped 1 of 5 images without {lacking}: wall.png')


def test_each_reason_is_counted_on_its_own(log):
    data = samples()
    data[0]['gt_depth_map_hr']['data'].zero_()
    data[1]['gt_depth_map_hr']['data'].fill_(2)
    data[2]['gt_depth_map_hr']['data'].fill_(2)
    assert score(data) == pytest.approx(row(*pairs()[3]))
    texts = [record.getMessage() for record in log.records]
    assert texts == [
        'depth: skipped 1 of 4 images without valid depth: image 0',
        'depth: skipped 2 of 4 images without depth edges: image 1, image 2',
    ]


def test_nothing_to_score_is_an_error():
    data = [sample(step(), gt_depth_map=step(15, size=LR)), samples()[0]]
    data[1]['gt_depth_map_hr']['data'].fill_(2)
    with pytest.raises(ValueError, match='none of 2 images has HR ground truth with depth edges'):
        score(data)


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('broken', [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize('factor', [1, 2])
def test_a_prediction_that_is_not_finite_makes_every_error_nan_and_is_named(log, broken, factor):
    data = samples()
    finer = data[1]['pred_depth_map']['data'].repeat_interleave(factor, 1)
    finer = finer.repeat_interleave(factor, 2)
    finer[0, 0, 0] = broken  # which no pixel of the truth's grid is picked from when finer
    data[1]['pred_depth_map']['data'] = finer
    assert all(math.isnan(value) for value in score(data).values())
    assert 'predicted for 1 of 4 images' in log.text and log.text.strip().endswith(': image 1')


def test_only_the_range_and_the_crop_are_scored():
    size = (48, 64)  # the crop keeps rows 4:47 and columns 4:60
    target = step(size=size)
    target[:, 4:6] = 12.0
    pred = step(31, size=size)
    pred[:, 4:6] = 7.0
    pred[:2], pred[:, 62:] = 0.7, 0.2
    valid = torch.zeros(size, dtype=torch.bool)
    valid[4:47, 6:60] = True
    got = score([sample(pred, gt_depth_map_hr=target)], crop='nyu')
    assert got == pytest.approx(row(pred, target, valid))
    assert got['depth/dbe_acc'] == got['depth/dbe_comp'] == 1


def test_predictions_are_clamped_to_the_range():
    pred = step(far=1e9)
    pred[:, :30] = -1
    target = step(near=0.5, far=8.0)
    got = score([sample(pred, gt_depth_map_hr=target)], min_depth=0.1, max_depth=8.0)
    assert got['depth/boundary_f1'] == pytest.approx(1)
    assert got['depth/edge_abs_rel'] == pytest.approx(0.4)


def test_a_finer_prediction_is_picked_from_and_a_coarser_one_interpolated():
    fine = step(61, size=(64, 128))
    target = step(30)
    assert score([sample(fine, gt_depth_map_hr=target)]) == pytest.approx(
        row(fine[1::2, 1::2], target)
    )
    coarse = score([sample(step(15, size=LR), gt_depth_map_hr=target)])
    assert coarse['depth/dbe_acc'] <= 1 and coarse['depth/soft_edge'] > 0
