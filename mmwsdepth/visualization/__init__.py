"""Pictures."""

from .depth_panels import draw_depth_panels
from .sample_panels import draw_sample_panels

__all__ = ['draw_depth_panels', 'draw_sample_panels']
