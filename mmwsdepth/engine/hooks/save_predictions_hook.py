"""Writes predictions to disk."""

from collections.abc import Sequence
from pathlib import Path

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement

from mmwsdepth.datasets.depth_io import write_depth
from mmwsdepth.datasets.transforms.formatting import PATH_KEYS
from mmwsdepth.datasets.write_whole import keep_inputs
from mmwsdepth.registry import HOOKS


@HOOKS.register_module()
class SavePredictionsHook(Hook):
    """Writes each tested image's depth, named as the image, see `write_depth`.

    Args:
        out_dir: Folder.
    """

    def __init__(self, out_dir: str) -> None:
        self.out_dir = out_dir

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence[BaseDataElement] | None = None,
    ) -> None:
        """Write a batch; an image that could not be read has no prediction.

        Raises:
            ValueError: The folder is that of the images or of ground truth.
        """
        for sample in outputs or ():
            if not sample.get('is_bad'):
                depth = sample.pred_depth_map.data[0].cpu().numpy()
                path = Path(self.out_dir) / sample.name
                inputs = [sample.get(key) for key in PATH_KEYS if key in sample]
                for suffix in ('.png', '.npy'):
                    keep_inputs(path.with_name(path.name + suffix), inputs)
                write_depth(path, depth)
