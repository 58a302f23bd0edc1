"""Parameters and operations of a model, branch by branch, without computing anything."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from mmwsdepth.models.estimators import DepthReconstruction, WSDepthEstimator
from mmwsdepth.registry import MODELS

Size = tuple[int, int]


class Branch(NamedTuple):
    """One pass of one network.

    Attributes:
        name: Which.
        size: (height, width) of its input.
        parameters: Numbers that the network learns or has learned.
        macs: Multiply-accumulates of convolutions, matrix products and attention, for one image;
            half of what PyTorch counts as floating-point operations.
    """

    name: str
    size: Size
    parameters: int
    macs: int


def count_branches(cfg: Config, size: Size, ratio: float) -> list[Branch]:
    """Count what a training step passes through the networks of a model, forward, for one image.

    Args:
        cfg: A config whose model is a `WSDepthEstimator` or a `DepthReconstruction`.
        size: (H, W) of the color image.
        ratio: Pixels of the color image per pixel of the sensor and side, >= 1.

    Returns:
        The student on the HR image and on its LR copy, where a loss needs them, and the teacher
        where there is one.

    Raises:
        ValueError: The ratio is below 1, or the model is of another kind.
    """
    if ratio < 1:
        raise ValueError(f'ratio={ratio:g}: the sensor has fewer pixels, need ratio >= 1')
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    model = MODELS.build(cfg.model).eval().to('meta')
    grid = (max(round(size[0] / ratio), 1), max(round(size[1] / ratio), 1))
    if isinstance(model, DepthReconstruction):
        return [_branch('teacher', model, model, grid)]
    if not isinstance(model, WSDepthEstimator):
        raise ValueError(
            f'model.type={cfg.model.type!r}: branches are those of mmwsdepth.WSDepthEstimator '
            'and mmwsdepth.DepthReconstruction'
        )
    sizes = dict(hr=size, lr=model.lr_size(torch.ones(1, 3, *size, device='meta'), grid))
    branches = [
        _branch(f'student on {view.upper()}', model.student, model.estimate, sizes[view], 3)
        for view in model.learning_branches
    ]
    if model.teacher is not None:
        branches.append(_branch('teacher', model.teacher, model.teacher, grid))
    return branches


def _branch(
    name: str, network: nn.Module, run: Callable[[Tensor], Any], size: Size, channels: int = 1
) -> Branch:
    inputs = torch.ones(1, channels, *size, device='meta')
    return Branch(name, size, count_parameters(network), count_macs(run, inputs))


def count_parameters(model: nn.Module) -> int:
    """Count what `model.parameters()` holds, frozen ones too."""
    return sum(parameter.numel() for parameter in model.parameters())


def count_macs(model: Callable[[Tensor], Any], inputs: Tensor) -> int:
    """Count the multiply-accumulates of `model(inputs)`.

    Args:
        model: A network on the same device as its input; on 'meta' nothing is computed.
        inputs: What it takes.
    """
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(inputs)
    return counter.get_total_flops() // 2
