"""A trained student with all that it needs around it."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.config import Config
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn

from mmwsdepth.functional import antialiasing, area_mean_of_any_size, enlarge_image
from mmwsdepth.models.estimators.student import run_student
from mmwsdepth.models.inference import estimate_at_scales, size_at_training

from .estimator import build_estimator
from .letterbox import Letterbox, Size


class ExportableDepth(nn.Module):
    """From an image as cameras and files give it to meters, with nothing left to prepare.

    Args:
        estimator: Module with `estimate(image)` on normalized images, as `WSDepthEstimator`.
        mean: Of the channels, in the estimator's order: three values, or one for all.
        std: Likewise.
        takes_rgb: Whether the estimator wants RGB; else BGR.
        scales: See `InferenceOptions`.
        grid: (H, W) at which the estimator sees every image, see `Letterbox`; None for an image's
            own size.
        depth_factor: See `InferenceOptions`.
    """

    estimator: Any
    mean: Tensor
    std: Tensor

    def __init__(
        self,
        estimator: Any,
        mean: Sequence[float] = (0.0,),
        std: Sequence[float] = (1.0,),
        takes_rgb: bool = True,
        scales: Sequence[float] = (1.0,),
        grid: Size | None = None,
        depth_factor: float = 1.0,
    ) -> None:
        super().__init__()
        self.estimator = estimator
        self.takes_rgb = takes_rgb
        self.scales = scales
        self.grid = grid
        self.depth_factor = depth_factor
        self.lr_student = _lr_student(estimator) if scales[0] < 1 else None
        self.register_buffer('mean', torch.tensor(mean, dtype=torch.float32).view(-1, 1, 1))
        self.register_buffer('std', torch.tensor(std, dtype=torch.float32).view(-1, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        """Estimate depth.

        Args:
            image: (N, 3, H, W), RGB from 0 to 255, float32.

        Returns:
            (N, 1, H, W) in meters, float32.
        """
        channels = image if self.takes_rgb else image.flip(1)
        x = (channels - self.mean) / self.std
        if self.grid is None:
            return self._estimate(x) * self.depth_factor
        letterbox = Letterbox.fit(x, self.grid)
        return letterbox.take_back(self._estimate(letterbox.put(x))) * self.depth_factor

    def _estimate(self, x: Tensor) -> Tensor:
        return estimate_at_scales(x, self.scales, self._estimate_at, _resize, area_mean_of_any_size)

    def _estimate_at(self, image: Tensor, scale: float) -> Tensor:
        if scale < 1:
            return run_student(self.lr_student, image).depth
        return self.estimator.estimate(image).depth


def _resize(image: Tensor, size: tuple[int, int], scale: float) -> Tensor:
    """Do what `resize_image` does without antialiasing by PyTorch, which exporters lack."""
    if scale > 1:
        return enlarge_image(image, size)
    rows, columns = (
        antialiasing(fine, coarse) for fine, coarse in zip(image.shape[-2:], size, strict=True)
    )
    return rows.to(image) @ image @ columns.to(image).T


def _lr_student(estimator: Any) -> nn.Module:
    """Copy the student with the statistics of its LR branch; the weights stay shared."""
    if not estimator.has_lr_branch:
        return estimator.student
    shared = {id(p): p for p in estimator.student.parameters()}
    with estimator.lr_statistics.in_use(estimator.student):
        return copy.deepcopy(estimator.student, shared)


def build_exportable(cfg: Config, checkpoint: str, camera: Size | None = None) -> ExportableDepth:
    """Build the student of a config with trained weights, in evaluation mode.

    It sees every image as large as the training images were, where the checkpoint says how large.

    Args:
        cfg: A whole config. Its data sets give BGR, so without `bgr_to_rgb` the student wants BGR.
        checkpoint: A training checkpoint or `student.pth`; read without executing what it holds.
        camera: (H, W) of the images that will come, whose aspect the estimator's grid gets; by
            default that of the training images.

    Raises:
        FileNotFoundError: There is no such checkpoint.
        ValueError: See `build_estimator`; or the checkpoint could run code.
    """
    loaded = CheckpointLoader.load_checkpoint(checkpoint, 'cpu')
    estimator = build_estimator(cfg, loaded, checkpoint)
    options = estimator.inference
    grid = camera or options.trained_size
    if camera is not None and options.trained_size is not None:
        grid = size_at_training(camera, options.trained_size)
    norm = cfg.model.get('data_preprocessor') or {}
    return ExportableDepth(
        estimator,
        norm.get('mean') or (0.0,),
        norm.get('std') or (1.0,),
        takes_rgb=bool(norm.get('bgr_to_rgb') or norm.get('rgb_to_bgr')),
        scales=options.scales,
        grid=grid,
        depth_factor=options.depth_factor,
    ).eval()
