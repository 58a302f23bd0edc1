"""Loss modules, each a thin wrapper of a pure function."""

from .affinity import AffinityLoss, affinity_loss
from .consistency import ResolutionConsistencyLoss, resolution_consistency_loss
from .gradient_matching import GradientMatchingLoss, gradient_matching_loss
from .pixelwise import DepthL1Loss, l1_loss, log_l1_loss
from .silog import SILogLoss, silog_loss
from .sum import SumLoss

__all__ = [
    'AffinityLoss',
    'DepthL1Loss',
    'GradientMatchingLoss',
    'ResolutionConsistencyLoss',
    'SILogLoss',
    'SumLoss',
    'affinity_loss',
    'gradient_matching_loss',
    'l1_loss',
    'log_l1_loss',
    'resolution_consistency_loss',
    'silog_loss',
]
