"""Inference whole and by tiles, with and without flip."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from mmengine.structures import BaseDataElement

from .measure import Thing, measure, time_ratio
from .memory import MIB
from .report import Table
from .setting import Setting, Size, size_text
from .students import DEFAULT_CONFIG, build_model, random_image, random_samples, read_config
from .timing import Work

WHOLE = 'whole'
MODES: dict[str, dict[str, Any]] = {
    WHOLE: dict(mode='whole'),
    'whole, flip': dict(mode='whole', flip=True),
    'slide': dict(mode='slide'),
    'slide, flip': dict(mode='slide', flip=True),
}


def predict(model: dict, size: Size, device: str, seed: int) -> Work:
    """Make a work that predicts one image.

    Args:
        model: The estimator's config, plain.
        size: (H, W) of the image.
        device: 'cpu' or 'cuda'.
        seed: Of the image.
    """
    built = build_model(model, device).eval()
    image, samples = random_image(1, size, device, seed), random_samples(1, (1, 1), device, seed)
    samples[0].set_metainfo(dict(ori_shape=size))

    def work() -> list[BaseDataElement]:
        with torch.inference_mode():
            return built.predict(image, samples)

    return work


def run(
    setting: Setting,
    size: Sequence[Size],
    config: str = DEFAULT_CONFIG,
    cfg_options: dict[str, Any] | None = None,
    modes: Sequence[str] = tuple(MODES),
) -> list[Table]:
    """Compare the modes.

    Args:
        setting: How to measure.
        size: (H, W) of the images.
        config: A config of the method; its `model.test_cfg` has the tiles' options.
        cfg_options: Values by dotted key that override the config's.
        modes: Which of `MODES`.
    """
    cfg = read_config(config, cfg_options)
    model = cfg.model.to_dict() | dict(teacher=None, loss_affinity=None)
    test_cfg = model.get('test_cfg') or {}
    rows: list[dict[str, object]] = []
    notes = []
    for image in size:
        things = [
            Thing(
                mode,
                partial(
                    predict,
                    model | dict(test_cfg=test_cfg | MODES[mode]),
                    image,
                    setting.device,
                    setting.seed,
                ),
            )
            for mode in modes
        ]
        found = measure(things, setting)
        notes += [
            f'{mode} at {size_text(image)} takes more than {setting.memory_limit:g} GiB.'
            for mode in modes
            if mode not in found
        ]
        rows += [
            {
                'size': size_text(image),
                'mode': mode,
                's': item.median,
                'time / whole': time_ratio(found, mode, WHOLE),
                'MiB in all': None if item.peak is None else item.peak.total / MIB,
                'own MiB': item.own_mib,
                'seconds': item.seconds,
            }
            for mode, item in found.items()
        ]
    columns = ('size', 'mode', 's', 'time / whole', 'MiB in all', 'own MiB')
    return [Table(f'infer with {config}, one image', columns, rows, notes)]
