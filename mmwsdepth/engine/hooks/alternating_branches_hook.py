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
    the same time sees nearly twice the images. Without this hook both branches learn in every
    iteration.
    """

    def before_train(self, runner: Runner) -> None:
        """Check that every loss gets its turn.

        Raises:
            ValueError: A branch has no loss of its own, so half of the iterations would learn
                nothing; or there is one iteration only.
        """
        model = unwrapped_model(runner)
        for name in ('loss_hr', 'loss_lr'):
            if not getattr(model, name, None):
                raise ValueError(
                    f'AlternatingBranchesHook needs model.{name}, without which half of the '
                    'iterations learn nothing: give it, or set default_hooks.alternation=None'
                )
        if runner.max_iters < 2:
            raise ValueError(
                f'AlternatingBranchesHook needs 2 iterations or more, max_iters={runner.max_iters} '
                'leaves the LR branch none: raise it, or set default_hooks.alternation=None'
            )

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Choose the branch."""
        branch = 'lr' if runner.iter % 2 else 'hr'
        unwrapped_model(runner).learning_branches = [branch]
