"""What an estimator returns, and what it reads from a batch."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from mmengine.structures import BaseDataElement, PixelData
from torch import Tensor


class Estimate(NamedTuple):
    """Depth and the features behind it.

    Attributes:
        depth: (N, 1, H, W) in meters.
        feats: Feature maps, finest first.
    """

    depth: Tensor
    feats: tuple[Tensor, ...]


def stack_gt_depth(data_samples: Sequence[BaseDataElement], image: Tensor) -> Tensor:
    """Stack the sensor's depth of a batch.

    Args:
        data_samples: Each with `gt_depth_map`, (1, h, w) in meters, 0 where nothing was measured.
        image: (N, C, H, W), of which the sensor sees the same.

    Returns:
        (N, 1, h, w).

    Raises:
        ValueError: The depth maps of the batch differ in size, or are finer than the image.
    """
    maps = [sample.gt_depth_map.data for sample in data_samples]
    for sample, depth in zip(data_samples, maps, strict=True):
        if depth.shape != maps[0].shape:
            raise ValueError(
                f'{sample.get("depth_map_path")}: depth is {_size(depth)}, '
                f'{data_samples[0].get("depth_map_path")} in the same batch is {_size(maps[0])}: '
                'keep sensors of different grids in data sets of their own, or set batch_size=1'
            )
    if any(coarse > fine for coarse, fine in zip(maps[0].shape[1:], image.shape[2:], strict=True)):
        raise ValueError(
            f'{data_samples[0].get("depth_map_path")}: ground truth of {_size(maps[0])} is larger '
            f'than the image of {_size(image)}: bring it down with mmwsdepth.DownsampleDepth'
        )
    return torch.stack(maps)


def store_prediction(sample: BaseDataElement, depth: Tensor) -> None:
    """Put a prediction, (1, H, W) in meters, into a data sample as `pred_depth_map`."""
    sample.set_data({'pred_depth_map': PixelData(data=depth)})


def samples_for(mode: str, data_samples: list[BaseDataElement] | None) -> list[BaseDataElement]:
    """Return the samples that a mode of MMEngine's `forward` needs.

    Raises:
        ValueError: The mode is neither 'loss' nor 'predict', or there are no samples.
    """
    if mode not in ('loss', 'predict') or data_samples is None:
        raise ValueError(f"mode {mode!r} is none of 'tensor', 'loss' and 'predict' with samples")
    return data_samples


def _size(maps: Tensor) -> str:
    return f'{maps.shape[-2]}x{maps.shape[-1]}'
