"""Lets the LR view and the HR image take turns."""

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmwsdepth.registry import HOOKS

from .loss_schedule_hook import LossScheduleHook
from .unwrap import unwrapped_model


@HOOKS.register_module()
class LossTurnsHook(Hook):
    """Trains one view an iteration: the LR view by `loss_lr`, or the HR image by `loss_hr`.

    Losses 1 and 2 of Xu et al. 2021 (arXiv 2109.11573), but never both at once, so that an
    iteration costs what its view costs. Every process of a distributed training sees the same view.

    Args:
        hr_share: Share of the iterations that see the HR image, spread evenly.

    Raises:
        ValueError: The share is not between 0 and 1.
    """

    def __init__(self, hr_share: float = 0.5) -> None:
        if not 0 < hr_share < 1:
            raise ValueError(f'LossTurnsHook has hr_share={hr_share}, not between 0 and 1')
        self.hr_share = hr_share

    def before_train(self, runner: Runner) -> None:
        """Check the model.

        Raises:
            ValueError: A loss is missing or another needs both views at once; the HR image would be
                cropped, which leaves no scale to learn; another hook sets the same factors.
        """
        model = unwrapped_model(runner)
        losses = list(getattr(model, 'loss_modules', ()))
        if set(losses) != {'loss_lr', 'loss_hr'}:
            raise ValueError(
                f'LossTurnsHook needs loss_lr and loss_hr alone, the model has '
                f'{", ".join(losses) or "none"}: change the losses or delete the hook'
            )
        if any(isinstance(hook, LossScheduleHook) for hook in runner.hooks):
            raise ValueError(
                'LossTurnsHook and LossScheduleHook set the same factors: delete one of them'
            )
        if model.two_views is not None and model.two_views.crop < 1:
            raise ValueError(
                f'LossTurnsHook trains metres on whole images: two_views has '
                f'crop={model.two_views.crop}, set it to 1'
            )

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Set the factors."""
        at_hr = int((runner.iter + 1) * self.hr_share) > int(runner.iter * self.hr_share)
        unwrapped_model(runner).loss_factors |= dict(loss_lr=float(not at_hr), loss_hr=float(at_hr))


def turns_of(cfg: Config) -> LossTurnsHook | None:
    """Find the hook among a config's `custom_hooks`; None where no turns are taken."""
    for hook in cfg.get('custom_hooks') or ():
        built = hook if isinstance(hook, Hook) else HOOKS.build(hook)
        if isinstance(built, LossTurnsHook):
            return built
    return None
