"""Writes pictures of predictions."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from mmengine.dist import get_rank, master_only
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement
from mmengine.visualization import LocalVisBackend, Visualizer

from mmwsdepth.datasets.bad_file import printable
from mmwsdepth.datasets.depth_io import read_color
from mmwsdepth.datasets.transforms.formatting import PATH_KEYS
from mmwsdepth.datasets.write_whole import keep_apart, keep_inputs, write_whole
from mmwsdepth.functional import fuse_sensor_depth
from mmwsdepth.registry import HOOKS
from mmwsdepth.visualization import draw_depth_panels

from .output_check import check_outputs
from .unwrap import unwrapped_model


@HOOKS.register_module()
class DepthVisualizationHook(Hook):
    """Writes a row of panels an image: color, sensor depth, prediction, truth and error.

    Where the sensor has fewer pixels than the image, a panel shows the prediction with its depth,
    see `fuse_sensor_depth`.

    Those of a validation also go to the visualizer's backends, such as TensorBoard, as
    `depth/NAME`.

    Args:
        max_images: Pictures of each evaluation, per process; one of images that share a name.
        show_dir: Folder for the pictures of a test; none are written by default. Those of a
            validation go to `pictures/iter_N` in the work directory.
    """

    def __init__(self, max_images: int = 4, show_dir: str | None = None) -> None:
        self.max_images = max_images
        self.show_dir = show_dir
        self.drawn: set[str] = set()

    def before_val_epoch(self, runner: Runner) -> None:
        """Start counting."""
        self.drawn = set()

    def before_test(self, runner: Runner) -> None:
        """Look at the data set before the work.

        Raises:
            ValueError: See `check_outputs`.
        """
        if self.show_dir:
            check_outputs(Path(self.show_dir), runner.test_dataloader.dataset)

    def before_test_epoch(self, runner: Runner) -> None:
        """Start counting."""
        self.drawn = set()

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence[BaseDataElement] | None = None,
    ) -> None:
        """Draw a validation batch."""
        folder = Path(runner.work_dir) / 'pictures' / f'iter_{runner.iter}'
        for name, figure in self._draw(runner, folder, outputs or ()):
            _show(runner.visualizer, printable(f'depth/{name}'), figure, runner.iter)

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: Sequence[BaseDataElement] | None = None,
    ) -> None:
        """Draw a test batch."""
        if self.show_dir:
            self._draw(runner, Path(self.show_dir), outputs or ())

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Say where the pictures are."""
        if self.drawn and get_rank() == 0:
            runner.logger.info(f'pictures: {runner.work_dir}/pictures/iter_{runner.iter}')

    def _draw(
        self, runner: Runner, folder: Path, samples: Sequence[BaseDataElement]
    ) -> list[tuple[str, Figure]]:
        options = getattr(unwrapped_model(runner), 'inference', None)
        is_fused = getattr(options, 'use_sensor_depth', False)
        drawn = []
        for sample in samples[: max(self.max_images - len(self.drawn), 0)]:
            if sample.get('is_bad') or sample.name in self.drawn:
                continue
            figure = _draw_sample(sample, is_fused)
            path = folder / f'{sample.name}.png'
            inputs = [sample.get(key) for key in PATH_KEYS if key in sample]
            keep_inputs(path, inputs)
            keep_apart(path, inputs)
            content = BytesIO()
            figure.savefig(content)
            write_whole(path, content.getvalue())
            drawn.append((sample.name, figure))
            self.drawn.add(sample.name)
        return drawn


def _draw_sample(sample: BaseDataElement, is_fused: bool) -> Figure:
    maps = {
        key: sample.get(key).data.cpu()
        for key in ('gt_depth_map', 'pred_depth_map', 'gt_depth_map_hr')
        if key in sample
    }
    image, pred, sensor = read_color(sample.img_path), maps['pred_depth_map'], maps['gt_depth_map']
    is_coarse = sensor.shape[-2] < pred.shape[-2] and sensor.shape[-1] < pred.shape[-1]
    if is_coarse and not is_fused:
        color = torch.from_numpy(image).permute(2, 0, 1)[None].float()
        maps['fused'] = fuse_sensor_depth(pred[None], sensor[None], color)[0]
    arrays = {key: depth[0].numpy() for key, depth in maps.items()}
    return draw_depth_panels(
        image,
        arrays['pred_depth_map'],
        arrays['gt_depth_map'],
        arrays.get('gt_depth_map_hr'),
        arrays.get('fused'),
    )


@master_only
def _show(visualizer: Visualizer, name: str, figure: Figure, step: int) -> None:
    # MMEngine's local backend would write the file a second time.
    backends = [b for b in visualizer._vis_backends.values() if not isinstance(b, LocalVisBackend)]
    if backends:
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        for backend in backends:
            backend.add_image(name, np.asarray(canvas.buffer_rgba())[..., :3], step)
