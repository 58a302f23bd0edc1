"""Our depth metric against MMSegmentation's, on the same predictions."""

from collections.abc import Sequence
from functools import partial
from typing import cast

import torch
from mmengine.evaluator import BaseMetric
from mmengine.registry import init_default_scope

from mmwsdepth.functional import ERROR_NAMES
from mmwsdepth.registry import METRICS

from .measure import Thing, measure, time_ratio
from .memory import MIB, peak_memory
from .report import Table
from .setting import Setting, Size, size_text
from .timing import Work

OURS, THEIRS = 'ours', 'mmseg'
PROTOCOLS = {
    OURS: dict(type='mmwsdepth.DepthMetric', min_depth=1e-3, max_depth=10.0),
    THEIRS: dict(type='mmseg.DepthMetric', min_depth_eval=1e-3, max_depth_eval=10.0),
}
NYU_SIZE = (480, 640)
NYU_CROPS = {OURS: dict(crop='nyu'), THEIRS: dict(crop_type='nyu_crop')}
OTHER_CONVENTION = ('silog',)
DISTINCT_IMAGES = 4
FEW = 4


def score(protocol: dict, size: Size, images: int, device: str, seed: int) -> Work:
    """Make a work that scores predictions one by one and averages, as an evaluation does.

    Args:
        protocol: The metric's config.
        size: (H, W) of the images.
        images: How many; a few distinct ones are taken again and again.
        device: Where the predictions are.
        seed: Of the predictions.

    Returns:
        A work that returns the metrics by name.
    """
    init_default_scope('mmseg')
    samples = [_sample(size, device, seed + k) for k in range(min(images, DISTINCT_IMAGES))]

    def work() -> dict[str, float]:
        metric: BaseMetric = METRICS.build(protocol)
        for index in range(images):
            metric.process({}, [samples[index % len(samples)]])
        return metric.compute_metrics(metric.results)

    return work


def _sample(size: Size, device: str, seed: int) -> dict[str, dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    target = 0.5 + 9 * torch.rand(1, *size, generator=generator)
    pred = (target * (1 + 0.2 * torch.randn(1, *size, generator=generator))).clamp(0.1, 9.9)
    target *= torch.rand(1, *size, generator=generator) > 0.1
    return dict(
        pred_depth_map=dict(data=pred.to(device)), gt_depth_map=dict(data=target.to(device))
    )


def run(setting: Setting, size: Sequence[Size], images: Sequence[int] = (654, 20)) -> list[Table]:
    """Compare time, memory and numbers.

    Args:
        setting: How to measure.
        size: (H, W) of the images; 480x640 is scored in NYU's crop.
        images: How many of each size.

    Raises:
        ValueError: There is not one number of images a size.
    """
    if len(images) != len(size):
        raise ValueError(f'images has {len(images)} numbers for {len(size)} sizes: give one a size')
    return [_table(setting, image, number) for image, number in zip(size, images, strict=True)]


def _table(setting: Setting, size: Size, images: int) -> Table:
    same = (size, images, setting.device, setting.seed)
    few = max(images // FEW, 1)
    crops = NYU_CROPS if size == NYU_SIZE else {OURS: {}, THEIRS: {}}
    builds = {
        name: partial(score, dict(protocol) | crops[name]) for name, protocol in PROTOCOLS.items()
    }
    found = measure([Thing(name, partial(build, *same)) for name, build in builds.items()], setting)
    of_few = {name: partial(build, size, few, *same[2:]) for name, build in builds.items()}
    peaks = {name: peak_memory(build, setting) for name, build in of_few.items()}
    values = {name: cast(dict[str, float], of_few[name]()()) for name in found}
    shared = [name for name in ERROR_NAMES if name not in OTHER_CONVENTION]
    rows = [
        {
            'metric': name,
            's': item.median,
            'time / mmseg': time_ratio(found, name, THEIRS),
            f'MiB, {few} images': None if (peak := peaks[name]) is None else peak.own / MIB,
            f'MiB, {images} images': item.own_mib,
            **{error: values[name][error] for error in ERROR_NAMES},
            'seconds': item.seconds,
        }
        for name, item in found.items()
    ]
    notes = [
        f'{name} takes more than {setting.memory_limit:g} GiB.'
        for name in builds
        if name not in found
    ]
    if len(found) == 2:
        largest = max(abs(values[OURS][e] / values[THEIRS][e] - 1) for e in shared)
        notes.append(
            f'{", ".join(shared)} differ by {largest:.1e} at most, relative; silog follows another '
            'convention.'
        )
    return Table(
        f'evaluate {images} images of {size_text(size)}',
        [c for c in rows[0] if c not in (*ERROR_NAMES, 'seconds')],
        rows,
        notes,
    )
