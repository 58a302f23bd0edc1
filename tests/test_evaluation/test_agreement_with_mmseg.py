import pytest
import torch
from mmengine.evaluator import BaseMetric

from mmwsdepth.registry import METRICS

OTHER_CONVENTION = {'silog'}
NYU = (dict(crop='nyu'), dict(crop_type='nyu_crop'))


def score(metric: BaseMetric, samples: list[dict]) -> dict[str, float]:
    for sample in samples:
        metric.process({}, [sample])
    return metric.compute_metrics(metric.results)


@pytest.mark.parametrize(('size', 'crops'), [((480, 640), NYU), ((24, 32), ({}, {}))])
def test_metrics_of_the_same_definition_agree_with_mmsegmentations(size, crops) -> None:
    samples = []
    for _ in range(3):
        target = 0.5 + 9 * torch.rand(1, *size)
        pred = (target * (1 + 0.2 * torch.randn(1, *size))).clamp(0.1, 9.9)
        target *= torch.rand(1, *size) > 0.1
        samples.append(dict(pred_depth_map=dict(data=pred), gt_depth_map=dict(data=target)))
    ours = dict(type='mmwsdepth.DepthMetric', min_depth=1e-3, max_depth=10.0) | crops[0]
    theirs = dict(type='mmseg.DepthMetric', min_depth_eval=1e-3, max_depth_eval=10.0) | crops[1]
    found, expected = (score(METRICS.build(metric), samples) for metric in (ours, theirs))
    shared = found.keys() & expected.keys() - OTHER_CONVENTION
    assert {'abs_rel', 'rmse', 'd1'} <= shared
    for name in shared:
        assert found[name] == pytest.approx(expected[name], rel=1e-5), name
