"""Our NYU training pipeline against MMSegmentation's, on the same files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import mmseg
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from mmwsdepth.apis import load_config
from mmwsdepth.datasets.rooms import write_rooms

from .measure import Thing, measure, time_ratio
from .report import Table
from .setting import Setting, Size, size_text
from .timing import Work

OURS, SAME, THEIRS = 'ours', "ours, mmseg's steps", 'mmseg'
CONFIG = 'mmwsdepth::wsdepth_nyu.py'
MMSEG_CONFIG = '.mim/configs/_base_/datasets/nyu.py'
JITTER = dict(type='PhotoMetricDistortion')
ALBUMENTATIONS = 'Albu'


def mmseg_dataset(data_root: str) -> dict[str, Any]:
    """MMSegmentation's own data set and pipeline for NYU.

    Its color jitter is Albumentations'; where that is not installed, MMSegmentation's own takes
    its place.

    Args:
        data_root: Folder of the data.

    Raises:
        FileNotFoundError: The installed MMSegmentation came without its configs.
    """
    path = Path(mmseg.__file__).parent / MMSEG_CONFIG
    if not path.is_file():
        raise FileNotFoundError(
            f'{path}: MMSegmentation was installed without its configs: install it with pip, not '
            'in editable mode'
        )
    dataset = Config.fromfile(path).train_dataloader.dataset.to_dict()
    if find_spec('albumentations') is None:
        dataset['pipeline'] = [
            JITTER if t['type'] == ALBUMENTATIONS else t for t in dataset['pipeline']
        ]
    return dataset | dict(data_root=data_root)


def with_their_steps(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Let our transforms do what MMSegmentation's pipeline does, with the same color jitter.

    Nothing stands for its RandomDepthMix, which writes depth into the color image.

    Args:
        ours: Our data set.
        theirs: See `mmseg_dataset`.

    Returns:
        Our data set with another pipeline.
    """
    steps = {step['type']: step for step in theirs['pipeline']}
    pipeline = [
        dict(type='mmwsdepth.LoadColor'),
        dict(type='mmwsdepth.LoadDepth'),
        dict(type='mmwsdepth.RandomFlipRGBD', prob=steps['RandomFlip']['prob']),
        dict(type='mmwsdepth.RandomCropRGBD', crop_size=steps['RandomCrop']['crop_size']),
        steps.get(ALBUMENTATIONS, JITTER),
        dict(type='mmwsdepth.PackRGBDInputs'),
    ]
    return ours | dict(pipeline=pipeline)


def one_pass(dataset: dict, workers: int, batch: int, images: int, seed: int) -> Work:
    """Make a work that loads every image once, with workers that stay alive.

    Args:
        dataset: Its config, plain.
        workers: Processes that load.
        batch: Images.
        images: How many are loaded.
        seed: Of the augmentation.

    Returns:
        A work that returns the number of images.

    Raises:
        ValueError: The data set has fewer images.
    """
    init_default_scope('mmseg')
    cv2.setNumThreads(0)
    loader = Runner.build_dataloader(
        dict(
            batch_size=batch,
            num_workers=workers,
            persistent_workers=workers > 0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=dataset | dict(indices=images),
        ),
        seed=seed,
    )
    if len(loader.dataset) < images:
        raise ValueError(f'{dataset["data_root"]}: {len(loader.dataset)} images, wanted {images}')
    return lambda: sum(len(data['inputs']) for data in loader)


@contextmanager
def folder_of(data_root: str | None, size: Size, images: int, seed: int) -> Iterator[str]:
    """Give the data's folder; without one, render rooms in NYU's layout into a temporary one."""
    if data_root is not None:
        yield data_root
        return
    with TemporaryDirectory() as folder:
        write_rooms(folder, dict(train=images), size, seed, progress=False)
        yield folder


def run(
    setting: Setting,
    size: Sequence[Size],
    data_root: str | None = None,
    images: int = 64,
    batch: int = 4,
    workers: int = 2,
) -> list[Table]:
    """Compare images a second.

    Args:
        setting: How to measure.
        size: (H, W) of rendered images, where no data is given.
        data_root: Folder of NYU Depth v2.
        images: How many of it.
        batch: Images.
        workers: Processes that load.
    """
    return [_table(setting, each, data_root, images, batch, workers) for each in size]


def _table(
    setting: Setting, size: Size, data_root: str | None, images: int, batch: int, workers: int
) -> Table:
    with folder_of(data_root, size, images, setting.seed) as folder:
        ours = load_config(CONFIG, data_root=folder).train_dataloader.dataset.to_dict()
        theirs = mmseg_dataset(folder)
        datasets = {
            OURS: ours,
            SAME: with_their_steps(ours, theirs),
            THEIRS: theirs,
        }
        things = [
            Thing(name, partial(one_pass, dataset, workers, batch, images, setting.seed))
            for name, dataset in datasets.items()
        ]
        found = measure(things, setting, memory=False)
    rows: list[dict[str, object]] = [
        {
            'pipeline': name,
            'images / s': images / item.median,
            'time / mmseg': time_ratio(found, name, THEIRS),
            'seconds': item.seconds,
        }
        for name, item in found.items()
    ]
    source = 'NYU Depth v2' if data_root else f'rendered rooms of {size_text(size)}'
    notes = [
        'Files come from the page cache after the first pass, which does not count.',
        f'{OURS}: {CONFIG}, which also rotates and makes LR ground truth out of HR depth; '
        f'{SAME}: loads, flips, crops to 480x480, jitters and packs, as {THEIRS} does, which also '
        'mixes depth into some images.',
    ]
    if find_spec('albumentations') is None:
        notes.append(
            "Albumentations is not installed: MMSegmentation's pipeline jitters color by its own "
            'PhotoMetricDistortion instead.'
        )
    return Table(
        f'dataload {images} images of {source}, {workers} workers, batch {batch}',
        ('pipeline', 'images / s', 'time / mmseg'),
        rows,
        notes,
    )
