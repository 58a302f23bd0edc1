"""The published depth errors, per image and then averaged."""

import logging
from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from torch import Tensor

from mmwsdepth.functional import ERROR_NAMES, depth_errors, downsample_depth
from mmwsdepth.registry import METRICS

from .crops import CROPS, crop_mask

NAMED_IMAGES = 3


@METRICS.register_module()
class DepthMetric(BaseMetric):
    """Depth errors at HR where the sample has HR ground truth, else on the sensor's grid.

    Per-image means, then the mean over images. One row of numbers an image is kept, whatever its
    size. An image without valid depth is reported and skipped.

    Args:
        min_depth: Depth in metres below which nothing is scored; predictions are clamped to it.
        max_depth: The same at the far end.
        crop: 'nyu', 'garg' or None; scaled to the image's size.
        sensor: How an HR prediction is brought to the sensor's grid, see `downsample_depth`.
        prefix: Name of the row in reports.
        collect_device: 'cpu' or 'gpu', for distributed evaluation.

    Raises:
        ValueError: The crop is unknown; when computing, no image had valid depth.
    """

    default_prefix = 'depth'

    def __init__(
        self,
        min_depth: float = 1e-3,
        max_depth: float = 10.0,
        crop: str | None = None,
        sensor: str = 'area',
        prefix: str | None = None,
        collect_device: str = 'cpu',
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if crop is not None and crop not in CROPS:
            raise ValueError(f'crop={crop!r} is none of {", ".join(CROPS)} and None')
        self.min_depth = min_depth
        self.max_depth = max_depth
        self.crop = crop
        self.sensor = sensor

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Score a batch.

        Args:
            data_batch: Not used; part of MMEngine's interface.
            data_samples: Each with `pred_depth_map` (1, H, W), and `gt_depth_map_hr` or
                `gt_depth_map`, (1, h, w), in metres.
        """
        for sample in data_samples:
            key = 'gt_depth_map_hr' if 'gt_depth_map_hr' in sample else 'gt_depth_map'
            target = sample[key]['data']
            pred = self.prediction_for(sample, target)
            self.results.append((sample.get('name', '?'), self._score(pred[0], target[0])))

    def prediction_for(self, sample: dict, target: Tensor) -> Tensor:
        """Bring a sample's prediction to the grid of its ground truth, (1, h, w)."""
        pred = sample['pred_depth_map']['data'].float()
        h, w = target.shape[-2:]
        if h <= pred.shape[-2] and w <= pred.shape[-1]:
            return downsample_depth(pred[None], (h, w), self.sensor)[0]
        return F.interpolate(pred[None], (h, w), mode='bilinear', align_corners=False)[0]

    def _score(self, pred: Tensor, target: Tensor) -> list[float]:
        mask = crop_mask(target.shape, self.crop).to(target.device)
        valid = mask & (target > self.min_depth) & (target <= self.max_depth)
        if not valid.any():
            return []
        errors = depth_errors(pred.clamp(self.min_depth, self.max_depth), target, valid)
        return [errors[name] for name in ERROR_NAMES]

    def compute_metrics(self, results: list[tuple[str, list[float]]]) -> dict[str, float]:
        """Average over the images that have valid depth.

        Args:
            results: A name and the errors of each image; no errors where nothing was valid.
        """
        skipped = [name for name, row in results if not row]
        rows = [row for _, row in results if row]
        if not rows:
            raise ValueError(
                f'none of {len(results)} images has depth between {self.min_depth} and '
                f'{self.max_depth} m: check depth_scale and max_depth'
            )
        if skipped:
            print_log(
                f'{self.prefix}: skipped {len(skipped)} of {len(results)} images without valid '
                f'depth: {", ".join(skipped[:NAMED_IMAGES])}'
                + (', ...' if len(skipped) > NAMED_IMAGES else ''),
                logger='current',
                level=logging.WARNING,
            )
        return {
            name: sum(column) / len(rows)
            for name, column in zip(ERROR_NAMES, zip(*rows, strict=True), strict=True)
        }
