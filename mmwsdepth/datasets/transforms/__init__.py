"""Transforms that act on the color and the sensor's grid."""

from .formatting import PackRGBDInputs
from .geometric import RandomCropRGBD, RandomFlipRGBD, RandomRotateRGBD, ResizeRGBD
from .loading import LoadColor, LoadDepth
from .sensor import DownsampleDepth
from .upsampling import UpsampleDepth

__all__ = [
    'DownsampleDepth',
    'LoadColor',
    'LoadDepth',
    'PackRGBDInputs',
    'RandomCropRGBD',
    'RandomFlipRGBD',
    'RandomRotateRGBD',
    'ResizeRGBD',
    'UpsampleDepth',
]
