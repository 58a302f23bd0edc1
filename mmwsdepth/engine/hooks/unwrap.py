"""The model behind a distributed wrapper."""

from typing import Any

from mmengine.model import is_model_wrapper
from mmengine.runner import Runner


def unwrapped_model(runner: Runner) -> Any:
    """Return the runner's model itself."""
    return runner.model.module if is_model_wrapper(runner.model) else runner.model
