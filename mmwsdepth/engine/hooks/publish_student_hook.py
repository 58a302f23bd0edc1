"""Writes the trained student for others to use."""

from pathlib import Path

import torch
from mmengine.dist import master_only
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmwsdepth.registry import HOOKS
from mmwsdepth.version import __version__

from .unwrap import unwrapped_model

FILE_NAME = 'student.pth'


@HOOKS.register_module()
class PublishStudentHook(Hook):
    """Writes `student.pth` after training: the student alone, without teacher and optimizer.

    Its keys are those of the student's own class, so MMSegmentation's `DepthEstimator` loads it as
    it is; `WSDepthEstimator` does too. A model without a student writes nothing.
    """

    priority = 'LOWEST'

    @master_only
    def after_train(self, runner: Runner) -> None:
        """Write the file beside the checkpoints, whole or not at all."""
        student = getattr(unwrapped_model(runner), 'student', None)
        if student is None:
            return
        state = {key: value.cpu() for key, value in student.state_dict().items()}
        meta = dict(cfg=runner.cfg.pretty_text, mmwsdepth_version=__version__)
        path = Path(runner.work_dir) / FILE_NAME
        torch.save(dict(meta=meta, state_dict=state), path.with_suffix('.tmp'))
        path.with_suffix('.tmp').replace(path)
        runner.logger.info(f'student without teacher: {path}')
