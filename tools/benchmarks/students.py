"""The method's training step with one student beside that with others."""

import argparse
from collections.abc import Sequence
from functools import partial

from mmengine.config import Config

from .memory import peak_memory
from .models import read_config
from .report import Table
from .setting import Setting, Size, add_size, positive, size_text
from .timing import time_in_turns
from .train_step import PARTS, Batch, Step, build_step, steps_of

STUDENTS = (
    'mmwsdepth::wsdepth/wsdepth_r50_8xb4-40k_nyu-480x640.py',
    'mmwsdepth::wsdepth/wsdepth_mit-b2_8xb4-40k_nyu-480x640.py',
)
CONFIGURED, CHECKPOINTING = 'as configured', 'checkpointing'


def with_checkpointing(cfg: Config) -> Config:
    """Copy a config; in the copy encoder and decoder recompute activations for the gradient."""
    copy = Config(cfg.to_dict(), filename=cfg.filename)
    encoder = copy.model.student.backbone
    while 'backbone' in encoder:
        encoder = encoder.backbone
    encoder.with_cp = copy.model.student.decode_head.with_cp = True
    return copy


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options that `run` takes."""
    add_size(command, (224, 308))
    command.add_argument(
        '--configs', nargs='+', default=STUDENTS, help='the first is the reference'
    )
    command.add_argument('--batch', type=positive, default=1, help='images in a batch')
    command.add_argument('--ratio', type=float, default=4, help='HR to LR side')


def run(
    setting: Setting, size: Sequence[Size], configs: Sequence[str], batch: int, ratio: float
) -> list[Table]:
    """Compare steps in which both branches learn, with and without checkpointing."""
    cfgs = {}
    for path in configs:
        cfg = read_config(path)
        steps_of(cfg)
        cfgs |= {(path, CONFIGURED): cfg, (path, CHECKPOINTING): with_checkpointing(cfg)}
    return [
        _table(cfgs, Batch(batch, (h, w), (round(h / ratio), round(w / ratio))), setting)
        for h, w in size
    ]


def _table(cfgs: dict[tuple[str, str], Config], batch: Batch, setting: Setting) -> Table:
    builds = {
        key: partial(build_step, cfg, batch, Step(PARTS), setting.device)
        for key, cfg in cfgs.items()
    }
    first = next(iter(builds))
    peaks = {key: peak_memory(build, setting).own for key, build in builds.items()}
    setting.apply()
    times = time_in_turns({key: build() for key, build in builds.items()}, setting)
    rows = [
        {
            'config': key[0],
            'step': key[1],
            'ms': 1e3 * times.median(key),
            'time / first': times.ratio(key, first),
            'MiB': peak,
            'memory / first': peak / peaks[first],
        }
        for key, peak in peaks.items()
    ]
    sizes = f'{batch.images} images of {size_text(batch.size)}, {size_text(batch.gt_size)} depth'
    return Table(f'students: {sizes}', rows)
