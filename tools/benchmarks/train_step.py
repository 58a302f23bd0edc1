"""The method's training step, part by part, beside the same student's, trained plainly."""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config
from mmengine.optim import build_optim_wrapper

from .memory import peak_memory
from .models import build_model, random_image, random_samples, read_config
from .report import Table
from .setting import Setting, Size, add_config, positive, size_text
from .timing import time_in_turns

PARTS = ('loss_lr', 'loss_consistency', 'loss_affinity')
PLAIN = 'plain student, HR ground truth'


class Step(NamedTuple):
    """A training step of which some parts are left out.

    Attributes:
        parts: Losses that it has besides `loss_hr`; the teacher comes with `loss_affinity`.
        hr_ground_truth: Whether ground truth has the image's size.
        branch: The one that learns, 'hr' or 'lr', as in alternation; all do by default.
    """

    parts: tuple[str, ...] = ()
    hr_ground_truth: bool = False
    branch: str | None = None


class Batch(NamedTuple):
    """Number and size of the images, and size of the ground truth."""

    images: int
    size: Size
    gt_size: Size


def steps_of(cfg: Config) -> dict[str, Step]:
    """List the plain step, then one part after the other, then those of alternation.

    Raises:
        SystemExit: The config lacks a loss of the method.
    """
    missing = [part for part in ('loss_hr', *PARTS) if not cfg.model.get(part)]
    if missing:
        raise SystemExit(
            f'error: {cfg.filename}: model has no {", ".join(missing)}: measure a config of the '
            'whole method'
        )
    return {
        PLAIN: Step(hr_ground_truth=True),
        'loss_hr on the LR grid': Step(),
        **{f'+ {part}': Step(PARTS[: count + 1]) for count, part in enumerate(PARTS)},
        'alternation, the HR branch learns': Step(PARTS, branch='hr'),
        'alternation, the LR branch learns': Step(PARTS, branch='lr'),
    }


def build_step(cfg: Config, batch: Batch, step: Step, device: str) -> Callable[[], dict[str, Any]]:
    """Make a case that learns once (forward, backward, optimizer) and returns the losses."""
    left_out = {part: None for part in PARTS if part not in step.parts}
    if 'loss_affinity' in left_out:
        left_out['teacher'] = None
    model = build_model(cfg.model.to_dict() | left_out, device)
    if step.branch is not None:
        model.learning_branches = [step.branch]
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper.to_dict())
    inputs = random_image(batch.images, batch.size, device)
    gt_size = batch.size if step.hr_ground_truth else batch.gt_size
    samples = random_samples(batch.images, gt_size, device)

    def learn() -> dict[str, Any]:
        with optimizer.optim_context(model):
            losses = model(inputs, samples, mode='loss')
        optimizer.update_params(model.parse_losses(losses)[0])
        return losses

    return learn


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options that `run` takes."""
    add_config(command)
    command.add_argument('--batch', type=positive, default=4, help='images in a batch')
    command.add_argument('--ratios', type=float, nargs='+', default=[4, 8], help='HR to LR side')


def run(
    setting: Setting,
    size: Sequence[Size],
    config: str,
    batch: int,
    ratios: Sequence[float],
    cfg_options: dict[str, Any] | None = None,
) -> list[Table]:
    """Compare the steps on images of some sizes (H, W) and ratios of HR to LR side."""
    cfg = read_config(config, cfg_options)
    return [
        _table(cfg, Batch(batch, (h, w), (round(h / ratio), round(w / ratio))), setting)
        for h, w in size
        for ratio in ratios
    ]


def _table(cfg: Config, batch: Batch, setting: Setting) -> Table:
    builds = {
        name: partial(build_step, cfg, batch, step, setting.device)
        for name, step in steps_of(cfg).items()
    }
    peaks = {name: peak_memory(build, setting).own for name, build in builds.items()}
    setting.apply()
    times = time_in_turns({name: build() for name, build in builds.items()}, setting)
    rows = [
        {
            'step': name,
            'ms': 1e3 * times.median(name),
            'time / plain': times.ratio(name, PLAIN),
            'MiB': peak,
            'memory / plain': peak / peaks[PLAIN],
        }
        for name, peak in peaks.items()
    ]
    sizes = f'{batch.images} images of {size_text(batch.size)}, {size_text(batch.gt_size)} depth'
    return Table(f'train_step of {Path(cfg.filename).stem}, {sizes}', rows)
