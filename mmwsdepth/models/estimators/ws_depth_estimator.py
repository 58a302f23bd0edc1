"""The method of Xu et al. 2021: one network, two resolutions, four losses."""

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from mmengine.model import BaseModel
from mmengine.structures import BaseDataElement
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmwsdepth.functional import SENSORS, downsample_depth, downsample_image
from mmwsdepth.registry import MODELS

from .batch_statistics import keep_running_statistics
from .estimate import Estimate, samples_for, stack_ground_truth, store_prediction
from .inference import InferenceOptions, infer

LOSS_NAMES = ('loss_lr', 'loss_hr', 'loss_consistency', 'loss_affinity')


@MODELS.register_module()
class WSDepthEstimator(BaseModel):
    """Weakly-supervised depth from resolution-mismatched data (arXiv 2109.11573).

    The student sees the HR image and its LR copy with shared weights. The ratio of the grids comes
    from the shapes in the batch and need not be an integer. Which losses are given decides what is
    computed: without `loss_lr` and `loss_consistency` there is no LR branch, so `loss_hr` alone
    with HR ground truth is plain supervised training.

    Args:
        student: Encoder-decoder with `extract_feat(image)` and `decode_head(feats)` in metres, such
            as `mmseg.DepthEstimator`.
        teacher: `DepthReconstruction`, learning alongside or frozen.
        loss_lr: LR estimate against LR ground truth.
        loss_hr: HR estimate, brought to the LR grid, against LR ground truth.
        loss_consistency: LR estimate against HR estimate, brought to the LR grid.
        loss_affinity: HR student features against teacher features; needs the
            `AffinityDistillationHook`, which switches it on.
        affinity_levels: Pairs (index of the student's feature map, of the teacher's).
        sensor: How the sensor integrates a cell, see `downsample_depth`.
        running_stats: Which branch updates the running statistics of batch normalisation: 'hr',
            'lr' or 'both'. When one branch runs alone it updates them.
        test_cfg: How `predict` sees an image, see `InferenceOptions`; whole by default.
        data_preprocessor: See `DepthDataPreprocessor`.
        init_cfg: Initialisation.

    Raises:
        ValueError: An option has an unknown value, no loss is given, or the student recomputes
            activations, which would spoil its running statistics.
    """

    def __init__(
        self,
        student: dict,
        teacher: dict | None = None,
        loss_lr: dict | None = None,
        loss_hr: dict | None = None,
        loss_consistency: dict | None = None,
        loss_affinity: dict | None = None,
        affinity_levels: Sequence[tuple[int, int]] = ((0, 0), (1, 1), (2, 2)),
        sensor: str = 'area',
        running_stats: str = 'hr',
        test_cfg: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        if running_stats not in ('hr', 'lr', 'both'):
            raise ValueError(f"running_stats={running_stats!r} is none of 'hr', 'lr' and 'both'")
        if sensor not in SENSORS:
            raise ValueError(f'sensor={sensor!r} is none of {", ".join(SENSORS)}')
        if loss_lr is None and loss_hr is None:
            raise ValueError('neither loss_lr nor loss_hr is given: nothing ties depth to metres')
        self.student = MODELS.build(student)
        self.teacher: Any = None if teacher is None else MODELS.build(teacher)
        given = (loss_lr, loss_hr, loss_consistency, loss_affinity)
        self.loss_modules = nn.ModuleDict(
            {name: MODELS.build(cfg) for name, cfg in zip(LOSS_NAMES, given, strict=True) if cfg}
        )
        self.affinity_levels = tuple(affinity_levels)
        self.sensor = sensor
        self.running_stats = running_stats
        self.inference = InferenceOptions.from_cfg(test_cfg)
        self.loss_factors = dict.fromkeys(LOSS_NAMES, 1.0) | {'loss_affinity': 0.0}
        self.teacher_has_weights = False
        self.register_load_state_dict_post_hook(_look_at_loaded_keys)
        _refuse_recomputed_statistics(self.student)

    def is_active(self, *names: str) -> bool:
        """Tell whether any of these losses is given and has a factor above zero."""
        return any(name in self.loss_modules and self.loss_factors[name] > 0 for name in names)

    def estimate(self, image: Tensor) -> Estimate:
        """Estimate depth at the image's own resolution.

        Args:
            image: (N, 3, H, W), normalised.

        Returns:
            Depth (N, 1, H, W) in metres, float32, and the encoder's features.
        """
        feats = self.student.extract_feat(image)
        depth = self.student.decode_head(feats).float()
        return Estimate(_resize(depth, image.shape[-2:]), tuple(feats))

    def loss(self, inputs: Tensor, data_samples: list[BaseDataElement]) -> dict[str, Tensor]:
        """Compute the four losses, and the teacher's own while it learns.

        Args:
            inputs: (N, 3, H, W), normalised HR image.
            data_samples: Each with `gt_depth_map`, (1, h, w) in metres on the sensor's grid.

        Returns:
            Scalars by name.

        Raises:
            ValueError: The depth maps differ in size, or are larger than the image.
        """
        gt = stack_ground_truth(data_samples)
        size = _grid_of(gt, inputs, data_samples)
        hr_runs = self.is_active('loss_hr', 'loss_consistency', 'loss_affinity')
        lr_runs = self.is_active('loss_lr', 'loss_consistency')

        if hr_runs:
            with keep_running_statistics(self.student, lr_runs and self.running_stats == 'lr'):
                hr = self.estimate(inputs)
            depth_hr_down = downsample_depth(hr.depth, size, self.sensor)
        if lr_runs:
            with keep_running_statistics(self.student, hr_runs and self.running_stats == 'hr'):
                depth_lr = self.estimate(downsample_image(inputs, size)).depth

        losses = {}
        if self.is_active('loss_lr'):
            losses['loss_lr'] = self._weighted('loss_lr', depth_lr, gt)
        if self.is_active('loss_hr'):
            losses['loss_hr'] = self._weighted('loss_hr', depth_hr_down, gt)
        if self.is_active('loss_consistency'):
            losses['loss_consistency'] = self._weighted('loss_consistency', depth_lr, depth_hr_down)
        if self.teacher is not None:
            teacher_feats, teacher_losses = self._teach(gt)
            losses |= teacher_losses
            if self.is_active('loss_affinity'):
                student_feats = [hr.feats[level] for level, _ in self.affinity_levels]
                losses['loss_affinity'] = self._weighted(
                    'loss_affinity', student_feats, teacher_feats, gt > 0
                )
        return losses

    def _weighted(self, name: str, *args: Any) -> Tensor:
        return self.loss_factors[name] * self.loss_modules[name](*args)

    def _teach(self, gt: Tensor) -> tuple[list[Tensor], dict[str, Tensor]]:
        if self.teacher.frozen:
            estimate, losses = self.teacher.reconstruct(gt), {}
        else:
            estimate, loss = self.teacher.reconstruct_hidden(gt)
            losses = dict(loss_teacher=loss)
        return [estimate.feats[level].detach() for _, level in self.affinity_levels], losses

    def predict(self, inputs: Tensor, data_samples: list[BaseDataElement]) -> list[BaseDataElement]:
        """Estimate depth at the colour camera's resolution.

        Args:
            inputs: (N, 3, H, W), normalised.
            data_samples: `ori_shape` is the size of the colour image as it was on disk.

        Returns:
            The samples, each with `pred_depth_map`, (1, *ori_shape) in metres.
        """
        depth = infer(inputs, lambda image: self.estimate(image).depth, self.inference)
        for sample, single in zip(data_samples, depth, strict=True):
            size = sample.metainfo.get('ori_shape', inputs.shape[-2:])
            store_prediction(sample, _resize(single[None], size)[0])
        return data_samples

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *args: Any) -> None:
        """Take a published student's keys, see `PublishStudentHook`, as well as our own."""
        for key in self.student.state_dict():
            if prefix + key in state_dict:
                state_dict[f'{prefix}student.{key}'] = state_dict.pop(prefix + key)
        super()._load_from_state_dict(state_dict, prefix, *args)

    def forward(
        self,
        inputs: Tensor,
        data_samples: list[BaseDataElement] | None = None,
        mode: str = 'tensor',
    ) -> Tensor | dict[str, Tensor] | list[BaseDataElement]:
        """MMEngine's entry.

        Args:
            inputs: (N, 3, H, W), normalised.
            data_samples: What `mode` needs, see `loss` and `predict`.
            mode: 'loss', 'predict' or 'tensor' (depth, (N, 1, H, W) in metres).

        Raises:
            ValueError: The mode is unknown.
        """
        if mode == 'tensor':
            return self.estimate(inputs).depth
        samples = samples_for(mode, data_samples)
        return getattr(self, mode)(inputs, samples)


def _resize(depth: Tensor, size: Sequence[int]) -> Tensor:
    return F.interpolate(depth, tuple(size[:2]), mode='bilinear', align_corners=False)


def _grid_of(
    gt: Tensor, inputs: Tensor, data_samples: Sequence[BaseDataElement]
) -> tuple[int, int]:
    (h, w), (height, width) = gt.shape[-2:], inputs.shape[-2:]
    if h > height or w > width:
        raise ValueError(
            f'{data_samples[0].get("depth_map_path")}: ground truth of {h}x{w} is larger than the '
            f'image of {height}x{width}: bring it down with mmwsdepth.DownsampleDepth'
        )
    return h, w


def _look_at_loaded_keys(model: WSDepthEstimator, incompatible: Any) -> None:
    """Refuse another model's weights; let a published student come without its teacher."""
    missing = set(incompatible.missing_keys)
    if {f'student.{key}' for key, _ in model.student.named_parameters()} <= missing:
        raise ValueError("the checkpoint has none of the student's weights: it is another model's")
    teacher = {f'teacher.{key}' for key in model.teacher.state_dict()} if model.teacher else set()
    model.teacher_has_weights = not teacher & missing
    if teacher <= missing:
        incompatible.missing_keys[:] = [k for k in incompatible.missing_keys if k not in teacher]


def _refuse_recomputed_statistics(student: nn.Module) -> None:
    recomputes = any(getattr(module, 'with_cp', False) for module in student.modules())
    if recomputes and any(isinstance(module, _BatchNorm) for module in student.modules()):
        raise ValueError(
            'with_cp=True runs batch normalisation twice and spoils its running statistics: '
            'set with_cp=False, or use another normalisation'
        )
