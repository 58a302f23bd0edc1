"""A network that estimates depth from views of an image at two resolutions."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from mmengine.structures import BaseDataElement
from torch import Tensor

from mmwsdepth.functional import area_mean, downsample_image, enlarge_image
from mmwsdepth.registry import MODELS

from ..batch_statistics import OwnStatistics, keep_running_statistics
from ..recompute import take_over_recomputation
from .checks import reduction_of
from .estimate import Estimate, store_prediction
from .inference import InferenceOptions, infer
from .two_views import TwoViews, view_side

RUNNING_STATS = ('hr', 'lr', 'both', 'separate')


class ViewEstimator(BaseModel):
    """The student and what it needs to estimate depth: views, their statistics, inference.

    Args:
        student: Encoder-decoder with `extract_feat(image)` and `decode_head(feats)` in metres, such
            as `mmseg.DepthEstimator`.
        running_stats: Which branch updates the running statistics of batch normalisation: 'hr',
            'lr' or 'both'; when one branch runs alone it updates them. 'separate' keeps statistics
            of their own for the LR branch.
        two_views: How one estimate is made of the HR and the LR view, see `TwoViews`; by default
            the HR view stands alone.
        channels_last: Keep the student's activations with channels innermost, which convolutions on
            CPUs and on tensor cores run faster.
        test_cfg: How `predict` sees an image, see `InferenceOptions`; whole by default.
        data_preprocessor: See `DepthDataPreprocessor`.
        init_cfg: Initialisation.

    Raises:
        ValueError: `running_stats` is unknown.
    """

    def __init__(
        self,
        student: dict,
        running_stats: str = 'hr',
        two_views: dict | None = None,
        channels_last: bool = False,
        test_cfg: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        if running_stats not in RUNNING_STATS:
            raise ValueError(f'running_stats={running_stats!r} is none of {RUNNING_STATS}')
        self.student = MODELS.build(student)
        take_over_recomputation(self.student)
        self.running_stats = running_stats
        self.lr_statistics = OwnStatistics(self.student) if running_stats == 'separate' else None
        self.two_views = None if two_views is None else TwoViews(**two_views)
        self.register_buffer('lr_ratio', torch.zeros(()), persistent=self.two_views is not None)
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format
        self.inference = InferenceOptions.from_cfg(test_cfg)

    def estimate(self, image: Tensor) -> Estimate:
        """Estimate depth at the image's own resolution.

        Args:
            image: (N, 3, H, W), normalised.

        Returns:
            Depth (N, 1, H, W) in metres, float32, and the encoder's features.
        """
        return run_student(self.student, image.contiguous(memory_format=self.memory_format))

    def estimate_lr(self, image: Tensor, hr_runs: bool = False) -> Estimate:
        """Estimate depth from an LR view, with the statistics that belong to it.

        Args:
            image: (N, 3, h, w), normalised.
            hr_runs: Whether the HR branch runs too.

        Returns:
            See `estimate`.
        """
        if self.lr_statistics is not None:
            with self.lr_statistics.in_use(self.student):
                return self.estimate(image)
        with keep_running_statistics(self.student, hr_runs and self.running_stats == 'hr'):
            return self.estimate(image)

    def estimate_depth(self, image: Tensor) -> Tensor:
        """Estimate depth from all views that the model has.

        Args:
            image: (N, 3, H, W), normalised.

        Returns:
            (N, 1, H, W) in metres.
        """
        if self.two_views is None:
            return self.estimate(image).depth
        coarsest, *finer = self.two_views.view_ratios(self.view_ratio())
        depth = self.estimate_lr(_view(image, coarsest)).depth
        for ratio in finer:
            finer_depth = self.estimate(_view(image, ratio)).depth
            share = self.two_views.share_of(ratio)
            depth = self.two_views.merge(finer_depth, depth, share=share)
        return area_mean(depth, (image.shape[-2], image.shape[-1]))

    def view_ratio(self) -> float:
        """Colour pixels to one pixel of the LR view, a side, when predicting: as in training.

        Raises:
            ValueError: Neither the checkpoint nor the config knows it.
        """
        ratio = float(self.lr_ratio) or (self.two_views and self.two_views.ratio)
        if not ratio:
            raise ValueError('two_views has no ratio and no training has seen one: set ratio')
        return ratio

    def predict(self, inputs: Tensor, data_samples: list[BaseDataElement]) -> list[BaseDataElement]:
        """Estimate depth at the colour camera's resolution.

        Args:
            inputs: (N, 3, H, W), normalised.
            data_samples: `ori_shape` is the size of the colour image as it was on disk.

        Returns:
            The samples, each with `pred_depth_map`, (1, *ori_shape) in metres.

        Raises:
            ValueError: The images were read with `reduce`.
        """
        reduction_of(data_samples, hr_runs=True)
        depth = infer(inputs, self.estimate_depth, self.inference)
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


def run_student(student: Any, image: Tensor) -> Estimate:
    """Estimate depth at an image's own resolution, see `ViewEstimator.estimate`."""
    feats = student.extract_feat(image)
    depth = student.decode_head(feats).float()
    return Estimate(_resize(depth, image.shape[-2:]), tuple(feats))


def _view(image: Tensor, ratio: float) -> Tensor:
    height, width = (view_side(side, ratio) for side in image.shape[-2:])
    resample = enlarge_image if ratio < 1 else downsample_image
    return resample(image, (height, width))


def _resize(depth: Tensor, size: Sequence[int]) -> Tensor:
    return F.interpolate(depth, tuple(size[:2]), mode='bilinear', align_corners=False)
