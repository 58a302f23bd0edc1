"""Whole models: the student-teacher estimator and the teacher alone."""

from .data_preprocessor import DepthDataPreprocessor
from .depth_reconstruction import DepthReconstruction
from .estimate import Estimate
from .ws_depth_estimator import WSDepthEstimator

__all__ = ['DepthDataPreprocessor', 'DepthReconstruction', 'Estimate', 'WSDepthEstimator']
