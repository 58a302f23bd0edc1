"""Writes predictions to disk."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement

from mmwsdepth.datasets.depth_io import write_depth
from mmwsdepth.datasets.transforms.formatting import PATH_KEYS
from mmwsdepth.datasets.write_whole import keep_apart, keep_inputs
from mmwsdepth.registry import HOOKS

from .output_check import check_outputs, claim


@HOOKS.register_module()
class SavePredictionsHook(Hook):
    """Writes each tested image's depth, named as the image, see `write_depth`.

    Args:
        out_dir: Folder.
    """

    def __init__(self, out_dir: str) -> None:
        self.out_dir = out_dir
        self._taken: dict[str, str] = {}

    def before_test(self, runner: Runner) -> None:
        """Look at the data set before the work.

        Raises:
            ValueError: See `check_outputs`.
        """
        self._taken = {}
        check_outputs(Path(self.out_dir), runner.test_dataloader.dataset)

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence[BaseDataElement] | None = None,
    ) -> None:
        """Write a batch; an image that could not be read has no prediction.

        Raises:
            ValueError: The folder is that of the images or of ground truth, or another image has
                the same name.
        """
        for sample in outputs or ():
            if sample.get('is_bad'):
                continue
            depth, path = sample.pred_depth_map.data[0].cpu().numpy(), Path(self.out_dir)
            path /= sample.name
            if not np.isfinite(depth).all():
                print_log(
                    f'{path}: not written, NaN or infinite depth is predicted',
                    'current',
                    logging.WARNING,
                )
                continue
            inputs = [sample.get(key) for key in PATH_KEYS if key in sample]
            for suffix in ('.png', '.npy'):
                keep_inputs(path.with_name(path.name + suffix), inputs)
            keep_apart(path, inputs)
            claim(self._taken, path, sample.get('img_path'))
            write_depth(path, depth)
