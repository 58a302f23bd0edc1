import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from mmengine.logging import MMLogger

from tests.conftest import ROOT

sys.path.append(str(ROOT / 'tools'))

from benchmarks.setting import LOGGER, Setting

TINY = """
silog = dict(type='mmwsdepth.SILogLoss')
model = dict(
    type='mmwsdepth.WSDepthEstimator',
    student=dict(
        type='mmseg.DepthEstimator',
        backbone=dict(type='mmwsdepth.EfficientNetLite', out_indices=(0, 1, 2), pretrained=True),
        decode_head=dict(type='mmwsdepth.DepthHead', in_channels=[16, 24, 40], channels=8),
    ),
    teacher=dict(type='mmwsdepth.DepthReconstruction', channels=(8, 16, 24)),
    loss_lr=silog,
    loss_hr=silog,
    loss_consistency=dict(type='mmwsdepth.ResolutionConsistencyLoss'),
    loss_affinity=dict(type='mmwsdepth.AffinityLoss'),
    min_lr_side=8,
)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=1e-3))
"""


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    MMLogger._instance_dict.pop(LOGGER, None)


@pytest.fixture
def setting() -> Setting:
    return Setting(rounds=2)


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    """A config of the whole method with a tiny student and teacher."""
    path = tmp_path / 'tiny.py'
    path.write_text(TINY)
    return str(path)
