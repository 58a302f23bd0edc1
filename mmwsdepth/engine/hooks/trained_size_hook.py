"""Measures the size, and the focal length, at which a network sees its training images."""

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from mmengine.dist import broadcast_object_list
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from mmwsdepth.datasets.depth_io import BadFileError
from mmwsdepth.datasets.focal_length import find_focal_length
from mmwsdepth.registry import HOOKS

from .unwrap import unwrapped_model

ENOUGH = 500


@HOOKS.register_module()
class TrainedSizeHook(Hook):
    """Lets checkpoints say at which size photos must be shown, as a network tells meters by size.

    That is the size of whole training images after resizing and before cropping, the median of the
    first `ENOUGH` samples; with it goes the training camera's focal length where a manifest or EXIF
    says it. Checkpoints carry both as `meta['test_cfg']`, see `InferenceOptions`; validating and
    testing heed it.
    """

    priority = 'NORMAL'

    def __init__(self) -> None:
        self._seen: list[dict[str, Any]] = []
        self._num_measured = 0
        self._known: dict[str, Any] = {}
        self._is_measuring = True

    def known(self) -> dict[str, Any]:
        """Options by name, as far as they are known."""
        if len(self._seen) > self._num_measured:
            self._num_measured, self._known = len(self._seen), measure(self._seen)
        return self._known

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Take over what a checkpoint says, until this run trains; for good if it resumes."""
        meta = checkpoint.get('meta')
        self._known = dict(meta.get('test_cfg') or {}) if isinstance(meta, dict) else {}

    def before_train(self, runner: Runner) -> None:
        """Measure, unless the run goes on from where it was measured."""
        self._is_measuring = runner.iter == 0 or 'trained_size' not in self._known

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict | None = None,
    ) -> None:
        """Look at the batch's samples."""
        if not self._is_measuring:
            return
        if not self._seen:
            self._known = {}
        if len(self._seen) < ENOUGH and isinstance(data_batch, dict):
            self._seen += [
                sample.metainfo
                for sample in data_batch.get('data_samples', ())
                if 'whole_shape' in sample.metainfo
            ]

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Write it into the metadata."""
        checkpoint['meta']['test_cfg'] = self.known()

    def before_val(self, runner: Runner) -> None:
        """Tell the model."""
        self._tell(runner)

    def before_test(self, runner: Runner) -> None:
        """Tell the model."""
        self._tell(runner)

    def _tell(self, runner: Runner) -> None:
        known = [self.known()]  # of the samples of one process, the same for all
        broadcast_object_list(known)
        model = unwrapped_model(runner)
        if hasattr(model, 'take_over_options'):
            model.take_over_options(known[0])


def measure(samples: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Find the median size and focal length of training samples.

    Args:
        samples: Metainfo of each, see `PackRGBDInputs`.

    Returns:
        `trained_size`, (H, W), portrait where most samples are; and `trained_focal_length`, in
        pixels at that size, where most samples have one.
    """
    sizes = sorted((sample['whole_shape'] for sample in samples), key=math.prod)
    short, long = sorted(sizes[len(sizes) // 2])
    is_portrait = 2 * sum(height > width for height, width in sizes) > len(sizes)
    known: dict[str, Any] = dict(trained_size=(long, short) if is_portrait else (short, long))
    lengths = [length for sample in samples if (length := _focal_length(sample)) is not None]
    if 2 * len(lengths) > len(samples):
        known['trained_focal_length'] = median(lengths) * math.sqrt(short * long)
    return known


def _focal_length(sample: dict[str, Any]) -> float | None:
    """Focal length over the geometric mean of an image's sides."""
    size = sample.get('ori_shape')
    if size is None or 'img_path' not in sample:
        return None
    try:
        found = find_focal_length(Path(sample['img_path']), size[:2])
    except BadFileError as error:
        print_log(f'focal length not taken over: {error}', 'current', logging.WARNING)
        return None
    return None if found is None else found[0] / math.sqrt(math.prod(size[:2]))
