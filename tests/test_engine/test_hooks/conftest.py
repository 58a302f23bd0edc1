from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import MessageHub, MMLogger
from mmengine.visualization import Visualizer
from torch import nn

from mmwsdepth.models.estimators import DepthReconstruction


class _Estimator(nn.Module):
    def __init__(self, teacher: nn.Module | None) -> None:
        super().__init__()
        self.student = nn.Conv2d(1, 1, 1)
        self.teacher = teacher
        self.loss_lr, self.loss_hr = nn.Identity(), nn.Identity()
        self.learning_branches = ['hr', 'lr']
        self.affinity_factor: float | None = None


@pytest.fixture
def make_runner(tmp_path: Path) -> Callable[..., Any]:
    """A function that makes what hooks see of a runner, with or without a teacher."""

    def make(teacher: DepthReconstruction | None = None, optimized: Any = None) -> Any:
        model = _Estimator(teacher)
        parameters = optimized if optimized is not None else list(model.parameters())
        return SimpleNamespace(
            model=model,
            optim_wrapper=torch.optim.SGD(parameters, lr=0.1),
            iter=0,
            max_iters=10,
            hooks=[],
            seed=3,
            experiment_name='tiny_20260102_030405',
            message_hub=MessageHub.get_instance(str(tmp_path)),
            work_dir=str(tmp_path),
            cfg=Config(dict(x=1)),
            logger=MMLogger.get_instance('test'),
            visualizer=Visualizer(),
        )

    return make
