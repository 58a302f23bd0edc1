"""What happens around the training loop."""

from . import hooks, log_processor

__all__ = ['hooks', 'log_processor']
