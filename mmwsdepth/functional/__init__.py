"""Pure tensor functions; they know torch and nothing else."""

from .affinity import affinity_distance
from .depth_errors import ERROR_NAMES, depth_errors
from .resample import SENSORS, area_mean, downsample_depth, downsample_image

__all__ = [
    'ERROR_NAMES',
    'SENSORS',
    'affinity_distance',
    'area_mean',
    'depth_errors',
    'downsample_depth',
    'downsample_image',
]
