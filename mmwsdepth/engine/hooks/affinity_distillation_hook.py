"""Warms affinity distillation up."""

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmwsdepth.registry import HOOKS

from .unwrap import unwrapped_model


@HOOKS.register_module()
class AffinityDistillationHook(Hook):
    """Owns the life of affinity distillation: without this hook it acts fully from the start.

    Lets the affinity loss set in, once a teacher that learns alongside knows something, and makes
    sure that the teacher is what its `frozen` says. A model without a teacher is left alone.

    Args:
        begin: Share of the training after which the affinity loss sets in.
        warmup: Share of the training over which it rises to its full weight.

    Raises:
        ValueError: A share is below 0, or nothing is left after `begin`.
    """

    def __init__(self, begin: float = 0.25, warmup: float = 0.1) -> None:
        if not 0 <= begin < 1 or warmup < 0:
            raise ValueError(
                f'AffinityDistillationHook has begin={begin}, warmup={warmup}: both are shares of '
                'the training, begin from 0 to below 1'
            )
        self.begin = begin
        self.warmup = warmup

    def before_train(self, runner: Runner) -> None:
        """Check the teacher.

        Raises:
            ValueError: A frozen teacher can learn, or a learning one is not in the optimizer.
        """
        teacher = getattr(unwrapped_model(runner), 'teacher', None)
        if teacher is None:
            return
        learnable = [name for name, p in teacher.named_parameters() if p.requires_grad]
        if teacher.frozen:
            if learnable:
                raise ValueError(f'the teacher is frozen, yet {learnable[0]} requires a gradient')
            return
        optimized = {id(p) for g in runner.optim_wrapper.param_groups for p in g['params']}
        missing = [name for name, p in teacher.named_parameters() if id(p) not in optimized]
        if missing or not learnable:
            raise ValueError(
                f'the teacher should learn, but {(missing or ["all"])[0]} of its parameters is not '
                'optimized: check paramwise_cfg and requires_grad'
            )

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Set the affinity loss's factor: 0 up to `begin`, 1 from `begin + warmup` on."""
        begin, warmup = (int(share * runner.max_iters) for share in (self.begin, self.warmup))
        risen = (runner.iter - begin + 1) / max(warmup, 1)
        unwrapped_model(runner).affinity_factor = min(max(risen, 0.0), 1.0)
