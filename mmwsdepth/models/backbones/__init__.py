"""Backbones that MMSegmentation lacks."""

from .efficientnet_lite import EfficientNetLite
from .with_full_resolution import WithFullResolution

__all__ = ['EfficientNetLite', 'WithFullResolution']
