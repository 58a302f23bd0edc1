"""What tools and other programs call."""

from .errors import one_sentence_errors
from .options import runner_options
from .runner import build_runner, load_config

__all__ = ['build_runner', 'load_config', 'one_sentence_errors', 'runner_options']
