"""Our NYU training pipeline beside MMSegmentation's, on the same files, in one process."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import mmseg
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from mmwsdepth.apis import load_config

from .report import Table
from .setting import SEED, Setting, positive
from .timing import time_in_turns

OURS, THEIRS = 'ours', 'mmseg'
BATCH = 4
CONFIG = 'mmwsdepth::wsdepth_nyu.py'
MMSEG_CONFIG = Path(mmseg.__file__).parent / '.mim/configs/_base_/datasets/nyu.py'
JITTER = dict(type='PhotoMetricDistortion')


def mmseg_dataset(data_root: str) -> dict[str, Any]:
    """MMSegmentation's own data set and pipeline for NYU, plain.

    Its color jitter, which needs Albumentations, is replaced by MMSegmentation's own.
    """
    dataset = Config.fromfile(MMSEG_CONFIG).train_dataloader.dataset.to_dict()
    pipeline = [JITTER if step['type'] == 'Albu' else step for step in dataset['pipeline']]
    return dataset | dict(data_root=data_root, pipeline=pipeline)


def one_pass(dataset: dict[str, Any], images: int) -> Callable[[], int]:
    """Make a case that loads the first images of a data set and counts them.

    Raises:
        SystemExit: The data set has fewer images.
    """
    init_default_scope('mmseg')
    cv2.setNumThreads(0)
    loader = Runner.build_dataloader(
        dict(
            batch_size=BATCH,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=dataset | dict(indices=images),
        ),
        seed=SEED,
    )
    found = len(loader.dataset)
    if found < images:
        raise SystemExit(f'error: {dataset["data_root"]}: {found} images, take --images {found}')
    return lambda: sum(len(data['inputs']) for data in loader)


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options that `run` takes."""
    command.add_argument('--data-root', default='data/nyu', help='default %(default)s')
    command.add_argument('--images', type=positive, default=64, help='to load')


def run(setting: Setting, data_root: str, images: int) -> list[Table]:
    """Compare images a second."""
    ours = load_config(CONFIG, data_root=data_root).train_dataloader.dataset.to_dict()
    datasets = {OURS: ours, THEIRS: mmseg_dataset(data_root)}
    cases = {name: one_pass(dataset, images) for name, dataset in datasets.items()}
    times = time_in_turns(cases, setting)
    rows = [
        {
            'pipeline': name,
            'images / s': images / times.median(name),
            'time / mmseg': times.ratio(name, THEIRS),
        }
        for name in datasets
    ]
    return [Table(f'dataload {images} images of {data_root}', rows)]
