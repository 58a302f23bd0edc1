"""The published depth errors, per image and then averaged."""

from torch import Tensor

from mmwsdepth.functional import ERROR_NAMES, depth_errors
from mmwsdepth.registry import METRICS

from .per_image_metric import PerImageMetric, Row


@METRICS.register_module()
class DepthMetric(PerImageMetric):
    """Depth errors at HR where the sample has HR ground truth, else on the sensor's grid.

    An image without valid depth is reported and skipped. Arguments are those of `PerImageMetric`.
    """

    columns = ERROR_NAMES

    @property
    def need(self) -> str:
        """Depth within the range."""
        return (
            f'depth between {self.min_depth} and {self.max_depth} m: '
            'check depth_scale and max_depth'
        )

    def score(self, pred: Tensor, target: Tensor, valid: Tensor) -> Row:
        """Compute the depth errors of one image, (h, w) in meters."""
        errors = depth_errors(pred, target, valid)
        return [errors[name] for name in self.columns]
