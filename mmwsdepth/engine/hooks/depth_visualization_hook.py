"""Writes pictures of predictions."""

from collections.abc import Sequence
from pathlib import Path

from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement

from mmwsdepth.datasets.depth_io import read_colour
from mmwsdepth.registry import HOOKS
from mmwsdepth.visualization import draw_depth_panels


@HOOKS.register_module()
class DepthVisualizationHook(Hook):
    """Writes a row of panels an image: colour, ground truth, prediction and error.

    Args:
        max_images: Pictures of each evaluation, per process.
        show_dir: Folder for the pictures of a test; none are written by default. Those of a
            validation go to `pictures/iter_N` in the work directory.
    """

    def __init__(self, max_images: int = 4, show_dir: str | None = None) -> None:
        self.max_images = max_images
        self.show_dir = show_dir
        self.num_drawn = 0

    def before_val_epoch(self, runner: Runner) -> None:
        """Start counting."""
        self.num_drawn = 0

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence[BaseDataElement] | None = None,
    ) -> None:
        """Draw a validation batch."""
        self._draw(Path(runner.work_dir) / 'pictures' / f'iter_{runner.iter}', outputs or ())

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence[BaseDataElement] | None = None,
    ) -> None:
        """Draw a test batch."""
        if self.show_dir:
            self._draw(Path(self.show_dir), outputs or ())

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Say where the pictures are."""
        if self.num_drawn and get_rank() == 0:
            runner.logger.info(f'pictures: {runner.work_dir}/pictures/iter_{runner.iter}')

    def _draw(self, folder: Path, samples: Sequence[BaseDataElement]) -> None:
        for sample in samples[: max(self.max_images - self.num_drawn, 0)]:
            if sample.get('is_bad'):
                continue
            maps = {
                key: sample.get(key).data[0].cpu().numpy()
                for key in ('gt_depth_map', 'pred_depth_map', 'gt_depth_map_hr')
                if key in sample
            }
            path = folder / f'{sample.name}.png'
            path.parent.mkdir(parents=True, exist_ok=True)
            draw_depth_panels(
                read_colour(sample.img_path),
                maps['pred_depth_map'],
                maps['gt_depth_map'],
                maps.get('gt_depth_map_hr'),
            ).savefig(path)
            self.num_drawn += 1
