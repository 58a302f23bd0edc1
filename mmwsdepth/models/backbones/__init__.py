"""Backbones that MMSegmentation lacks."""

from .efficientnet_lite import EfficientNetLite
from .transformers_backbone import TransformersBackbone
from .with_full_resolution import WithFullResolution

__all__ = ['EfficientNetLite', 'TransformersBackbone', 'WithFullResolution']
