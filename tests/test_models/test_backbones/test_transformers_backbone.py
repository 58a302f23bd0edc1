from pathlib import Path

import pytest
import torch

from mmwsdepth.models.backbones import TransformersBackbone, WithFullResolution
from tests.test_models.conftest import FOUNDATION

transformers = pytest.importorskip('transformers', reason="needs `pip install -e '.[foundation]'`")

PYRAMID = dict(hidden_sizes=[4, 8, 8, 16], depths=[1, 1, 1, 1], out_indices=[1, 2, 3, 4])


def test_an_encoder_from_a_folder_gives_what_the_library_gives(
    depth_anything, folder: Path, make_foundation
) -> None:
    backbone = make_foundation(folder).backbone
    image = torch.randn(2, 3, 42, 56)
    with torch.no_grad():
        found = backbone(image)
        tokens = depth_anything.backbone(image).feature_maps
    assert [maps.shape for maps in found] == [(2, 24, 3, 4)] * 4
    for maps, expected in zip(found, tokens, strict=True):
        assert torch.equal(maps.flatten(2).transpose(1, 2), expected[:, 1:])


def test_a_pyramid_stands_under_a_level_of_full_resolution(tmp_path: Path) -> None:
    transformers.DINOv3ConvNextModel(transformers.DINOv3ConvNextConfig(**PYRAMID)).save_pretrained(
        tmp_path
    )
    pyramid = dict(
        type='mmwsdepth.TransformersBackbone',
        model_type='dinov3_convnext',
        config=PYRAMID,
        size_multiple=32,
        init_cfg=dict(type='Pretrained', checkpoint=str(tmp_path)),
    )
    backbone = WithFullResolution(pyramid, channels=2)
    backbone.init_weights()
    assert backbone.size_multiple == 32
    sizes = [tuple(maps.shape[1:]) for maps in backbone(torch.randn(1, 3, 64, 96))]
    assert sizes == [(2, 64, 96), (4, 16, 24), (8, 8, 12), (8, 4, 6), (16, 2, 3)]


def test_recomputation_changes_no_gradient() -> None:
    cfg = {key: value for key, value in FOUNDATION['backbone'].items() if key != 'type'}
    image, gradients = torch.randn(1, 3, 28, 28), []
    plain = TransformersBackbone(**cfg)
    for with_cp in (False, True):
        backbone = TransformersBackbone(**cfg, with_cp=with_cp).train()
        backbone.load_state_dict(plain.state_dict())
        calls: list[int] = []
        backbone.model.encoder.layer[0].mlp.register_forward_hook(
            lambda *_, calls=calls: calls.append(1)
        )
        sum(maps.square().sum() for maps in backbone(image)).backward()
        assert len(calls) == 1 + with_cp
        gradients.append(torch.cat([p.grad.flatten() for p in backbone.parameters()]))
    assert torch.allclose(*gradients)


def test_weights_of_another_size_are_refused(folder: Path) -> None:
    cfg = {key: value for key, value in FOUNDATION['backbone'].items() if key != 'type'}
    cfg['config'] = dict(cfg['config'], hidden_size=32)
    init = dict(type='Pretrained', checkpoint=str(folder))
    with pytest.raises(ValueError, match=r'cls_token is \(1, 1, 24\), and \(1, 1, 32\) by the'):
        TransformersBackbone(**cfg, init_cfg=init).init_weights()
