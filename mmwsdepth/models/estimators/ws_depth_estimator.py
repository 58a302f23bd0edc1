"""The method of Xu et al. 2021: one network, two resolutions, four losses."""

import logging
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.model import BaseModel
from mmengine.structures import BaseDataElement
from torch import Tensor

from mmwsdepth.functional import SENSORS, downsample_depth, downsample_image, fuse_sensor_depth
from mmwsdepth.registry import MODELS

from ..batch_statistics import OwnStatistics
from ..inference import InferenceOptions, estimate_at_scales, focal_factor, infer
from ..recompute import take_over_recomputation
from .checkpoint_keys import complete_student_keys, forgive_missing_keys
from .estimate import Estimate, samples_for, stack_gt_depth, store_prediction
from .student import coarsest_at_least, resize_depth, run_student


@MODELS.register_module()
class WSDepthEstimator(BaseModel):
    """Weakly-supervised depth from resolution-mismatched data (arXiv 2109.11573).

    The student sees the HR image and its LR copy with shared weights, and with statistics of batch
    normalization of its own for each. Both branches learn in every step unless an
    `AlternatingBranchesHook` says which. The ratio of the grids comes from the shapes in the batch
    and need not be an integer. `loss_hr` alone with HR ground truth is plain supervised training.

    Args:
        student: Encoder-decoder with `extract_feat(image)` and `decode_head(feats)` in meters, such
            as `mmseg.DepthEstimator`. A head with `decode` and `estimate`, such as `DepthHead`, is
            distilled at its decoder's features, any other at the encoder's. Images are padded to
            multiples of its backbone's `size_multiple`, where it has one, and results cut back.
        loss_lr: LR estimate against LR ground truth.
        loss_hr: HR estimate, brought to the LR grid, against LR ground truth.
        loss_consistency: LR estimate against HR estimate, brought to the LR grid.
        teacher: `DepthReconstruction`, learning alongside or frozen.
        loss_affinity: Student features against teacher features at the sensor's scale.
        sensor: How the sensor integrates a cell, see `downsample_depth`.
        min_lr_side: Fewest pixels of the LR copy's shorter side. Where the sensor has fewer, the LR
            copy is finer than its grid: a student needs about four features a side at its coarsest
            level.
        channels_last: Keep the student's activations with channels innermost, which convolutions on
            CPUs and on tensor cores run faster.
        test_cfg: How `predict` sees an image, see `InferenceOptions`; whole by default.
        data_preprocessor: See `DepthDataPreprocessor`.
        init_cfg: Initialization.

    Raises:
        ValueError: The sensor is unknown, nothing ties depth to meters, or an affinity loss has no
            teacher.
    """

    def __init__(
        self,
        student: dict,
        loss_lr: dict | None = None,
        loss_hr: dict | None = None,
        loss_consistency: dict | None = None,
        teacher: dict | None = None,
        loss_affinity: dict | None = None,
        sensor: str = 'area',
        min_lr_side: int = 64,
        channels_last: bool = False,
        test_cfg: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        if sensor not in SENSORS:
            raise ValueError(f'sensor={sensor!r} is none of {", ".join(SENSORS)}')
        if not loss_lr and not loss_hr:
            raise ValueError('neither loss_lr nor loss_hr is given: nothing ties depth to meters')
        if loss_affinity and not teacher:
            raise ValueError('loss_affinity needs a teacher: give model.teacher, or no such loss')
        if teacher and not loss_affinity:
            print_log(
                'model.teacher is left out: there is no loss_affinity to distil it',
                'current',
                logging.WARNING,
            )
            teacher = None
        self.student: Any = MODELS.build(student)
        take_over_recomputation(self.student)
        self.lr_statistics = OwnStatistics(self.student)
        self.loss_lr: Any = _build(loss_lr)
        self.loss_hr: Any = _build(loss_hr)
        self.loss_consistency: Any = _build(loss_consistency)
        self.loss_affinity: Any = _build(loss_affinity)
        self.teacher: Any = _build(teacher)
        self.sensor = sensor
        self.min_lr_side = min_lr_side
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format
        self.test_cfg = dict(test_cfg or {})
        self.inference = InferenceOptions.from_cfg(test_cfg)
        self.learning_branches = [
            branch
            for branch, loss in (('hr', loss_hr), ('lr', loss_lr))
            if loss or loss_consistency
        ]
        self.has_lr_branch = 'lr' in self.learning_branches
        self.affinity_factor: float | None = None
        self.register_load_state_dict_post_hook(forgive_missing_keys)

    def init_weights(self) -> None:
        """Initialize, and let the LR branch start from the student's pretrained statistics."""
        super().init_weights()
        if not self.init_cfg:
            self.lr_statistics.copy_from(self.student)

    def loss(self, inputs: Tensor, data_samples: list[BaseDataElement]) -> dict[str, Tensor]:
        """Compute the four losses, and the teacher's own while it learns.

        What learns runs first: older PyTorch's autocast keeps half-precision weights from a pass
        without gradient, and a later pass would learn nothing.

        Args:
            inputs: (N, 3, H, W), normalized HR image.
            data_samples: Each with `gt_depth_map`, (1, h, w) in meters on the sensor's grid.

        Returns:
            Scalars by name.

        Raises:
            ValueError: The depth maps differ in size, or are larger than the image.
        """
        gt = stack_gt_depth(data_samples, inputs)
        grid = (gt.shape[-2], gt.shape[-1])
        hr_learns, lr_learns = (name in self.learning_branches for name in ('hr', 'lr'))
        losses, feats = {}, []
        if hr_learns:
            hr = self.estimate(inputs)
            hr_down = downsample_depth(hr.depth, grid, self.sensor, is_dense=True)
            feats.append(hr.feats)
            if self.loss_hr:
                losses['loss_hr'] = self.loss_hr(hr_down, gt)
        if lr_learns or self.loss_consistency:
            with torch.set_grad_enabled(lr_learns and torch.is_grad_enabled()):
                lr = self.estimate_lr(downsample_image(inputs, self.lr_size(inputs, grid)))
                lr_down = downsample_depth(lr.depth, grid, self.sensor, is_dense=True)
        if lr_learns:
            feats.append(lr.feats)
            if self.loss_lr:
                losses['loss_lr'] = self.loss_lr(lr_down, gt)
        if hr_learns and self.loss_consistency:
            losses['loss_consistency'] = self.loss_consistency(lr_down, hr_down)
        if self.teacher:
            losses |= self.distill(feats, gt)
        return losses

    def distill(self, feats: Sequence[Sequence[Tensor]], gt: Tensor) -> dict[str, Tensor]:
        """Compute the affinity loss of the learning branches, and the teacher's own.

        Args:
            feats: Of each branch, finest first.
            gt: (N, 1, h, w) in meters; 0 means no measurement.
        """
        if self.affinity_factor is None:
            print_log(
                'no AffinityDistillationHook: loss_affinity acts at its full weight from the start',
                'current',
                logging.WARNING,
            )
            self.affinity_factor = 1.0
        losses = {} if self.teacher.frozen else dict(loss_teacher=self.teacher.reconstruction(gt))
        target = self.teacher.features(gt)
        distances = [
            self.loss_affinity(coarsest_at_least(maps, target), target, gt > 0) for maps in feats
        ]
        return losses | dict(loss_affinity=self.affinity_factor * torch.stack(distances).mean())

    def lr_size(self, image: Tensor, grid: tuple[int, int]) -> tuple[int, int]:
        """(h, w) of the LR copy: the sensor's grid, or finer where that is below `min_lr_side`.

        Args:
            image: (N, 3, H, W).
            grid: (h, w) of the sensor.
        """
        scale = max(1.0, self.min_lr_side / min(grid))
        height, width = (
            min(round(scale * coarse), fine)
            for coarse, fine in zip(grid, image.shape[-2:], strict=True)
        )
        return height, width

    def estimate(self, image: Tensor) -> Estimate:
        """Estimate depth at the image's own resolution.

        Args:
            image: (N, 3, H, W), normalized.

        Returns:
            Depth (N, 1, H, W) in meters, float32, and the features that are distilled.
        """
        return run_student(self.student, image.contiguous(memory_format=self.memory_format))

    def estimate_lr(self, image: Tensor) -> Estimate:
        """Estimate depth from an LR copy, (N, 3, h, w), see `estimate`."""
        with self.lr_statistics.in_use(self.student):
            return self.estimate(image)

    def estimate_depth(self, image: Tensor) -> Tensor:
        """Estimate depth at all scales of `test_cfg`.

        Args:
            image: (N, 3, H, W), normalized.

        Returns:
            (N, 1, H, W) in meters.
        """
        return estimate_at_scales(image, self.inference.scales, self._estimate_at)

    def _estimate_at(self, image: Tensor, scale: float) -> Tensor:
        at_lr = scale < 1 and self.has_lr_branch
        return (self.estimate_lr if at_lr else self.estimate)(image).depth

    def predict(self, inputs: Tensor, data_samples: list[BaseDataElement]) -> list[BaseDataElement]:
        """Estimate depth at the color camera's resolution.

        Args:
            inputs: (N, 3, H, W), normalized.
            data_samples: `ori_shape` is the size of the color image as it was on disk,
                `focal_length` its camera's in pixels of that, where it is known; with
                `use_sensor_depth` in `test_cfg`, `gt_depth_map` guides.

        Returns:
            The samples, each with `pred_depth_map`, (1, *ori_shape) in meters.
        """
        given = (inputs.shape[-2], inputs.shape[-1])
        sizes = [sample.metainfo.get('ori_shape', given) for sample in data_samples]
        factors = [
            focal_factor(sample.metainfo.get('focal_length'), size[:2], given, self.inference)
            for sample, size in zip(data_samples, sizes, strict=True)
        ]
        depth = infer(inputs, self.estimate_depth, self.inference)
        for index, sample in enumerate(data_samples):
            size = sizes[index]
            single = resize_depth(factors[index] * depth[index, None], size)
            if self.inference.use_sensor_depth and 'gt_depth_map' in sample:
                sensor = sample.gt_depth_map.data[None].to(single)
                color = resize_depth(inputs[index, None], size)
                single = fuse_sensor_depth(single, sensor, color)
            store_prediction(sample, single[0])
        return data_samples

    def take_over_options(self, known: dict[str, Any]) -> None:
        """Take from a checkpoint's `meta['test_cfg']` what the config's `test_cfg` leaves open.

        Args:
            known: See `InferenceOptions`.

        Raises:
            ValueError: An option is invalid.
        """
        self.inference = InferenceOptions.from_cfg(known | self.test_cfg)

    def forward(
        self,
        inputs: Tensor,
        data_samples: list[BaseDataElement] | None = None,
        mode: str = 'tensor',
    ) -> Tensor | dict[str, Tensor] | list[BaseDataElement]:
        """MMEngine's entry.

        Args:
            inputs: (N, 3, H, W), normalized.
            data_samples: What `mode` needs, see `loss` and `predict`.
            mode: 'loss', 'predict' or 'tensor' (depth, (N, 1, H, W) in meters).

        Raises:
            ValueError: The mode is unknown.
        """
        if mode == 'tensor':
            return self.estimate_depth(inputs)
        samples = samples_for(mode, data_samples)
        return getattr(self, mode)(inputs, samples)

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *args: Any) -> None:
        complete_student_keys(state_dict, prefix, self.student, self.lr_statistics)
        super()._load_from_state_dict(state_dict, prefix, *args)


def _build(cfg: dict | None) -> Any:
    return MODELS.build(cfg) if cfg else None
