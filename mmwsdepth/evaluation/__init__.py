"""Metrics and how they are reported."""

from .depth_metric import DepthMetric
from .mean_depth import MeanDepthMetric
from .report import markdown_table

__all__ = ['DepthMetric', 'MeanDepthMetric', 'markdown_table']
