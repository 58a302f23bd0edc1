"""What an estimator refuses, and what it forgives."""

import logging
from collections.abc import Sequence
from typing import Any

from mmengine.logging import print_log
from mmengine.structures import BaseDataElement
from torch import Tensor

SMALLEST_FEATURES = 4  # see docs/results.md, the size of the LR view


def grid_of(gt: Tensor, inputs: Tensor, data_samples: Sequence[BaseDataElement]) -> tuple[int, int]:
    """(h, w) of the sensor's grid in a batch.

    Raises:
        ValueError: It is finer than the image.
    """
    (h, w), (height, width) = gt.shape[-2:], inputs.shape[-2:]
    if h > height or w > width:
        raise ValueError(
            f'{data_samples[0].get("depth_map_path")}: ground truth of {h}x{w} is larger than the '
            f'image of {height}x{width}: bring it down with mmwsdepth.DownsampleDepth'
        )
    return h, w


def reduction_of(data_samples: Sequence[BaseDataElement], hr_runs: bool) -> int:
    """Pixels of the colour camera, a side, to one of the batch's images, see `LoadColour`.

    Args:
        data_samples: Of the batch.
        hr_runs: Whether the HR branch runs.

    Raises:
        ValueError: It runs, on images that are not HR.
    """
    reduction = int(data_samples[0].metainfo.get('reduction', 1))
    if hr_runs and reduction > 1:
        raise ValueError(
            f'LoadColour has reduce={reduction}, and the HR view needs every pixel of the image: '
            'leave reduce out, or in training set loss_hr=None to train at LR alone'
        )
    return reduction


def warn_of_small_views(feats: Sequence[Tensor], size: tuple[int, int]) -> None:
    """Warn where the student's coarsest features of the LR view cannot tell left from right.

    Args:
        feats: Features of the LR view, (N, C, h_i, w_i), finest first.
        size: (h, w) of the LR view.
    """
    coarsest = feats[-1].shape[-2:]
    if min(coarsest) < SMALLEST_FEATURES:
        print_log(
            f'the LR view of {size[0]}x{size[1]} leaves {coarsest[0]}x{coarsest[1]} features at '
            f"the student's coarsest level, fewer than {SMALLEST_FEATURES} a side: drop that level "
            '(out_indices), or let two_views have a smaller ratio',
            'current',
            logging.WARNING,
        )


def look_at_loaded_keys(model: Any, incompatible: Any) -> None:
    """Refuse another model's weights; let a student come without teacher and LR statistics.

    Args:
        model: A `WSDepthEstimator` that has just loaded a state.
        incompatible: What torch found missing; loses what may be.

    Raises:
        ValueError: Nothing of the student was there.
    """
    missing = set(incompatible.missing_keys)
    if {f'student.{key}' for key, _ in model.student.named_parameters()} <= missing:
        raise ValueError("the checkpoint has none of the student's weights: it is another model's")
    forgiven = {'lr_ratio'}
    if model.lr_statistics is not None:
        lr_keys = {f'lr_statistics.{key}' for key in model.lr_statistics.state_dict()}
        if lr_keys <= missing:
            model.lr_statistics.copy_from(model.student)
            forgiven |= lr_keys
    teacher = {f'teacher.{key}' for key in model.teacher.state_dict()} if model.teacher else set()
    model.teacher_has_weights = not teacher & missing
    if teacher <= missing:
        forgiven |= teacher
    incompatible.missing_keys[:] = [k for k in incompatible.missing_keys if k not in forgiven]
