"""What the network is given: samples of a config's data set after its pipeline."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmwsdepth.datasets.sampler import SeededIndex
from mmwsdepth.registry import DATASETS

from .inspection import spread


class VisibleSample(NamedTuple):
    """One sample.

    Attributes:
        name: Of the pair.
        image: (H, W, 3) uint8, RGB, before it is normalized.
        sensor: (h, w) float32 in meters, 0 where nothing was measured.
        hr: The same on a finer grid, if the pipeline keeps one.
    """

    name: str
    image: np.ndarray
    sensor: np.ndarray
    hr: np.ndarray | None


def visible_samples(cfg: Config, split: str, num: int, seed: int = 0) -> Iterator[VisibleSample]:
    """Run the pipeline on samples that are spread over a data set.

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
    for index in spread(list(range(len(dataset))), num):
        packed = dataset[SeededIndex(index, (seed, index))]
        sample = packed['data_samples']
        if 'gt_depth_map' not in sample:
            raise ValueError(f'{cfg.filename}: the pipeline of {split}_dataloader packs no depth')
        image = packed['inputs'].float().round().clamp(0, 255).flip(0).permute(1, 2, 0)
        hr = sample.gt_depth_map_hr.data[0].numpy() if 'gt_depth_map_hr' in sample else None
        sensor = sample.gt_depth_map.data[0].numpy()
        yield VisibleSample(
            sample.get('name', str(index)), image.numpy().astype(np.uint8), sensor, hr
        )
