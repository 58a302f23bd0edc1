from collections.abc import Callable
from pathlib import Path
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
ENCODER = dict(
    hidden_size=24,
    num_hidden_layers=4,
    num_attention_heads=2,
    image_size=28,
    out_indices=[1, 2, 3, 4],
    use_mask_token=False,
)
DECODER = dict(
    reassemble_hidden_size=24,
    neck_hidden_sizes=[8, 8, 16, 16],
    fusion_hidden_size=8,
    head_hidden_size=8,
)
FOUNDATION = dict(
    type='mmseg.DepthEstimator',
    backbone=dict(
        type='mmwsdepth.TransformersBackbone',
        model_type='dinov2',
        config=ENCODER,
        size_multiple=14,
    ),
    decode_head=dict(type='mmwsdepth.DepthAnythingHead', config=DECODER, max_depth=20.0),
    test_cfg=dict(mode='whole'),
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


@pytest.fixture
def transformers() -> Any:
    """The library, which these tests need."""
    return pytest.importorskip('transformers', reason="needs `pip install -e '.[foundation]'`")


@pytest.fixture
def depth_anything(transformers: Any) -> Any:
    """The library's own model with random weights, whose depth varies between pixels."""
    encoder = transformers.Dinov2Config(**ENCODER, reshape_hidden_states=False)
    kind = dict(depth_estimation_type='metric', max_depth=20)
    config = transformers.DepthAnythingConfig(backbone_config=encoder, **DECODER, **kind)
    model = transformers.DepthAnythingForDepthEstimation(config)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return model.eval()


@pytest.fixture
def folder(depth_anything: Any, tmp_path: Path) -> Path:
    """The same in a folder, as the hub has such models."""
    depth_anything.save_pretrained(tmp_path / 'model')
    return tmp_path / 'model'


@pytest.fixture
def make_foundation(transformers: Any) -> Callable[..., Any]:
    """A function that builds a tiny Depth Anything student, from a folder's weights if given."""

    def make(source: Path | None = None, **head: Any) -> Any:
        init = dict(type='Pretrained', checkpoint=str(source)) if source else None
        backbone = dict(FOUNDATION['backbone'], init_cfg=init)
        decode_head = dict(FOUNDATION['decode_head'], init_cfg=init) | head
        student = MODELS.build(dict(FOUNDATION, backbone=backbone, decode_head=decode_head))
        student.init_weights()
        return student.eval()

    return make
