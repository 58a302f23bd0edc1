from collections.abc import Callable
from typing import Any

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmwsdepth.models.estimators import WSDepthEstimator
from mmwsdepth.registry import MODELS

STUDENT = dict(
    type='mmseg.DepthEstimator',
    backbone=dict(type='mmwsdepth.EfficientNetLite', out_indices=(0, 1, 2)),
    decode_head=dict(type='mmwsdepth.DepthHead', in_channels=[16, 24, 40], channels=8),
)
SILOG = dict(type='mmwsdepth.SILogLoss')


@pytest.fixture
def make_estimator() -> Callable[..., WSDepthEstimator]:
    """A function that builds the whole method, small, with further options."""

    def make(**options: Any) -> WSDepthEstimator:
        cfg = dict(
            type='mmwsdepth.WSDepthEstimator',
            student=STUDENT,
            teacher=dict(type='mmwsdepth.DepthReconstruction', channels=(8, 16, 24)),
            loss_lr=SILOG,
            loss_hr=SILOG,
            loss_consistency=dict(type='mmwsdepth.ResolutionConsistencyLoss'),
            loss_affinity=dict(type='mmwsdepth.AffinityLoss'),
            min_lr_side=1,
        )
        return MODELS.build(cfg | options).train()

    return make


@pytest.fixture
def make_samples() -> Callable[..., list[SegDataSample]]:
    """A function that makes data samples with random sensor depth of one size."""

    def make(size: tuple[int, int], number: int = 2) -> list[SegDataSample]:
        samples = []
        for index in range(number):
            sample = SegDataSample(metainfo=dict(depth_map_path=f'depth_{index}.png'))
            sample.gt_depth_map = PixelData(data=1 + 4 * torch.rand(1, *size))
            samples.append(sample)
        return samples

    return make
