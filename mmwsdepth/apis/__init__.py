"""What tools and other programs call."""

from .errors import one_sentence_errors
from .inferencer import DepthInferencer
from .options import runner_options
from .runner import build_runner, load_config

__all__ = [
    'DepthInferencer',
    'build_runner',
    'load_config',
    'one_sentence_errors',
    'runner_options',
]
