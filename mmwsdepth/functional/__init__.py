"""Pure tensor functions; they know torch and nothing else."""

from .affinity import affinity_distance
from .boundary_errors import (
    boundary_f1,
    discontinuities,
    discontinuity_error,
    soft_edge_error,
)
from .depth_errors import ERROR_NAMES, depth_errors
from .flatness import FlatnessErrors, flatness_errors
from .planarity import Camera, PlanarityErrors, planarity_errors
from .resample import (
    SENSORS,
    antialiasing,
    area_mean,
    area_mean_of_any_size,
    downsample_depth,
    downsample_image,
    enlarge_image,
)
from .sensor_fusion import fuse_sensor_depth

__all__ = [
    'ERROR_NAMES',
    'SENSORS',
    'Camera',
    'FlatnessErrors',
    'PlanarityErrors',
    'affinity_distance',
    'antialiasing',
    'area_mean',
    'area_mean_of_any_size',
    'boundary_f1',
    'depth_errors',
    'discontinuities',
    'discontinuity_error',
    'downsample_depth',
    'downsample_image',
    'enlarge_image',
    'flatness_errors',
    'fuse_sensor_depth',
    'planarity_errors',
    'soft_edge_error',
]
