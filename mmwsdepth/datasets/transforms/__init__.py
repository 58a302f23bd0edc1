"""Transforms that act on the colour and the sensor's grid."""

from .formatting import PackRGBDInputs
from .geometric import RandomCropRGBD, RandomFlipRGBD, RandomRotateRGBD, ResizeRGBD
from .loading import LoadColour, LoadDepth
from .sensor import DownsampleDepth
from .upsampling import UpsampleDepth

__all__ = [
    'DownsampleDepth',
    'LoadColour',
    'LoadDepth',
    'PackRGBDInputs',
    'RandomCropRGBD',
    'RandomFlipRGBD',
    'RandomRotateRGBD',
    'ResizeRGBD',
    'UpsampleDepth',
]
