"""Writes the trained student for others to use."""

from io import BytesIO
from pathlib import Path

import torch
from mmengine.dist import master_only
from mmengine.hooks import EMAHook, Hook
from mmengine.runner import Runner

from mmwsdepth.datasets.write_whole import keep_inputs, write_whole
from mmwsdepth.integrity import names_of_broken
from mmwsdepth.registry import HOOKS
from mmwsdepth.version import __version__

from .trained_size_hook import TrainedSizeHook
from .unwrap import unwrapped_model

FILE_NAME = 'student.pth'
TRAINING_ONLY = ('teacher.', 'loss_')


@HOOKS.register_module()
class PublishStudentHook(Hook):
    """Writes `student.pth` after training: the student alone, without teacher and optimizer.

    Its keys are those of the student's own class, so MMSegmentation's `DepthEstimator` loads it as
    it is; `WSDepthEstimator` does too. Statistics of the LR branch stand beside them, and
    `DepthEstimator` skips them. With MMEngine's `EMAHook` the averaged weights are written, which
    are those that it validates. What `TrainedSizeHook` knows goes with them. A model without a
    student writes nothing.
    """

    priority = 'LOWEST'

    def before_train(self, runner: Runner) -> None:
        """Look whether the file would replace the one that training starts from.

        Raises:
            ValueError: It would.
        """
        keep_inputs(Path(runner.work_dir) / FILE_NAME, [runner.cfg.get('load_from') or ''])

    @master_only
    def after_train(self, runner: Runner) -> None:
        """Write the file beside the checkpoints, whole or not at all.

        Raises:
            ValueError: Weights are NaN or infinite.
        """
        averages = [hook.ema_model.module for hook in runner.hooks if isinstance(hook, EMAHook)]
        model = averages[-1] if averages else unwrapped_model(runner)
        if not hasattr(model, 'student'):
            return
        state = {
            key.removeprefix('student.'): value.cpu()
            for key, value in model.state_dict().items()
            if not key.startswith(TRAINING_ONLY)
        }
        path = Path(runner.work_dir) / FILE_NAME
        broken = names_of_broken(state)
        if broken:
            raise ValueError(
                f'{path}: not written, since {broken[0]} (of {len(broken)} such tensors) holds NaN '
                'or infinite values: lower optim_wrapper.optimizer.lr and train anew'
            )
        meta = dict(
            cfg=runner.cfg.pretty_text,
            experiment_name=runner.experiment_name,
            mmwsdepth_version=__version__,
            test_cfg={},
        )
        for hook in runner.hooks:
            if isinstance(hook, TrainedSizeHook):
                meta['test_cfg'] = hook.known()
        content = BytesIO()
        torch.save(dict(meta=meta, state_dict=state), content)
        write_whole(path, content.getvalue())
        runner.logger.info(f'student without teacher: {path}')
