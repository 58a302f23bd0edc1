"""A Depth Anything student from the first iteration to depth of a photo."""

import copy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.apis.exportable import build_exportable
from mmwsdepth.apis.runner import build_runner
from mmwsdepth.registry import MODELS
from tests.test_models.conftest import DECODER, ENCODER, FOUNDATION

transformers = pytest.importorskip('transformers', reason="needs `pip install -e '.[foundation]'`")


@pytest.fixture
def trained(tiny_config: Callable[..., Config], tmp_path: Path) -> tuple[Config, Path]:
    """A config whose encoder starts from a folder, and what training by it publishes."""
    encoder = transformers.Dinov2Config(**ENCODER, reshape_hidden_states=False)
    whole = transformers.DepthAnythingForDepthEstimation(
        transformers.DepthAnythingConfig(backbone_config=encoder, **DECODER)
    )
    whole.save_pretrained(tmp_path / 'weights')
    cfg = tiny_config(model__min_lr_side=28)
    cfg.model.student = copy.deepcopy(FOUNDATION)
    init = dict(type='Pretrained', checkpoint=str(tmp_path / 'weights'))
    cfg.model.student.backbone.init_cfg = init
    runner = build_runner(cfg)
    runner.train()
    start = whole.backbone.embeddings.cls_token
    learned = runner.model.student.backbone.model.embeddings.cls_token
    assert 0 < (learned - start).abs().max() < 0.1
    return cfg, Path(runner.work_dir) / 'student.pth'


def test_a_student_is_trained_published_and_estimates_depth_without_the_folder(
    trained: tuple[Config, Path], tmp_path: Path
) -> None:
    cfg, published = trained
    (tmp_path / 'weights').rename(tmp_path / 'gone')
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    found = DepthInferencer(weights=published, device='cpu', show_progress=False)(image)
    depth = found['predictions']
    assert depth.shape == (48, 64) and (depth > 0).all() and (depth < 20).all()

    exportable = build_exportable(cfg, str(published))
    with torch.no_grad():
        rgb = torch.from_numpy(image[..., ::-1].copy()).permute(2, 0, 1)[None].float()
        np.testing.assert_allclose(exportable(rgb)[0, 0], depth, rtol=1e-3)

    plain = MODELS.build(dict(cfg.model.student, _scope_='mmseg')).eval()
    state = torch.load(published, weights_only=True)['state_dict']
    assert not plain.load_state_dict(state, strict=False).missing_keys
    with torch.no_grad():
        assert plain(torch.randn(1, 3, 42, 56)).shape == (1, 1, 42, 56)
