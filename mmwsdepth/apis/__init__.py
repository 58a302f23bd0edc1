"""What other programs call."""

from .inferencer import DepthInferencer
from .runner import build_runner, load_config

__all__ = ['DepthInferencer', 'build_runner', 'load_config']
