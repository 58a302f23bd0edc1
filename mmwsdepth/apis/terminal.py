"""What a command prints: progress and what a user can act on. The log file holds all."""

import contextlib
import importlib
import io
import logging
from logging import Logger, LogRecord

LOG_FILE_ALONE = (
    '\n' + '-' * 60,  # the environment
    'Config:',
    'Hooks will be executed',
    'Distributed training is not used',
    'paramwise_options',
    'Exp name:',
    'load model from:',
    'Loads checkpoint by',
    'Load checkpoint from',
    'Checkpoints will be saved',
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
    'Failed to search registry',
)


def import_quietly(module: str) -> None:
    """Import a module without what it prints about parts that nothing here needs."""
    with contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module(module)


def keep_setup_off_terminal(logger: Logger) -> None:
    """Let environment, config, hooks and the like go to the log file alone.

    Args:
        logger: MMEngine's, with its handlers.
    """
    for handler in logger.handlers:
        if not isinstance(handler, logging.FileHandler):
            handler.addFilter(_is_for_the_terminal)


def _is_for_the_terminal(record: LogRecord) -> bool:
    return not record.getMessage().startswith(LOG_FILE_ALONE)
