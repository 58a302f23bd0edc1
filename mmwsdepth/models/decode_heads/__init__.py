"""Decode heads."""

from .depth_anything_head import DepthAnythingHead
from .depth_head import DepthHead

__all__ = ['DepthAnythingHead', 'DepthHead']
