"""What the network is given: samples of a config's data set after pipeline and preprocessor."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import Tensor

from mmwsdepth.datasets.sampler import SeededIndex
from mmwsdepth.registry import DATASETS, MODELS

from .inspection import spread


class VisibleSample(NamedTuple):
    """One sample.

    Attributes:
        name: Of the pair.
        image: (H, W, 3) uint8, RGB, normalized and brought back.
        sensor: (h, w) float32 in meters, 0 where nothing was measured.
        hr: The same on a finer grid, if the pipeline keeps one.
    """

    name: str
    image: np.ndarray
    sensor: np.ndarray
    hr: np.ndarray | None


def visible_samples(cfg: Config, split: str, num: int, seed: int = 0) -> Iterator[VisibleSample]:
    """Run pipeline and preprocessor on samples that are spread over a data set.

    Args:
        cfg: A whole config.
        split: 'train', 'val' or 'test'.
        num: Samples at most.
        seed: Of the augmentation, for data sets that are seeded by their index.

    Raises:
        ValueError: The config has no data for the split, or its pipeline packs no depth.
    """
    loader = cfg.get(f'{split}_dataloader')
    if not loader:
        raise ValueError(f'{cfg.filename}: has no {split}_dataloader')
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    dataset = DATASETS.build(loader['dataset'])
    preprocessor = MODELS.build(
        cfg.model.get('data_preprocessor') or dict(type='mmwsdepth.DepthDataPreprocessor')
    )
    for index in spread(list(range(len(dataset))), num):
        packed = dataset[SeededIndex(index, (seed, index))]
        sample = packed['data_samples']
        if 'gt_depth_map' not in sample:
            raise ValueError(f'{cfg.filename}: the pipeline of {split}_dataloader packs no depth')
        batch = preprocessor(dict(inputs=[packed['inputs']], data_samples=[sample]))
        image = restore_color(
            batch['inputs'][0],
            getattr(preprocessor, 'mean', torch.zeros(1)),
            getattr(preprocessor, 'std', torch.ones(1)),
            is_rgb=bool(preprocessor._channel_conversion),
        )
        hr = sample.gt_depth_map_hr.data[0].numpy() if 'gt_depth_map_hr' in sample else None
        sensor = sample.gt_depth_map.data[0].numpy()
        yield VisibleSample(sample.get('name', str(index)), image, sensor, hr)


def restore_color(image: Tensor, mean: Tensor, std: Tensor, is_rgb: bool) -> np.ndarray:
    """Undo a normalization.

    Args:
        image: (3, H, W), normalized.
        mean: Of the channels, that broadcasts to the image.
        std: Likewise.
        is_rgb: Whether the channels are RGB; else BGR.

    Returns:
        (H, W, 3) uint8, RGB.
    """
    values = (image * std + mean).round().clamp(0, 255).to(torch.uint8)
    return (values if is_rgb else values.flip(0)).permute(1, 2, 0).numpy()
