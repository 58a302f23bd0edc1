"""RGB-D data sets, their samplers and transforms."""

from . import transforms
from .nyu import NYUDepthDataset
from .rgbd_dataset import RGBDDataset
from .rooms_dataset import RoomsDataset
from .sampler import ReproducibleSampler

__all__ = [
    'NYUDepthDataset',
    'RGBDDataset',
    'ReproducibleSampler',
    'RoomsDataset',
    'transforms',
]
