"""What tools and other programs call."""

from .runner import build_runner, load_config

__all__ = ['build_runner', 'load_config']
