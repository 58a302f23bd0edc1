"""Looks before training whether the data sets can be used together."""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from mmengine.hooks import Hook
from mmengine.registry import DATASETS
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmwsdepth.datasets.bad_file import printable
from mmwsdepth.datasets.rgbd_dataset import RGBDDataset
from mmwsdepth.registry import HOOKS

MAX_SIZES = 64
Identity = tuple[int, int]


@HOOKS.register_module()
class DataCheckHook(Hook):
    """Refuses to train on images that are also evaluated on, and on sizes that make no batch.

    Only data sets of kind `RGBDDataset`, also in wrappers, are looked at.
    """

    priority = 'VERY_HIGH'

    def before_train(self, runner: Runner) -> None:
        """Look at all data sets.

        Raises:
            ValueError: An image is in two of them, or samples of a batch differ in size.
        """
        train = runner.train_dataloader
        refuse_mixed_sizes(train)
        evaluated = {}
        if runner.val_loop is not None:
            evaluated['val'] = runner.val_dataloader.dataset
            refuse_mixed_sizes(runner.val_dataloader)
        test = _unlike_validation(runner)
        if test is not None:
            evaluated['test'] = test
        for name, dataset in evaluated.items():
            refuse_common_images(train.dataset, dataset, name)


def refuse_common_images(train: Any, other: Any, name: str) -> None:
    """Compare two data sets' files, through links.

    Args:
        train: What is trained on.
        other: What is evaluated on.
        name: Of that data set, for sentences.

    Raises:
        ValueError: They have images in common.
    """
    trained = _images(train)
    common = [(trained[key], path) for key, path in _images(other).items() if key in trained]
    if common:
        ours, theirs = common[0]
        also = '' if ours == theirs else f' is {theirs}, which'
        raise ValueError(
            printable(
                f'{ours}{also} is trained and evaluated on, as are {len(common)} images of the '
                f'{name} data set: leave data_prefix out, or set it or ann_file so that none is '
                'in both'
            )
        )


def refuse_mixed_sizes(loader: DataLoader) -> None:
    """Run the pipeline on an empty sample of each size that the headers tell.

    Args:
        loader: Whose samples become batches; at most `MAX_SIZES` sizes are looked at, the smallest
            first.

    Raises:
        ValueError: Two samples differ in size and may meet in a batch.
    """
    if (loader.batch_size or getattr(loader.batch_sampler, 'batch_size', 1)) == 1:
        return
    kinds: dict[Any, tuple[RGBDDataset, dict[str, Any]]] = {}
    for part, dataset in enumerate(rgbd_datasets(loader.dataset)):
        for info in map(dataset.get_data_info, range(len(dataset))):
            if info['sizes'] is not None and None not in info['sizes']:
                kinds.setdefault((info['sizes'], part), (dataset, info))
    if len(kinds) < 2:
        return
    state = np.random.get_state()
    try:
        _refuse_unequal_shapes(kinds)
    finally:
        np.random.set_state(state)


def _refuse_unequal_shapes(kinds: dict[Any, tuple[RGBDDataset, dict[str, Any]]]) -> None:
    first: tuple[str, Any] | None = None
    for key in sorted(kinds)[:MAX_SIZES]:
        dataset, info = kinds[key]
        shapes = _shapes(dataset.pipeline(info | dict(is_bad=True)))
        first = first or (info['img_path'], shapes)
        if shapes != first[1]:
            raise ValueError(
                printable(
                    f'{info["img_path"]}: {_text(shapes)} after the pipeline, {first[0]} '
                    f'{_text(first[1])}: a batch needs one size: add ResizeRGBD, crop to a size '
                    'that all have, or set batch_size=1'
                )
            )


def _shapes(sample: dict[str, Any] | None) -> tuple[tuple[int, ...], ...] | None:
    if not sample or 'data_samples' not in sample:
        return None
    depth = sample['data_samples'].get('gt_depth_map')
    return tuple(sample['inputs'].shape[1:]), tuple(depth.shape) if depth is not None else ()


def _text(shapes: Any) -> str:
    color, depth = ('x'.join(map(str, shape)) for shape in shapes)
    return f'has color {color} and depth {depth}'


def _images(dataset: Any) -> dict[Identity, str]:
    """Images by what the file system knows them as."""
    found = {}
    for part in rgbd_datasets(dataset):
        for index in range(len(part)):
            path = part.get_data_info(index)['img_path']
            if os.path.exists(path):
                status = os.stat(path)
                found[status.st_dev, status.st_ino] = path
    return found


def rgbd_datasets(dataset: Any) -> Iterator[RGBDDataset]:
    """The data sets within MMEngine's wrappers."""
    if isinstance(dataset, RGBDDataset):
        yield dataset
    for inner in [*getattr(dataset, 'datasets', []), getattr(dataset, 'dataset', None)]:
        if inner is not None:
            yield from rgbd_datasets(inner)


def _unlike_validation(runner: Runner) -> Any:
    """The data set that a test would use, if that is another than validation's and is there."""
    config = (runner.cfg.get('test_dataloader') or {}).get('dataset')
    if config is None or config == (runner.cfg.get('val_dataloader') or {}).get('dataset'):
        return None
    try:
        return DATASETS.build(config)
    except (OSError, ValueError):
        return None
