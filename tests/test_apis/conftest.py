from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from mmwsdepth.registry import MODELS
from tests.conftest import ROOT


@pytest.fixture(scope='session')
def small_config() -> Config:
    """`wsdepth_rooms.py` with a narrow head, and data that is nowhere."""
    cfg = Config.fromfile(ROOT / 'configs' / 'wsdepth_rooms.py')
    cfg.merge_from_dict({'model.student.decode_head.channels': 8})
    return cfg


@pytest.fixture(scope='session')
def published(small_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A `student.pth` whose depth varies between pixels, unlike a fresh one's."""
    init_default_scope('mmseg')
    torch.manual_seed(0)
    student = MODELS.build(small_config.model).student
    nn.init.normal_(student.decode_head.output.weight)
    path = tmp_path_factory.mktemp('published') / 'student.pth'
    meta = dict(cfg=small_config.pretty_text)
    torch.save(dict(meta=meta, state_dict=student.state_dict()), path)
    return path
