"""Lets losses set in one after the other."""

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmwsdepth.registry import HOOKS

from .ramp import ramp
from .unwrap import unwrapped_model


@HOOKS.register_module()
class LossScheduleHook(Hook):
    """Starts losses late, e.g. the HR branch after a cheap start at LR.

    While no loss needs a branch it is not computed.

    Args:
        schedule: (iteration at which it sets in, iterations of its rise) by the loss's name.
    """

    def __init__(self, schedule: dict[str, tuple[int, int]]) -> None:
        self.schedule = schedule

    def before_train(self, runner: Runner) -> None:
        """Check the names.

        Raises:
            ValueError: The model has no such loss, affinity is scheduled (that is
                `AffinityDistillationHook`'s), or no loss is there from the first iteration.
        """
        known = [name for name in unwrapped_model(runner).loss_modules if name != 'loss_affinity']
        for name in self.schedule:
            if name not in known:
                raise ValueError(
                    f'schedule names {name!r}, the model has {", ".join(known)} to be scheduled'
                )
        late = {name for name, (begin, _) in self.schedule.items() if begin > 0}
        if not {'loss_lr', 'loss_hr'} & (set(known) - late):
            raise ValueError(
                f'schedule delays {", ".join(sorted(late))}: loss_lr or loss_hr must begin at 0'
            )

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Set the factors."""
        for name, (begin, length) in self.schedule.items():
            unwrapped_model(runner).loss_factors[name] = ramp(runner.iter, begin, length)
