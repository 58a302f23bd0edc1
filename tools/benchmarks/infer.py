"""Inference by tiles beside inference of the whole image."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from mmengine.structures import BaseDataElement

from .memory import peak_memory
from .models import build_model, random_image, random_samples, read_config
from .report import Table
from .setting import Setting, Size, add_config, size_text
from .timing import time_in_turns

WHOLE = 'whole'
MODES = (WHOLE, 'slide')


def predict(model: dict, size: Size, device: str) -> Callable[[], list[BaseDataElement]]:
    """Make a case that predicts one image with an estimator of a plain config."""
    built = build_model(model, device).eval()
    image, samples = random_image(1, size, device), random_samples(1, (1, 1), device)
    samples[0].set_metainfo(dict(ori_shape=size))
    return torch.inference_mode()(lambda: built.predict(image, samples))


add_options = add_config


def run(
    setting: Setting,
    size: Sequence[Size],
    config: str,
    cfg_options: dict[str, Any] | None = None,
) -> list[Table]:
    """Compare the modes; the config's `model.test_cfg` has the tiles' options."""
    cfg = read_config(config, cfg_options)
    model = cfg.model.to_dict() | dict(teacher=None, loss_affinity=None)
    test_cfg = model.get('test_cfg') or {}
    models = {mode: model | dict(test_cfg=test_cfg | dict(mode=mode)) for mode in MODES}
    rows = [row for image in size for row in _rows(models, image, setting)]
    return [Table(f'infer with {config}, one image', rows)]


def _rows(models: dict[str, dict], size: Size, setting: Setting) -> list[dict[str, object]]:
    builds = {mode: partial(predict, model, size, setting.device) for mode, model in models.items()}
    peaks = {mode: peak_memory(build, setting).total for mode, build in builds.items()}
    setting.apply()
    times = time_in_turns({mode: build() for mode, build in builds.items()}, setting)
    return [
        {
            'size': size_text(size),
            'mode': mode,
            's': times.median(mode),
            'time / whole': times.ratio(mode, WHOLE),
            'MiB in all': peak,
        }
        for mode, peak in peaks.items()
    ]
