"""Metrics and how they are reported."""

from .boundary_metric import BoundaryMetric
from .dbe import dbe, dbe_to_annotation
from .depth_metric import DepthMetric
from .flatness_metric import FlatnessMetric
from .ibims_metric import IBimsMetric
from .mean_depth import MeanDepthMetric
from .report import markdown_table

__all__ = [
    'BoundaryMetric',
    'DepthMetric',
    'FlatnessMetric',
    'IBimsMetric',
    'MeanDepthMetric',
    'dbe',
    'dbe_to_annotation',
    'markdown_table',
]
