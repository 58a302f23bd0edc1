"""Switches affinity distillation on."""

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmwsdepth.registry import HOOKS

from .ramp import ramp
from .unwrap import unwrapped_model


@HOOKS.register_module()
class AffinityDistillationHook(Hook):
    """Owns the life of affinity distillation: without this hook there is none.

    Lets the affinity loss set in, and makes sure that the teacher is what its `frozen` says.

    Args:
        begin: Iteration at which the affinity loss sets in.
        warmup: Iterations over which it rises to its full weight.
    """

    def __init__(self, begin: int = 0, warmup: int = 500) -> None:
        self.begin = begin
        self.warmup = warmup

    def before_train(self, runner: Runner) -> None:
        """Check the teacher.

        Raises:
            ValueError: There is no teacher or no affinity loss; a frozen teacher has no weights or
                can learn; a learning one is not in the optimizer.
        """
        model = unwrapped_model(runner)
        teacher = getattr(model, 'teacher', None)
        if teacher is None or 'loss_affinity' not in model.loss_modules:
            raise ValueError(
                'AffinityDistillationHook needs model.teacher and model.loss_affinity: '
                'give both or delete the hook from custom_hooks'
            )
        learnable = [name for name, p in teacher.named_parameters() if p.requires_grad]
        if teacher.frozen:
            pretrained = (teacher.init_cfg or {}).get('type') == 'Pretrained'
            if learnable:
                raise ValueError(f'the teacher is frozen, yet {learnable[0]} requires a gradient')
            if not pretrained and not model.teacher_has_weights:
                raise ValueError(
                    'the teacher is frozen but has no weights: set model.teacher.init_cfg='
                    "dict(type='Pretrained', checkpoint=...) or model.teacher.frozen=False"
                )
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
        """Set the affinity loss's factor."""
        factor = ramp(runner.iter, self.begin, self.warmup)
        unwrapped_model(runner).loss_factors['loss_affinity'] = factor
