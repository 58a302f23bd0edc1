"""Stops a training that has diverged."""

import math
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner

from mmwsdepth.integrity import names_of_broken
from mmwsdepth.registry import HOOKS

_GRADIENT = 'grad_norm'
_TOTAL = 'loss'
_MEND = 'lower optim_wrapper.optimizer.lr or clip_grad.max_norm and train anew'


@HOOKS.register_module()
class FiniteTrainingHook(Hook):
    """Stops when losses or gradients are NaN or infinite, and keeps such weights off the disk.

    With mixed precision losses alone count: its scaler skips steps with infinite gradients on
    purpose. Without, a gradient counts where it is clipped, since only then MMEngine takes its
    norm.

    Args:
        patience: Such iterations in a row after which training stops.

    Raises:
        ValueError: The patience is below 1.
    """

    priority = 'LOWEST'

    def __init__(self, patience: int = 3) -> None:
        if patience < 1:
            raise ValueError(f'FiniteTrainingHook has patience={patience}: give 1 or more')
        self.patience = patience
        self.num_in_a_row = 0

    def before_train(self, runner: Runner) -> None:
        """Start counting."""
        self.num_in_a_row = 0

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        """Look at the losses.

        Raises:
            ValueError: They were NaN or infinite too often.
        """
        values = {
            name: float(torch.as_tensor(value).detach())
            for name, value in (outputs or {}).items()
            if 'loss' in name
        }
        scalars = runner.message_hub.log_scalars
        if f'train/{_GRADIENT}' in scalars and not isinstance(
            runner.optim_wrapper, AmpOptimWrapper
        ):
            values[_GRADIENT] = float(scalars[f'train/{_GRADIENT}'].current())
        broken = [name for name, value in values.items() if not math.isfinite(value)]
        broken.sort(key=lambda name: name == _TOTAL)
        self.num_in_a_row = self.num_in_a_row + 1 if broken else 0
        if self.num_in_a_row >= self.patience:
            raise ValueError(
                f'training stopped at iteration {runner.iter + 1}: {broken[0]} is '
                f'{values[broken[0]]} for {self.num_in_a_row} iterations in a row: {_MEND}'
            )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Look at the weights that would be saved.

        Raises:
            ValueError: Some are NaN or infinite.
        """
        broken = names_of_broken(checkpoint)
        if broken:
            raise ValueError(
                f'training stopped at iteration {runner.iter + 1}, and no checkpoint was saved: '
                f'{broken[0]} (of {len(broken)} such tensors) holds NaN or infinite values: {_MEND}'
            )
