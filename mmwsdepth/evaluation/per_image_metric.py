"""Metrics of one image, averaged over images."""

import logging
import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from torch import Tensor

from mmwsdepth.functional import downsample_depth

from .crops import CROPS, crop_mask

NAMED_IMAGES = 3
Row = list[float] | str
Scored = tuple[str, Row, bool]


class PerImageMetric(BaseMetric):
    """Per-image means, then the mean over images; a subclass says what is measured.

    One row of numbers an image is kept, whatever its size. An image that lacks what the metric
    needs is reported and skipped, as is one without HR ground truth among others that have it. A
    prediction with NaN or infinite depth is reported, and scores NaN in every column.

    Args:
        min_depth: Depth in meters below which nothing is scored; predictions are clamped to it.
        max_depth: The same at the far end.
        crop: 'nyu', 'garg' or None; scaled to the image's size.
        sensor: How a prediction is brought to a coarser ground truth, see `downsample_depth`.
        prefix: Name of the row in reports.
        collect_device: 'cpu' or 'gpu', for distributed evaluation.

    Raises:
        ValueError: The crop is unknown; when computing, no image could be scored.
    """

    default_prefix = 'depth'
    columns: tuple[str, ...]

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

    @property
    @abstractmethod
    def need(self) -> str:
        """What an image must have to be scored, and what to check if none has it."""

    @abstractmethod
    def score(self, pred: Tensor, target: Tensor, valid: Tensor) -> Row:
        """Score one image.

        Args:
            pred: (h, w) in meters, finite and within the range.
            target: (h, w) in meters.
            valid: (h, w), true where the target counts; somewhere.

        Returns:
            A number a column, or what the image lacks.
        """

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Score a batch.

        Args:
            data_batch: Not used; part of MMEngine's interface.
            data_samples: Each with `pred_depth_map` (1, H, W), and `gt_depth_map_hr` or
                `gt_depth_map`, (1, h, w), in meters.
        """
        for sample in data_samples:
            is_hr = 'gt_depth_map_hr' in sample
            self.results.append((sample.get('name', '?'), self.row_for(sample), is_hr))

    def row_for(self, sample: dict) -> Row:
        """Score a sample at HR where it has HR ground truth, else on the sensor's grid."""
        key = 'gt_depth_map_hr' if 'gt_depth_map_hr' in sample else 'gt_depth_map'
        target = sample[key]['data']
        pred = self.prediction_for(sample, target)[0]
        target = target[0]
        mask = crop_mask(target.shape, self.crop).to(target.device)
        valid = mask & (target > self.min_depth) & (target <= self.max_depth)
        if not valid.any():
            return 'valid depth'
        # What an image lacks is the truth's to say, whatever the prediction.
        is_finite = bool(pred.isfinite().all())
        scored = pred if is_finite else target
        row = self.score(scored.clamp(self.min_depth, self.max_depth), target, valid)
        return row if is_finite or isinstance(row, str) else [math.nan] * len(row)

    def prediction_for(self, sample: dict, target: Tensor) -> Tensor:
        """Bring a sample's prediction to the grid of its ground truth, (1, h, w).

        All of it is NaN if any pixel of the prediction is NaN or infinite.
        """
        pred = sample['pred_depth_map']['data'].float()
        if not pred.isfinite().all():
            return torch.full_like(target, math.nan)
        h, w = target.shape[-2:]
        if h <= pred.shape[-2] and w <= pred.shape[-1]:
            return downsample_depth(pred[None], (h, w), self.sensor, is_dense=True)[0]
        return F.interpolate(pred[None], (h, w), mode='bilinear', align_corners=False)[0]

    def compute_metrics(self, results: list[Scored]) -> dict[str, float]:
        """Average over the images that could be scored.

        Args:
            results: Of each image its name, its row and whether it has HR ground truth.
        """
        rows_of = _on_one_grid(results)
        self._report_skipped(rows_of)
        scored = [(name, row) for name, row in rows_of if not isinstance(row, str)]
        if not scored:
            raise ValueError(f'none of {len(results)} images has {self.need}')
        report_broken(self.prefix, [n for n, row in scored if math.isnan(row[0])], len(results))
        rows = [row for _, row in scored]
        return {
            name: sum(column) / len(rows)
            for name, column in zip(self.columns, zip(*rows, strict=True), strict=True)
        }

    def _report_skipped(self, results: list[tuple[str, Row]]) -> None:
        skipped: dict[str, list[str]] = {}
        for name, row in results:
            if isinstance(row, str):
                skipped.setdefault(row, []).append(name)
        for lacking, names in skipped.items():
            print_log(
                f'{self.prefix}: skipped {len(names)} of {len(results)} images without '
                f'{lacking}: {_first_of(names)}',
                logger='current',
                level=logging.WARNING,
            )


def _on_one_grid(results: Sequence[Scored]) -> list[tuple[str, Row]]:
    """Names and rows; errors at HR and on the sensor's grid make no common mean."""
    if not any(is_hr for _, _, is_hr in results):
        return [(name, row) for name, row, _ in results]
    lacking = 'HR ground truth, which others have'
    return [
        (name, row if is_hr or isinstance(row, str) else lacking) for name, row, is_hr in results
    ]


def report_broken(prefix: str | None, names: Sequence[str], total: int) -> None:
    """Warn of images whose prediction is not finite.

    Args:
        prefix: The metric's row in reports.
        names: Of those images; none warns of nothing.
        total: Number of all images.
    """
    if names:
        print_log(
            f'{prefix}: NaN or infinite depth is predicted for {len(names)} of {total} images, so '
            f'every error is NaN: {_first_of(names)}',
            logger='current',
            level=logging.WARNING,
        )


def _first_of(names: Sequence[str]) -> str:
    return ', '.join(names[:NAMED_IMAGES]) + (', ...' if len(names) > NAMED_IMAGES else '')
