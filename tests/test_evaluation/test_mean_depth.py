import numpy as np
import pytest
import torch

from mmwsdepth.evaluation import DepthMetric, MeanDepthMetric
from mmwsdepth.functional import ERROR_NAMES

NEVER, ONCE = (0, 0), (0, 1)


class Depths:
    """A dataset of the depth maps that it is given."""

    built = 0

    def __init__(self, maps):
        type(self).built += 1
        self.maps = maps

    def __len__(self):
        return len(self.maps)

    def __getitem__(self, index):
        return dict(gt_depth_map=self.maps[index], depth_map_path=f'{index}.png')


def holey_maps(dtype=np.float32):
    generator = np.random.default_rng(0)
    maps = generator.uniform(0.5, 9, (6, 8, 16)).astype(dtype)
    maps[generator.random(maps.shape) < 0.4] = 0
    maps[(slice(None), *NEVER)] = 0
    maps[(slice(1, None), *ONCE)] = 0
    maps[(0, *ONCE)] = 3
    return maps


def mean_by_hand(maps):
    measured = np.ma.masked_equal(maps.astype(np.float64), 0)
    return measured.mean(0).filled(0)


def metric_of(maps, **options):
    return MeanDepthMetric(dict(type=Depths, maps=maps), **options)


def sample_of(target, pred=None):
    pred = np.ones_like(target) if pred is None else pred
    fields = dict(pred_depth_map=pred, gt_depth_map=target)
    return {key: dict(data=torch.from_numpy(value)[None]) for key, value in fields.items()}


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_each_pixel_is_averaged_over_the_images_that_measured_it(dtype):
    maps = holey_maps(dtype)
    before = maps.copy()
    mean = metric_of(maps).mean_depth
    assert mean.shape == (1, 8, 16) and mean.dtype == torch.float32
    np.testing.assert_allclose(mean[0], mean_by_hand(maps), rtol=1e-6)
    assert mean[(0, *NEVER)] == 0 and mean[(0, *ONCE)] == 3
    np.testing.assert_array_equal(maps, before)


def test_the_mean_is_scored_in_place_of_every_prediction():
    maps, targets = holey_maps(), holey_maps()[::-1].copy()
    mean = mean_by_hand(maps).astype(np.float32)
    baseline, metric = metric_of(maps, max_depth=8.0), DepthMetric(max_depth=8.0)
    for target in targets:
        baseline.process(None, [sample_of(target)])
        metric.process(None, [sample_of(target, mean)])
    got, want = baseline.evaluate(6), metric.evaluate(6)
    assert list(got) == [f'mean depth map/{name}' for name in ERROR_NAMES]
    assert list(got.values()) == pytest.approx(list(want.values()))


@pytest.mark.parametrize('size', [(8, 16), (16, 32), (60, 120), (4, 8)])
def test_a_constant_set_is_predicted_exactly_on_any_grid(size):
    metric = metric_of(np.full((3, 8, 16), 2.5, np.float32))
    metric.process(None, [sample_of(np.full(size, 2.5, np.float32))])
    assert metric.evaluate(1)['mean depth map/abs_rel'] == pytest.approx(0, abs=1e-6)


def test_the_training_set_is_read_once_and_only_when_needed(monkeypatch):
    monkeypatch.setattr(Depths, 'built', 0)
    metric = metric_of(holey_maps())
    assert Depths.built == 0
    metric.process(None, [sample_of(target) for target in holey_maps()])
    assert Depths.built == 1


def test_a_set_of_several_sizes_is_refused():
    maps = [np.ones((8, 16), np.float32), np.ones((8, 8), np.float32)]
    message = r'^1\.png: depth is 8x8 after the pipeline, that of 0\.png 8x16: .* needs one size'
    with pytest.raises(ValueError, match=message):
        _ = metric_of(maps).mean_depth


def test_the_baseline_does_not_depend_on_the_prediction():
    maps = holey_maps()
    target = maps[0] + 0.1
    broken = np.full_like(target, np.nan)
    scores = []
    for pred in (None, broken):
        metric = metric_of(maps)
        metric.process(None, [sample_of(target, pred)])
        scores.append(metric.evaluate(1))
    assert scores[0] == scores[1]
