"""Pictures."""

from .depth_panels import draw_depth_panels

__all__ = ['draw_depth_panels']
