"""Monocular depth at the color camera's resolution, learned from a coarse depth sensor.

MMEngine imports `mmwsdepth.registry` by itself when a config names one of our types.
"""

from .stack import check_stack
from .version import __version__

check_stack()

from .config_lookup import register_config_lookup  # noqa: E402

register_config_lookup()

__all__ = ['__version__']
