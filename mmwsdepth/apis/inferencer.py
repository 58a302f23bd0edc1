"""Depth of any images with a trained student."""

import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.infer import BaseInferencer
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from mmengine.structures import BaseDataElement
from rich.progress import track
from torch import nn

from mmwsdepth.datasets.depth_io import BadFileError
from mmwsdepth.models.estimators.estimate import store_prediction
from mmwsdepth.visualization.depth_picture import Limits, draw_depth

from .batching import batches_of_one_size, pack_frame
from .checkpoint_config import carried_test_data, config_from_checkpoint
from .estimator import build_estimator
from .frame_focal import focal_length_of
from .inputs import Frame, Inputs, is_one_image, open_source
from .outputs import DepthWriter
from .runner import load_config
from .sensor_depth import DepthUnit, ReadSensor, SensorInput, find_unit, fuse_frame, open_sensor

NOT_FINITE = 'are not finite'
_NEED = 'depth is scaled by the focal length, which is not known'


class Prediction(NamedTuple):
    """An estimate.

    Attributes:
        frame: The image.
        depth: (H, W) float32, meters, at the image's size.
        sample: MMEngine's form of it, with `pred_depth_map`.
    """

    frame: Frame
    depth: np.ndarray
    sample: BaseDataElement


class DepthInferencer(BaseInferencer):
    """Estimates depth at the color camera's resolution, with MMEngine's interface.

    Checkpoints are read as data, never as code. Neither the training's data nor ImageNet weights
    are needed.

    Args:
        model: Config, its file, or `mmwsdepth::NAME.py`; by default what the checkpoint carries,
            see `config_from_checkpoint`.
        weights: `student.pth` or a training checkpoint; a file or URL.
        device: Such as 'cpu' or 'cuda:0'; by default what there is.
        test_cfg: Overrides the config's, see `InferenceOptions`: `dict(mode='slide')` for images
            that do not fit into memory.
        show_progress: Whether to show a progress bar.
        focal_length: Of the camera of all images, in pixels, with `test_cfg`'s
            `scale_by_focal_length`; by default see `find_focal_length`.

    Raises:
        FileNotFoundError: There is no such config or checkpoint.
        ValueError: The weights are not given, unsafe or another model's, an option cannot be
            meant, or CUDA is asked for and absent.
    """

    def __init__(
        self,
        model: Config | dict | str | Path | None = None,
        weights: str | Path | None = None,
        device: str | None = None,
        test_cfg: dict[str, Any] | None = None,
        show_progress: bool = True,
        focal_length: float | None = None,
    ) -> None:
        if weights is None:
            raise ValueError('weights are not given: name a student.pth or a training checkpoint')
        if device is not None and 'cuda' in str(device) and not torch.cuda.is_available():
            raise ValueError(f'device is {device}, but there is no CUDA here: take cpu')
        if focal_length is not None and not 0 < focal_length < math.inf:
            raise ValueError(f'focal length is {focal_length}: give a positive number of pixels')
        cfg = load_config(str(model)) if isinstance(model, str | Path) else model
        name = str(weights)
        loaded = CheckpointLoader.load_checkpoint(name, 'cpu', logger='silent')
        if cfg is None:
            cfg = config_from_checkpoint(loaded, name)
        self.focal_length = focal_length
        self.rejected: list[str] = []
        self._test_data = cfg.get('test_dataloader') or carried_test_data(loaded)
        self._name, self._test_cfg = name, test_cfg or {}
        super().__init__(cfg, loaded, device, show_progress=show_progress)

    def __call__(
        self,
        inputs: Inputs,
        return_datasamples: bool = False,
        batch_size: int = 1,
        return_vis: bool = False,
        limits: Limits | None = None,
        writer: DepthWriter | None = None,
        sensor_depth: SensorInput | None = None,
        depth_scale: float | None = None,
        depth_range: tuple[float, float] | None = None,
    ) -> dict[str, Any]:
        """Estimate depth and keep all of it; `stream` is for more than fits into memory.

        Args:
            inputs: See `open_source`.
            return_datasamples: Give data samples in place of arrays.
            batch_size: How many images of one size the network sees at once.
            return_vis: Whether to draw pictures.
            limits: Depths in meters at the ends of their colors; by default each picture's own.
            writer: Writes files.
            sensor_depth: The sensor's depth of the same views, which gives the meters, see
                `open_sensor`.
            depth_scale: Meters per unit of the sensor's files, see `find_unit`.
            depth_range: Nearest and farthest depth in meters that count in them.

        Returns:
            `predictions`, (H, W) float32 in meters; `visualization`, (H, W + B, 3) uint8 RGB, see
            `draw_depth`, empty without `return_vis`; `names`; each a list, but of a single array or
            image file the element itself; and `rejected`, a sentence for each bad file.

        Raises:
            BadFileError: The input is a single image, and there is a complaint of it.
            ValueError: See `stream`.
        """
        samples, names, pictures = [], [], []
        is_single = is_one_image(inputs)
        for frame, _, sample in self.stream(
            inputs,
            batch_size,
            writer,
            sensor_depth=sensor_depth,
            depth_scale=depth_scale,
            depth_range=depth_range,
        ):
            samples.append(sample)
            names.append(frame.name)
            pictures += self.visualize([frame.image], [sample], return_vis, limits)
        if is_single and self.rejected:
            raise BadFileError(self.rejected[0])
        results = self.postprocess(samples, pictures, return_datasamples) | dict(names=names)
        if is_single:
            results = {key: found[0] if found else found for key, found in results.items()}
        return results | dict(rejected=self.rejected)

    def stream(
        self,
        inputs: Inputs,
        batch_size: int = 1,
        writer: DepthWriter | None = None,
        every: int = 1,
        max_frames: int | None = None,
        sensor_depth: SensorInput | None = None,
        depth_scale: float | None = None,
        depth_range: tuple[float, float] | None = None,
    ) -> Iterator[Prediction]:
        """Estimate depth of one image after the other, however many there are.

        Bad files are warned of, and listed in `rejected`.

        Args:
            inputs: See `open_source`.
            batch_size: How many images of one size the network sees at once.
            writer: Writes files.
            every: Take every n-th frame of a video or camera.
            max_frames: Take at most so many frames of each video or camera.
            sensor_depth: See `open_sensor`.
            depth_scale: See `find_unit`.
            depth_range: See `find_unit`.

        Raises:
            ValueError: See `open_source`, `open_sensor`, `find_unit` and `DepthWriter.check`; or
                batch_size is below 1.
        """
        source = open_source(inputs, every, max_frames)
        read_sensor = None
        if sensor_depth is not None:
            unit = find_unit(self._test_data, depth_scale, depth_range)
            read_sensor = open_sensor(sensor_depth, unit, source.total)
        if batch_size < 1:
            raise ValueError(f'batch_size is {batch_size}: give 1 or more')
        if writer is not None:
            writer.check(source.entries)
        self.rejected = []
        found = track(source.frames, 'Estimating', source.total, disable=not self.show_progress)
        for frames in batches_of_one_size(self._good(found, read_sensor), batch_size):
            for prediction in self._predict(frames):
                if writer is not None:
                    try:
                        writer.write(prediction.frame, prediction.depth)
                    except BadFileError as error:
                        self._reject(str(error))
                yield prediction

    @cached_property
    def sensor_unit(self) -> DepthUnit:
        """How the sensor's files are read unless told, see `find_unit`."""
        return find_unit(self._test_data)

    def _good(
        self, found: Iterable[Frame | BadFileError], read_sensor: ReadSensor | None
    ) -> Iterator[Frame]:
        for index, frame in enumerate(found):
            try:
                if isinstance(frame, BadFileError):
                    raise frame
                if self.model.inference.scale_by_focal_length:
                    focal = focal_length_of(frame, self.focal_length, _NEED)
                    frame = frame._replace(focal_length=focal[0])
                if read_sensor is not None:
                    frame = frame._replace(sensor=read_sensor(index, frame))
            except BadFileError as error:
                self._reject(str(error))
            else:
                yield frame

    def _reject(self, complaint: str) -> None:
        self.rejected.append(complaint)
        print_log(complaint, logger='current', level=logging.WARNING)

    def _predict(self, frames: Sequence[Frame]) -> list[Prediction]:
        (batch,) = self.preprocess(frames, len(frames))
        try:
            samples = self.forward(batch)
            for frame, sample in zip(frames, samples, strict=True):
                if frame.sensor is not None:
                    store_prediction(sample, fuse_frame(sample.pred_depth_map.data, frame))
        except torch.cuda.OutOfMemoryError:
            height, width = frames[0].image.shape[:2]
            for frame in frames:
                self._reject(
                    f'{frame.path or frame.name}: {len(frames)} images of {height}x{width} do not '
                    "fit into the GPU's memory: take a smaller batch size or mode slide"
                )
            return []
        found = [Prediction(f, _depth(s), s) for f, s in zip(frames, samples, strict=True)]
        return [prediction for prediction in found if self._is_finite(prediction)]

    def _is_finite(self, prediction: Prediction) -> bool:
        number = np.count_nonzero(~np.isfinite(prediction.depth))
        if number:
            frame = prediction.frame
            self._reject(
                f'{frame.path or frame.name}: {number} of {prediction.depth.size} pixels of the '
                f'estimate {NOT_FINITE}: take another checkpoint'
            )
        return not number

    def visualize(
        self,
        inputs: Sequence[np.ndarray],
        preds: Sequence[BaseDataElement],
        return_vis: bool = False,
        limits: Limits | None = None,
    ) -> list[np.ndarray]:
        """Draw depth in colors with a bar in meters.

        Args:
            inputs: The images; not drawn.
            preds: Samples with `pred_depth_map`.
            return_vis: Whether to draw at all.
            limits: See `draw_depth`.

        Returns:
            (H, W + B, 3) uint8, RGB, a sample.
        """
        return [draw_depth(_depth(sample), limits) for sample in preds] if return_vis else []

    def postprocess(
        self,
        preds: Sequence[BaseDataElement],
        visualization: list[np.ndarray],
        return_datasamples: bool = False,
    ) -> dict[str, Any]:
        """Put predictions, as arrays or data samples, beside the pictures."""
        predictions = list(preds) if return_datasamples else [_depth(sample) for sample in preds]
        return dict(predictions=predictions, visualization=visualization)

    def _init_model(self, cfg: Config, weights: Any, device: str) -> nn.Module:
        cfg.model.test_cfg = {**(cfg.model.get('test_cfg') or {}), **self._test_cfg}
        return build_estimator(cfg, weights, self._name).to(device)

    def _init_pipeline(self, cfg: Config) -> Any:
        return pack_frame

    def _init_collate(self, cfg: Config) -> Any:
        return pseudo_collate

    def _init_visualizer(self, cfg: Config) -> None:
        return None


def _depth(sample: BaseDataElement) -> np.ndarray:
    return sample.pred_depth_map.data[0].float().cpu().numpy()
