"""Errors at depth edges, per image and then averaged."""

from torch import Tensor

from mmwsdepth.functional import boundary_f1, discontinuity_error, soft_edge_error
from mmwsdepth.registry import METRICS

from .dbe import dbe
from .per_image_metric import PerImageMetric, Row

BOUNDARY_NAMES = ('boundary_f1', 'dbe_acc', 'dbe_comp', 'edge_abs_rel', 'soft_edge')


@METRICS.register_module()
class BoundaryMetric(PerImageMetric):
    """Errors at depth edges, on HR ground truth only: a coarse grid has no edges to judge by.

    Columns: boundary_f1 (0 to 1, higher is better), dbe_acc and dbe_comp (pixels), edge_abs_rel
    (abs_rel within two pixels of a discontinuity) and soft_edge (relative). An image without HR
    ground truth, valid depth or a true edge of every kind is reported and skipped, so that all
    columns average over the same images, which only the truth decides. With the prefix of a
    `DepthMetric` the columns join its row of the report.

    Args:
        min_depth: See `PerImageMetric`.
        max_depth: See `PerImageMetric`.
        crop: See `PerImageMetric`.
        sensor: See `PerImageMetric`; 'nearest' mixes no depths across an edge.
        prefix: See `PerImageMetric`.
        collect_device: See `PerImageMetric`.
    """

    columns = BOUNDARY_NAMES

    def __init__(
        self,
        min_depth: float = 1e-3,
        max_depth: float = 10.0,
        crop: str | None = None,
        sensor: str = 'nearest',
        prefix: str | None = None,
        collect_device: str = 'cpu',
    ) -> None:
        super().__init__(min_depth, max_depth, crop, sensor, prefix, collect_device)

    @property
    def need(self) -> str:
        """HR ground truth with edges."""
        return (
            f'HR ground truth with depth edges between {self.min_depth} and {self.max_depth} m: '
            'boundaries cannot be scored'
        )

    def row_for(self, sample: dict) -> Row:
        """Score a sample that has HR ground truth."""
        return super().row_for(sample) if 'gt_depth_map_hr' in sample else 'HR ground truth'

    def score(self, pred: Tensor, target: Tensor, valid: Tensor) -> Row:
        """Compute the boundary errors of one image, (h, w) in meters."""
        f1, distances = boundary_f1(pred, target, valid), dbe(pred, target, valid)
        near = discontinuity_error(pred, target, valid)
        soft = soft_edge_error(pred, target, valid)
        if f1 is None or distances is None or near is None or soft is None:
            return 'depth edges'
        return [f1, *distances, near, soft]
