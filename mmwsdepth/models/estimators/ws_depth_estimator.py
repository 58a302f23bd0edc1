"""The method of Xu et al. 2021: one network, two resolutions, four losses."""

from collections.abc import Sequence
from typing import Any

from mmengine.structures import BaseDataElement
from torch import Tensor, nn

from mmwsdepth.functional import SENSORS, downsample_depth, downsample_image
from mmwsdepth.registry import MODELS

from ..batch_statistics import keep_running_statistics
from .checks import grid_of, look_at_loaded_keys, reduction_of, warn_of_small_views
from .estimate import samples_for, stack_ground_truth
from .two_views import TwoViews, Window, view_side
from .view_estimator import ViewEstimator

LOSS_NAMES = ('loss_lr', 'loss_hr', 'loss_consistency', 'loss_affinity')


@MODELS.register_module()
class WSDepthEstimator(ViewEstimator):
    """Weakly-supervised depth from resolution-mismatched data (arXiv 2109.11573).

    The student sees the HR image and its LR copy with shared weights. The ratio of the grids comes
    from the shapes in the batch and need not be an integer. Which losses are given decides what is
    computed: without `loss_lr` and `loss_consistency` there is no LR branch, so `loss_hr` alone
    with HR ground truth is plain supervised training.

    Args:
        student: See `ViewEstimator`.
        teacher: `DepthReconstruction`, learning alongside or frozen.
        loss_lr: LR estimate against LR ground truth.
        loss_hr: HR estimate, brought to the LR grid, against LR ground truth.
        loss_consistency: LR estimate against HR estimate, brought to the LR grid.
        loss_affinity: HR student features against teacher features; needs the
            `AffinityDistillationHook`, which switches it on.
        affinity_levels: Pairs (index of the student's feature map, of the teacher's).
        sensor: How the sensor integrates a cell, see `downsample_depth`.
        running_stats: See `ViewEstimator`.
        two_views: See `ViewEstimator`; needs `loss_lr`.
        channels_last: See `ViewEstimator`.
        test_cfg: See `ViewEstimator`.
        data_preprocessor: See `ViewEstimator`.
        init_cfg: See `ViewEstimator`.

    Raises:
        ValueError: An option has an unknown value, or no loss is given.
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
        two_views: dict | None = None,
        channels_last: bool = False,
        test_cfg: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        if sensor not in SENSORS:
            raise ValueError(f'sensor={sensor!r} is none of {", ".join(SENSORS)}')
        if loss_lr is None and loss_hr is None:
            raise ValueError('neither loss_lr nor loss_hr is given: nothing ties depth to metres')
        if two_views is not None and not loss_lr:
            raise ValueError('two_views needs loss_lr: the LR view gives the scale')
        super().__init__(
            student, running_stats, two_views, channels_last, test_cfg, data_preprocessor, init_cfg
        )
        self.teacher: Any = None if teacher is None else MODELS.build(teacher)
        given = (loss_lr, loss_hr, loss_consistency, loss_affinity)
        self.loss_modules = nn.ModuleDict(
            {name: MODELS.build(cfg) for name, cfg in zip(LOSS_NAMES, given, strict=True) if cfg}
        )
        self.affinity_levels = tuple(affinity_levels)
        self.sensor = sensor
        self.loss_factors = dict.fromkeys(LOSS_NAMES, 1.0) | {'loss_affinity': 0.0}
        self.lr_views_seen: set[tuple[int, int]] = set()
        self.teacher_has_weights = False
        self.register_load_state_dict_post_hook(look_at_loaded_keys)

    def is_active(self, *names: str) -> bool:
        """Tell whether any of these losses is given and has a factor above zero."""
        return any(name in self.loss_modules and self.loss_factors[name] > 0 for name in names)

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
        size = grid_of(gt, inputs, data_samples)
        hr_runs = self.is_active('loss_hr', 'loss_consistency', 'loss_affinity')
        lr_runs = self.is_active('loss_lr', 'loss_consistency')
        reduction = reduction_of(data_samples, hr_runs)
        losses = {}

        if lr_runs:
            height, width = inputs.shape[-2:]
            view = self.lr_view(size, (height, width), reduction)
            self.lr_ratio.fill_(reduction * (height * width / view[0] / view[1]) ** 0.5)
            if hr_runs and self.two_views is not None and self.two_views.share < 1:
                raise ValueError(
                    f'two_views has share={self.two_views.share}, for views that learn in turns, '
                    'and here both learn at once: add LossTurnsHook to custom_hooks or set share=1'
                )
            if hr_runs and view != size:
                raise ValueError(
                    f'two_views.ratio makes an LR view of {view[0]}x{view[1]}, finer than the '
                    f'sensor of {size[0]}x{size[1]}: that trains at LR alone or in turns, set '
                    'loss_hr=None or add LossTurnsHook to custom_hooks'
                )
            lr = self.estimate_lr(downsample_image(inputs, view), hr_runs)
            if view not in self.lr_views_seen:
                warn_of_small_views(lr.feats, view)
                self.lr_views_seen.add(view)
            depth_lr = downsample_depth(lr.depth, size, self.sensor)
        if self.is_active('loss_lr'):
            losses['loss_lr'] = self._weighted('loss_lr', depth_lr, gt)
        if hr_runs:
            window = self._hr_window(size, inputs)
            gt = window.of_lr(gt)
            with keep_running_statistics(self.student, lr_runs and self.running_stats == 'lr'):
                hr = self.estimate(window.of_hr(inputs))
            depth_hr = hr.depth
            if self.two_views is not None and lr_runs:
                depth_hr = self.two_views.merge(depth_hr, window.of_lr(depth_lr))
            depth_hr_down = downsample_depth(depth_hr, (gt.shape[-2], gt.shape[-1]), self.sensor)
        if self.is_active('loss_hr'):
            losses['loss_hr'] = self._weighted('loss_hr', depth_hr_down, gt)
        if self.is_active('loss_consistency'):
            losses['loss_consistency'] = self._weighted(
                'loss_consistency', window.of_lr(depth_lr), depth_hr_down
            )
        if self.teacher is not None:
            teacher_feats, teacher_losses = self._teach(gt)
            losses |= teacher_losses
            if self.is_active('loss_affinity'):
                student_feats = [hr.feats[level] for level, _ in self.affinity_levels]
                losses['loss_affinity'] = self._weighted(
                    'loss_affinity', student_feats, teacher_feats, gt > 0
                )
        return losses

    def lr_view(
        self, grid: tuple[int, int], size: tuple[int, int], reduction: int = 1
    ) -> tuple[int, int]:
        """(h, w) of the LR view: the sensor's grid, or finer where `two_views` says so.

        Args:
            grid: (h, w) of the sensor.
            size: (H, W) of the image.
            reduction: Of the image, see `LoadColour`.

        Raises:
            ValueError: The image has fewer pixels than the view.
        """
        (h, w), (height, width) = grid, size
        if self.two_views is not None and self.two_views.ratio is not None:
            ratio = self.two_views.ratio / reduction
            h, w = max(h, view_side(height, ratio)), max(w, view_side(width, ratio))
        if h > height or w > width:
            raise ValueError(
                f'LoadColour has reduce={reduction}, which leaves images of {height}x{width}, '
                f'smaller than the LR view of {h}x{w}: choose a smaller one'
            )
        return h, w

    def _hr_window(self, size: tuple[int, int], inputs: Tensor) -> Window:
        views = self.two_views or TwoViews(ratio=1)
        return views.random_window(size, (inputs.shape[-2], inputs.shape[-1]))

    def _weighted(self, name: str, *args: Any) -> Tensor:
        return self.loss_factors[name] * self.loss_modules[name](*args)

    def _teach(self, gt: Tensor) -> tuple[list[Tensor], dict[str, Tensor]]:
        if self.teacher.frozen:
            estimate, losses = self.teacher.reconstruct(gt), {}
        else:
            estimate, loss = self.teacher.reconstruct_hidden(gt)
            losses = dict(loss_teacher=loss)
        return [estimate.feats[level].detach() for _, level in self.affinity_levels], losses

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
            return self.estimate_depth(inputs)
        samples = samples_for(mode, data_samples)
        return getattr(self, mode)(inputs, samples)
