"""Weights go into the model that they belong to."""

import logging
from collections import Counter
from typing import Any

from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import Runner
from torch import Tensor, nn

from mmwsdepth.models.estimators.checkpoint_fit import fit_weights, weights_in

from .checkpoint_config import describe_carried_config

_TRAINING_ONLY = 'teacher.'


def weights_to_predict(model: nn.Module, checkpoint: Any, name: str) -> dict[str, Tensor]:
    """Take a checkpoint's weights for prediction, for which a teacher need not be there.

    Args:
        model: What they are for.
        checkpoint: What was read.
        name: Of its file, for sentences.

    Returns:
        A value for each of the model's keys.

    Raises:
        ValueError: It is another model's.
    """
    fit = fit_weights(model, weights_in(checkpoint))
    fit = fit._replace(
        lacking=[key for key in fit.lacking if not key.startswith(_TRAINING_ONLY)],
        misshapen=[text for text in fit.misshapen if not text.startswith(_TRAINING_ONLY)],
    )
    _refuse(fit.complaint, checkpoint, name)
    return model.state_dict() | fit.state


def weights_to_resume(model: nn.Module, checkpoint: Any, name: str) -> dict[str, Tensor]:
    """Take a checkpoint's weights to go on training, see `weights_to_predict`; all must fit."""
    fit = fit_weights(model, weights_in(checkpoint))
    _refuse(fit.complaint, checkpoint, name)
    return model.state_dict() | fit.state


def weights_to_start(model: nn.Module, checkpoint: Any, name: str) -> dict[str, Tensor]:
    """Take what fits of a checkpoint's weights to start training, and say what does not.

    Args:
        model: See `weights_to_predict`.
        checkpoint: See `weights_to_predict`.
        name: See `weights_to_predict`.

    Returns:
        A value for each of the model's keys; of those that do not fit the initial one.

    Raises:
        ValueError: Nothing fits.
    """
    fit, own = fit_weights(model, weights_in(checkpoint)), model.state_dict()
    if not any(key in fit.state for key, _ in model.named_parameters()):
        _refuse(fit.complaint, checkpoint, name)
    totals = Counter(map(_part, own))
    kept = Counter(_part(key) for key in own if key not in fit.state)
    if kept:
        parts = ', '.join(f'{part} {number} of {totals[part]}' for part, number in kept.items())
        print_log(
            f'{name}: {kept.total()} of {len(own)} tensors keep their initial values: {parts}',
            'current',
            logging.WARNING,
        )
    return own | fit.state


class FittingWeightsHook(Hook):
    """Replaces the weights that a runner has read by those for its model, or refuses them."""

    priority = 'VERY_HIGH'

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Choose by what the runner does; the file is what its config's `load_from` names."""
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        name = str(runner.cfg.get('load_from') or 'the checkpoint')
        if not isinstance(runner.optim_wrapper, OptimWrapper | OptimWrapperDict):
            choose = weights_to_predict
        else:
            choose = weights_to_resume if runner.cfg.get('resume') else weights_to_start
        checkpoint['state_dict'] = choose(model, checkpoint, name)


def _refuse(complaint: str | None, checkpoint: Any, name: str) -> None:
    if complaint is None:
        return
    carried = describe_carried_config(checkpoint)
    mend = f'it carries {carried}: take that' if carried else 'take the one it was trained with'
    raise ValueError(f"{name}: not the weights of this config's model: {complaint}; {mend}")


def _part(key: str) -> str:
    return '.'.join(key.split('.')[: 2 if key.startswith('student.') else 1])
