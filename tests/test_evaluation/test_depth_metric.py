import json
import logging
import math
import pickle
from datetime import timedelta

import numpy as np
import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from mmengine.dataset import DefaultSampler
from mmengine.logging import MMLogger

from mmwsdepth.evaluation import DepthMetric
from mmwsdepth.functional import ERROR_NAMES
from mmwsdepth.registry import METRICS

HR, LR = (32, 64), (16, 32)


def depth_maps(number, size, holes=0.0, seed=0, low=0.05, high=12.0):
    """Depth that goes beyond the range that is scored."""
    generator = np.random.default_rng(seed)
    maps = generator.uniform(low, high, (number, *size)).astype(np.float32)
    maps[generator.random(maps.shape) < holes] = 0
    return maps


def sample(pred, name='?', **targets):
    fields = dict(pred_depth_map=pred) | targets
    tensors = {key: dict(data=torch.from_numpy(value)[None]) for key, value in fields.items()}
    return tensors | dict(name=name)


def samples(number=5):
    """Images with more and more holes, so that pooling pixels would give another mean."""
    preds = depth_maps(number, HR)
    targets = [depth_maps(1, HR, i / (number + 1), seed=i + 1)[0] for i in range(number)]
    return [
        sample(pred, f'image {i}', gt_depth_map=target)
        for i, (pred, target) in enumerate(zip(preds, targets, strict=True))
    ]


def score(samples, size=None, **options):
    metric = DepthMetric(**options)
    for start in range(0, len(samples), 2):
        metric.process(None, samples[start : start + 2])
    return metric.evaluate(size or len(samples))


def reference(pred, target, low=1e-3, high=10.0, window=(slice(None), slice(None))):
    """The published formulas for one image, in float64."""
    pred, target = pred[window].astype(np.float64), target[window].astype(np.float64)
    valid = (target > low) & (target <= high)
    p, t = np.clip(pred, low, high)[valid], target[valid]
    g = np.log(p) - np.log(t)
    ratio = np.maximum(p / t, t / p)
    return dict(
        abs_rel=np.mean(np.abs(p - t) / t),
        sq_rel=np.mean((p - t) ** 2 / t),
        mae=np.mean(np.abs(p - t)),
        rmse=np.sqrt(np.mean((p - t) ** 2)),
        rmse_log=np.sqrt(np.mean(g**2)),
        log10=np.mean(np.abs(np.log10(p) - np.log10(t))),
        silog=100 * np.std(g),
        d1=np.mean(ratio < 1.25),
        d2=np.mean(ratio < 1.25**2),
        d3=np.mean(ratio < 1.25**3),
    )


def mean_reference(pairs, prefix='depth', **options):
    rows = [reference(pred, target, **options) for pred, target in pairs]
    return {f'{prefix}/{name}': np.mean([row[name] for row in rows]) for name in ERROR_NAMES}


def half(depth):
    """Average of 2 x 2 pixels."""
    return depth.reshape(depth.shape[0] // 2, 2, -1, 2).mean((1, 3))


@pytest.fixture
def log(caplog):
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def arrays(sample, key):
    return sample['pred_depth_map']['data'][0].numpy(), sample[key]['data'][0].numpy()


def test_agrees_with_the_published_formulas_per_image():
    data = samples()
    want = mean_reference([arrays(one, 'gt_depth_map') for one in data])
    assert score(data) == pytest.approx(want, rel=1e-6)


def test_images_weigh_the_same_however_many_pixels_they_have():
    full = np.full(HR, 2.0, np.float32)
    sparse = np.zeros(HR, np.float32)
    sparse[3, 5] = 1.0
    data = [
        sample(full, gt_depth_map=full),
        sample(np.full(HR, 1.5, np.float32), gt_depth_map=sparse),
    ]
    metrics = score(data)
    assert metrics['depth/abs_rel'] == pytest.approx(0.25)
    assert metrics['depth/rmse'] == pytest.approx(0.25)
    assert metrics['depth/d1'] == 0.5


def test_hr_ground_truth_is_preferred():
    pred, hr, lr = depth_maps(3, HR, 0.3)[:, None]
    lr = lr[:, ::2, ::2]
    data = [sample(pred[0] + 0.1, gt_depth_map=lr[0], gt_depth_map_hr=hr[0])]
    assert score(data) == pytest.approx(mean_reference([(pred[0] + 0.1, hr[0])]), rel=1e-6)


def test_hr_ground_truth_alone_is_enough():
    pred, hr = depth_maps(2, HR)
    assert score([sample(pred, gt_depth_map_hr=hr)]) == pytest.approx(
        mean_reference([(pred, hr)]), rel=1e-6
    )


def test_on_the_sensors_grid_the_prediction_is_integrated_as_the_sensor_does():
    preds, targets = depth_maps(3, HR), depth_maps(3, LR, 0.4, seed=1)
    pairs = list(zip(preds, targets, strict=True))
    data = [sample(pred, gt_depth_map=target) for pred, target in pairs]
    area = mean_reference([(half(pred), target) for pred, target in pairs])
    assert score(data) == pytest.approx(area, rel=1e-6)
    nearest = mean_reference([(pred[1::2, 1::2], target) for pred, target in pairs])
    assert score(data, sensor='nearest') == pytest.approx(nearest, rel=1e-6)


def test_a_prediction_on_a_coarser_grid_is_interpolated():
    target = np.full(HR, 4.0, np.float32)
    metrics = score([sample(np.full(LR, 5.0, np.float32), gt_depth_map=target)])
    assert metrics['depth/abs_rel'] == pytest.approx(0.25)


@pytest.mark.parametrize('low', [1e-3, 0.5])
@pytest.mark.parametrize('high', [10.0, 6.0, 80.0])
def test_predictions_are_clamped_to_the_range_and_targets_outside_do_not_count(low, high):
    data = samples()
    data[0]['pred_depth_map']['data'][:, :4] = -1
    data[0]['pred_depth_map']['data'][:, 4:8] = 1e9
    want = mean_reference([arrays(one, 'gt_depth_map') for one in data], low=low, high=high)
    assert score(data, min_depth=low, max_depth=high) == pytest.approx(want, rel=1e-6)


def test_the_far_end_of_the_range_counts_and_the_near_end_does_not():
    target = np.array([[0.5, 10.0, 10.001]], np.float32)
    pred = np.array([[5.0, 5.0, 5.0]], np.float32)
    metrics = score([sample(pred, gt_depth_map=target)], min_depth=0.5, max_depth=10.0)
    assert metrics['depth/abs_rel'] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ('crop', 'size', 'window'),
    [
        ('nyu', (480, 640), (slice(45, 471), slice(41, 601))),
        ('nyu', (240, 320), (slice(22, 235), slice(20, 300))),
        ('garg', (375, 1242), (slice(153, 371), slice(44, 1197))),
    ],
)
def test_only_the_crop_is_scored(crop, size, window):
    pred, target = depth_maps(2, size)
    want = mean_reference([(pred, target)], window=window)
    assert score([sample(pred, gt_depth_map=target)], crop=crop) == pytest.approx(want, rel=1e-6)


def test_an_unknown_crop_is_refused():
    with pytest.raises(ValueError, match="crop='eigen' is none of nyu, garg and None"):
        DepthMetric(crop='eigen')


def test_an_image_without_valid_depth_is_skipped_and_named(log):
    data = samples()
    want = score(data)
    assert 'skipped' not in log.text
    too_far = np.full(HR, 11.0, np.float32)
    empty = sample(too_far, 'office/17.png', gt_depth_map=too_far)
    assert score([data[0], empty, *data[1:]]) == pytest.approx(want)
    (record,) = log.records
    assert record.levelno == logging.WARNING
    assert 'skipped 1 of 6 images' in record.getMessage()
    assert record.getMessage().endswith(': office/17.png')


def test_of_many_skipped_images_the_first_are_named(log):
    data = samples()
    for one in data[:4]:
        one['gt_depth_map']['data'].zero_()
    assert all(math.isfinite(value) for value in score(data).values())
    assert 'skipped 4 of 5' in log.text and 'image 0, image 1, image 2, ...' in log.text


def test_no_valid_depth_at_all_is_an_error():
    data = samples(2)
    for one in data:
        one['gt_depth_map']['data'].zero_()
    with pytest.raises(ValueError, match=r'none of 2 images has depth between 0\.001 and 10\.0 m'):
        score(data)


@pytest.mark.parametrize('broken', [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize('grid', [HR, LR])
@pytest.mark.parametrize('columns', [slice(None), slice(None, None, 2), slice(1)])
def test_a_prediction_that_is_not_finite_makes_every_error_nan_and_is_named(
    log, broken, grid, columns
):
    data = [sample(np.full(HR, 2.0, np.float32), f'room {i}') for i in range(3)]
    for one in data:
        one['gt_depth_map'] = dict(data=torch.full((1, *grid), 2.0))
    data[1]['pred_depth_map']['data'][..., columns] = broken
    assert all(math.isnan(value) for value in score(data).values())
    (record,) = log.records
    assert 'predicted for 1 of 3 images' in record.getMessage()
    assert record.getMessage().endswith(': room 1')


def test_padding_at_the_end_is_dropped():
    data = samples(5)
    assert score([*data, data[0], data[1]], size=5) == pytest.approx(score(data))


def test_what_is_kept_of_an_image_does_not_grow_with_it():
    def kept(size):
        metric = METRICS.build(dict(type='mmwsdepth.DepthMetric'))
        pred, target = depth_maps(2, size)
        metric.process(None, [sample(pred, 'name', gt_depth_map=target)])
        ((name, row, _),) = metric.results
        assert name == 'name' and [type(value) for value in row] == [float] * len(ERROR_NAMES)
        return len(pickle.dumps(metric.results))

    assert kept((8, 16)) == kept((128, 256))


def test_errors_at_hr_and_on_the_sensor_s_grid_make_no_common_mean(log):
    coarse, fine = samples(5), samples(5)
    for one in fine:
        one['gt_depth_map_hr'] = one['gt_depth_map']
    assert score([fine[0], *coarse[1:4], fine[4]]) == pytest.approx(score([fine[0], fine[4]]))
    (message,) = log.messages
    assert 'skipped 3 of 5 images without HR ground truth, which others have: image 1' in message
    assert score(coarse) == pytest.approx(score(fine)) and len(log.messages) == 1


def test_rows_are_named_by_the_prefix():
    assert set(score(samples(1), prefix='HR')) == {f'HR/{name}' for name in ERROR_NAMES}


def _evaluate_on_one_rank(rank, world_size, folder, device):
    torch.set_num_threads(1)
    dist.init_process_group(
        'gloo',
        init_method=f'file://{folder}/rendezvous',
        rank=rank,
        world_size=world_size,
        timeout=timedelta(seconds=60),
    )
    data = samples(5)
    metric = DepthMetric(collect_device=device)
    for index in DefaultSampler(data, shuffle=False):
        metric.process(None, [data[index]])
    assert len(metric.results) == 3
    (folder / f'{rank}.json').write_text(json.dumps(metric.evaluate(len(data))))
    dist.destroy_process_group()


@pytest.mark.parametrize('device', ['cpu', 'gpu'])
def test_two_processes_agree_with_one(device, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mp.start_processes(_evaluate_on_one_rank, (2, tmp_path, device), 2, start_method='fork')
    want = score(samples(5))
    for rank in range(2):
        assert json.loads((tmp_path / f'{rank}.json').read_text()) == pytest.approx(want)
