"""Trains the HR and the LR branch in alternation."""

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmwsdepth.registry import HOOKS

from .unwrap import unwrapped_model


@HOOKS.register_module()
class AlternatingBranchesHook(Hook):
    """Lets one branch learn an iteration: HR in the first, LR in the second, and so on.

    The losses stay those of `WSDepthEstimator`. While the HR branch learns, the LR estimate is the
    target of consistency and gets no gradient. An iteration costs little more than its branch, so
    the same time sees nearly twice the images. A model without a loss for each branch is left
    alone; without this hook both branches learn in every iteration.
    """

    alternates = False

    def before_train(self, runner: Runner) -> None:
        """See whether there is something to alternate.

        Raises:
            ValueError: There is one iteration only, so `loss_lr` would never be computed.
        """
        model = unwrapped_model(runner)
        self.alternates = all(getattr(model, name, None) for name in ('loss_hr', 'loss_lr'))
        if self.alternates and runner.max_iters < 2:
            raise ValueError(
                f'AlternatingBranchesHook needs 2 iterations or more, max_iters={runner.max_iters} '
                'leaves the LR branch none: set train_cfg.max_iters=2 or more'
            )

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Choose the branch."""
        if self.alternates:
            branch = 'lr' if runner.iter % 2 else 'hr'
            unwrapped_model(runner).learning_branches = [branch]
