"""How a line of training progress reads."""

from typing import Any

from mmengine.runner import LogProcessor

from mmwsdepth.registry import LOG_PROCESSORS


@LOG_PROCESSORS.register_module()
class LossLogProcessor(LogProcessor):
    """Prints `loss_lr` among the losses.

    MMEngine's own takes every name that ends in `lr` for a learning rate.
    """

    def get_log_after_iter(self, runner: Any, batch_idx: int, mode: str) -> tuple[dict, str]:
        """Return the numbers by name, and the line."""
        numbers, line = super().get_log_after_iter(runner, batch_idx, mode)
        for name in [name for name in numbers if 'loss' in name and name.endswith('lr')]:
            loss = numbers[name]
            line = line.replace(f'{name}: {loss:.{self.num_digits}e}', '', 1)
            line += f'  {name}: {loss:.{self.num_digits}f}'
        return numbers, line
