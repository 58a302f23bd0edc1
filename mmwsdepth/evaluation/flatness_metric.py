"""Flatness of predictions, per image and then averaged."""

import logging
from collections.abc import Sequence
from typing import Any

from mmengine.logging import print_log
from torch import Tensor

from mmwsdepth.functional import FlatnessErrors, flatness_errors
from mmwsdepth.registry import METRICS

from .per_image_metric import PerImageMetric, Row, Scored


@METRICS.register_module()
class FlatnessMetric(PerImageMetric):
    """Grain and bumps on surfaces that the sensor saw as flat, see `flatness_errors`.

    Columns: flatness (% of the depth) and flatness_ratio (to the sensor's own). The prediction is
    scored at its own size, the sensor's depth says where it is flat. An image without flat surface
    is reported and skipped; if no image has any, that is reported and there are no columns. With
    the prefix of a `DepthMetric` the columns join its row of the report. Arguments are those
    of `PerImageMetric`.
    """

    columns = FlatnessErrors._fields

    @property
    def need(self) -> str:
        """Flat surfaces."""
        return (
            f'flat surfaces, 8x8 cells of the sensor without a hole, between {self.min_depth} and '
            f'{self.max_depth} m: flatness cannot be scored'
        )

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Score a batch, see `PerImageMetric`, without HR ground truth."""
        without = [{k: v for k, v in s.items() if k != 'gt_depth_map_hr'} for s in data_samples]
        super().process(data_batch, without)

    def row_for(self, sample: dict) -> Row:
        """Score a sample that has the sensor's depth."""
        return super().row_for(sample) if 'gt_depth_map' in sample else "the sensor's depth"

    def prediction_for(self, sample: dict, target: Tensor) -> Tensor:
        """Take a sample's prediction as it is, (1, H, W), unless the sensor's depth is finer."""
        pred = sample['pred_depth_map']['data'].float()
        is_finer = all(a >= b for a, b in zip(pred.shape, target.shape, strict=True))
        return pred if is_finer else super().prediction_for(sample, target)

    def score(self, pred: Tensor, target: Tensor, valid: Tensor) -> Row:
        """Compute the flatness of one image: (H, W), (h, w) and (h, w) in meters."""
        errors = flatness_errors(pred, target, valid)
        return 'flat surfaces' if errors is None else list(errors)

    def compute_metrics(self, results: list[Scored]) -> dict[str, float]:
        """Average over the images with flat surfaces, which a scene need not have.

        Args:
            results: See `PerImageMetric`.
        """
        if any(not isinstance(row, str) for _, row, _ in results):
            return super().compute_metrics(results)
        text = f'{self.prefix}: none of {len(results)} images has {self.need}'
        print_log(text, logger='current', level=logging.WARNING)
        return {}
