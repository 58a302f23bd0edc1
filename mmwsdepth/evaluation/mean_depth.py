"""The baseline that every model must beat: the training set's mean depth map."""

from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsdepth.datasets.bad_file import printable
from mmwsdepth.registry import DATASETS, METRICS

from .depth_metric import DepthMetric


@METRICS.register_module()
class MeanDepthMetric(DepthMetric):
    """Score the mean of the training set's depth maps as if it were each image's prediction.

    Args:
        dataset: Training set, with a pipeline that ends in `gt_depth_map`, (h, w) of one size.
        min_depth: See `DepthMetric`.
        max_depth: See `DepthMetric`.
        crop: See `DepthMetric`.
        collect_device: 'cpu' or 'gpu', for distributed evaluation.

    Raises:
        ValueError: When scoring, two depth maps differ in size.
    """

    default_prefix = 'mean depth map'

    def __init__(
        self,
        dataset: dict,
        min_depth: float = 1e-3,
        max_depth: float = 10.0,
        crop: str | None = None,
        collect_device: str = 'cpu',
    ) -> None:
        super().__init__(min_depth, max_depth, crop, collect_device=collect_device)
        self.dataset = dataset

    @cached_property
    def mean_depth(self) -> Tensor:
        """(1, h, w) in meters: each pixel's mean over the images in which it was measured."""
        dataset = DATASETS.build(self.dataset)
        samples = (dataset[i] for i in range(len(dataset)))
        first = next(samples)
        depth = torch.from_numpy(first['gt_depth_map'])
        total, count = depth.to(torch.float64, copy=True), (depth > 0).double()
        for sample in samples:
            depth = torch.from_numpy(sample['gt_depth_map'])
            if depth.shape != total.shape:
                raise ValueError(_complaint(sample, first))
            total += depth
            count += depth > 0
        return (total / count.clamp(min=1)).float()[None]

    def prediction_for(self, sample: dict, target: Tensor) -> Tensor:
        """Bring the mean depth map to the grid of the ground truth, (1, h, w)."""
        mean = self.mean_depth[None].to(target.device)
        return F.interpolate(mean, target.shape[-2:], mode='bilinear', align_corners=False)[0]


def _complaint(sample: dict, first: dict) -> str:
    (h, w), (height, width) = sample['gt_depth_map'].shape, first['gt_depth_map'].shape
    return printable(
        f'{sample.get("depth_map_path", "a sample")}: depth is {h}x{w} after the pipeline, that of '
        f'{first.get("depth_map_path", "the first")} {height}x{width}: the mean depth map needs '
        'one size: resize in the pipeline, or leave MeanDepthMetric out'
    )
