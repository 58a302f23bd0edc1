"""The errors that iBims-1 adds to the usual ones."""

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from mmengine.evaluator import BaseMetric

from mmwsdepth.functional import PlanarityErrors, planarity_errors
from mmwsdepth.registry import METRICS

from .dbe import DepthBoundaryErrors, dbe_to_annotation
from .ibims_annotations import annotations_of, load_annotation
from .per_image_metric import report_broken

SMALLEST_PLANE = 0.05  # share of the image
MIN_DEPTH = 1e-3
Row = tuple[str, DepthBoundaryErrors | None, list[PlanarityErrors]]


@METRICS.register_module()
class IBimsMetric(BaseMetric):
    """Depth boundary and planarity errors of iBims-1 (Koch et al. 2018, arXiv 1805.01328).

    Columns: dbe_acc and dbe_comp (pixels), means over the images with annotated edges; pe_fla (cm)
    and pe_ori (degrees), means over the planes of all images that have at least 5 % of their
    image's pixels with valid depth. An image without valid depth is skipped; `DepthMetric` names
    it. A prediction with NaN or infinite depth is reported, and every column is NaN. With that
    metric's prefix the columns join its row of the report.

    Args:
        data_root: Folder that `mmwsdepth prepare ibims` wrote.
        prefix: Name of the row in reports.
        collect_device: 'cpu' or 'gpu', for distributed evaluation.

    Raises:
        FileNotFoundError: The folder has no manifest.
        ValueError: The manifest is another's or lacks an image; the ground truth has another size
            than the prediction; when computing, no image had edges, or none planes.
    """

    default_prefix = 'depth'

    def __init__(
        self, data_root: str, prefix: str | None = None, collect_device: str = 'cpu'
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.data_root = Path(data_root)

    @cached_property
    def annotations(self) -> dict[str, dict[str, Any]]:
        """The manifest's entries by the images' names."""
        return annotations_of(self.data_root)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Score a batch.

        Args:
            data_batch: Not used; part of MMEngine's interface.
            data_samples: Each with `name`, `pred_depth_map` and `gt_depth_map`, (1, H, W) in
                meters.
        """
        self.results.extend(map(self.row_for, data_samples))

    def row_for(self, sample: dict) -> Row:
        """Score an image by its name: its edges, if any are annotated, and each of its planes."""
        name = sample['name']
        if name not in self.annotations:
            raise ValueError(
                f'{self.data_root}/manifest.json: has no image {name!r}: give the metric the '
                'data_root of the test set'
            )
        pred, target = (
            sample[key]['data'][0].float().cpu() for key in ('pred_depth_map', 'gt_depth_map')
        )
        if pred.shape != target.shape:
            raise ValueError(
                f'{name}: ground truth of {target.shape[0]}x{target.shape[1]}, prediction of '
                f'{pred.shape[0]}x{pred.shape[1]}: iBims-1 is scored on whole images, take '
                'DownsampleDepth out of the pipeline'
            )
        if not (target > 0).any():
            return name, None, []
        annotation = load_annotation(self.data_root, self.annotations[name])
        if not pred.isfinite().all():
            broken = math.nan, math.nan
            return name, DepthBoundaryErrors(*broken), [PlanarityErrors(*broken)]
        pred = pred.clamp(min=MIN_DEPTH)
        planes = [
            planarity_errors(pred, target, mask, plane.normal, annotation.camera)
            for plane in annotation.planes
            for mask in [plane.mask & (target > 0)]
            if mask.float().mean() >= SMALLEST_PLANE
        ]
        return name, dbe_to_annotation(pred, annotation.edges), planes

    def compute_metrics(self, results: list[Row]) -> dict[str, float]:
        """Average over images and over planes.

        Args:
            results: A row an image.
        """
        edges = [errors for _, errors, _ in results if errors is not None]
        planes = [errors for _, _, row in results for errors in row]
        broken = [name for name, errors, _ in results if errors and math.isnan(errors[0])]
        report_broken(self.prefix, broken, len(results))
        if not edges or not planes:
            lacking = 'edges' if not edges else f'a plane of {SMALLEST_PLANE:.0%} of its pixels'
            raise ValueError(
                f'{self.data_root}: none of {len(results)} images has {lacking}: convert iBims-1 '
                'anew with mmwsdepth prepare ibims'
            )
        accuracy, completeness = zip(*edges, strict=True)
        flatness, orientation = zip(*planes, strict=True)
        return dict(
            dbe_acc=sum(accuracy) / len(edges),
            dbe_comp=sum(completeness) / len(edges),
            pe_fla=sum(flatness) / len(planes),
            pe_ori=sum(orientation) / len(planes),
        )
