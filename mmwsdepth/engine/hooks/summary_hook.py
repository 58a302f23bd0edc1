"""Says in a few lines what is trained."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmwsdepth.registry import HOOKS

from .unwrap import unwrapped_model


@HOOKS.register_module()
class SummaryHook(Hook):
    """Says at the first iteration what is trained: model, data, sizes, schedule, work directory."""

    done = False

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None
    ) -> None:
        """Log the summary once."""
        if not self.done and data_batch is not None:
            self.done = True
            runner.logger.info('\n'.join(['training', *summarize(runner, data_batch)]))


def summarize(runner: Runner, batch: dict[str, Any]) -> list[str]:
    """Describe a training, a line a topic.

    Args:
        runner: In training.
        batch: `inputs` and `data_samples`, as the data loader gives them.
    """
    data = runner.train_dataloader.dataset
    val = getattr(runner.val_loop, 'dataloader', None)
    tested = f', {len(val.dataset)} for validation' if val else ''
    where = getattr(data, 'data_root', '') or type(data).__name__
    image, depth = batch['inputs'][0], batch['data_samples'][0].gt_depth_map.data
    num = len(batch['inputs']) * runner.world_size
    return [
        f'  model     {_networks(unwrapped_model(runner))}',
        f'  data      {where}: {len(data)} images{tested}',
        f'  sizes     image {_size(image)}, ground truth {_size(depth)} (height x width)',
        f'  schedule  {runner.max_iters} iterations of {num} images',
        f'  results   {runner.work_dir}',
    ]


def _networks(model: Any) -> str:
    parts = dict(student=getattr(model, 'student', model), teacher=getattr(model, 'teacher', None))
    return ', '.join(
        f'{role} {_name(part)} with {_millions(part)} M parameters'
        for role, part in parts.items()
        if part is not None
    )


def _name(network: nn.Module) -> str:
    encoder = getattr(network, 'backbone', network)
    return type(getattr(encoder, 'backbone', encoder)).__name__


def _millions(module: nn.Module) -> str:
    return f'{sum(p.numel() for p in module.parameters()) / 1e6:.3g}'


def _size(array: Any) -> str:
    return 'x'.join(map(str, array.shape[-2:]))
