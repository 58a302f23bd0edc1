"""Metrics and how they are reported."""

from .boundary_metric import BoundaryMetric
from .dbe import dbe
from .depth_metric import DepthMetric
from .mean_depth import MeanDepthMetric
from .report import markdown_table

__all__ = ['BoundaryMetric', 'DepthMetric', 'MeanDepthMetric', 'dbe', 'markdown_table']
