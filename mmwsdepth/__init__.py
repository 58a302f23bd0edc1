"""Monocular depth at the color camera's resolution, learnt from a coarse depth sensor."""

from .waiting import wait_without_spinning

wait_without_spinning()

from .stack import check_stack  # noqa: E402
from .version import __version__  # noqa: E402

check_stack()

from . import registry  # noqa: E402
from .config_lookup import register_config_lookup  # noqa: E402
from .safe_load import register_safe_load  # noqa: E402

register_config_lookup()
register_safe_load()

__all__ = ['__version__', 'registry']
