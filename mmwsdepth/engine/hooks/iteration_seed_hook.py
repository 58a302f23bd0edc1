"""Makes a resumed run repeat an uninterrupted one."""

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmwsdepth.registry import HOOKS


@HOOKS.register_module()
class IterationSeedHook(Hook):
    """Seeds PyTorch anew at each iteration by (run's seed, rank, iteration).

    So dropout, stochastic depth and masked blocks do not depend on where a run was interrupted.
    """

    priority = 'VERY_HIGH'

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Seed all devices."""
        entropy = (runner.seed, get_rank(), runner.iter)
        torch.manual_seed(int(np.random.SeedSequence(entropy).generate_state(1)[0]))
