"""The method's training step against the same student's, trained plainly."""

from collections.abc import Sequence
from typing import Any

from mmengine.config import Config

from .measure import Measured, Thing, measure, memory_ratio, time_ratio
from .report import Table
from .setting import Setting, Size, size_text
from .steps import (
    CONFIGURED,
    OPTIONS,
    PLAIN,
    Batch,
    Variant,
    gradient_distance,
    step_of,
    variants_of,
)
from .students import DEFAULT_CONFIG, read_config

REFERENCE, WHOLE = 'plain student, HR ground truth', 'the whole method'
ALTERNATION = 'alternation, the {} branch learns'
ALTERNATING = [ALTERNATION.format(branch) for branch in ('HR', 'LR')]


def run(
    setting: Setting,
    size: Sequence[Size],
    config: str = DEFAULT_CONFIG,
    cfg_options: dict[str, Any] | None = None,
    batch: int = 4,
    ratios: Sequence[float] = (4, 8),
    options: Sequence[str] = tuple(OPTIONS),
) -> list[Table]:
    """Compare the method with its student, part by part, and ways to compute it.

    Args:
        setting: How to measure.
        size: (H, W) of the images.
        config: A config of the method.
        cfg_options: Values by dotted key that override the config's.
        batch: Images.
        ratios: Of the image's side to the ground truth's; options are measured at the first.
        options: Which of `OPTIONS`.
    """
    cfg = read_config(config, cfg_options)
    tables = []
    for image in size:
        batches = [Batch(batch, image, _shrunk(image, ratio)) for ratio in ratios]
        tables += [_parts(cfg, each, setting) for each in batches]
        if options:
            tables.append(_options(cfg, batches[0], setting, options))
    return [table._replace(title=f'{table.title}, {config}') for table in tables]


def _shrunk(size: Size, ratio: float) -> Size:
    return round(size[0] / ratio), round(size[1] / ratio)


def _parts(cfg: Config, batch: Batch, setting: Setting) -> Table:
    """What each part of the method adds to the plain step."""
    variants = variants_of(cfg)
    if 'loss_lr' in variants[-1].parts:
        variants += [variants[-1]._replace(branch=branch) for branch in ('hr', 'lr')]
    builds = {_name(each): step_of(cfg, batch, setting, each) for each in variants}
    found = measure([Thing(*named) for named in builds.items()], setting)
    rows: list[dict[str, object]] = []
    before: float | None = None
    for name, item in found.items():
        rows.append(
            _row(name, item)
            | {
                'time / plain': time_ratio(found, name, REFERENCE),
                'adds': None if name in ALTERNATING else _share(item.median, before, found),
                'memory / plain': memory_ratio(found, name, REFERENCE),
            }
        )
        before = item.median
    return Table(
        f'train_step: {_text(batch)}',
        ('step', 'ms', 'time / plain', 'adds', 'MiB', 'memory / plain'),
        rows,
        [
            '`adds`: to the step above, as a share of the plain step. The two steps of alternation '
            'have all parts, and one branch learns. MiB: at the peak, with weights and optimizer.',
            *(
                f'{name} takes more than {setting.memory_limit:g} GiB.'
                for name in builds
                if name not in found
            ),
        ],
    )


def _name(variant: Variant) -> str:
    if variant == PLAIN:
        return REFERENCE
    if variant.branch:
        return ALTERNATION.format(variant.branch.upper())
    return f'+ {variant.parts[-1]}' if variant.parts else 'loss_hr on the LR grid'


def _share(median: float, before: float | None, found: dict[str, Measured]) -> float | None:
    if before is None or REFERENCE not in found:
        return None
    return (median - before) / found[REFERENCE].median


def _options(cfg: Config, batch: Batch, setting: Setting, options: Sequence[str]) -> Table:
    """What ways to compute the step are worth, and whether they compute the same."""
    method = variants_of(cfg)[-1]
    configured = step_of(cfg, batch, setting, method)
    rows: list[dict[str, object]] = []
    notes = [
        "`gradient`: relative distance of the student's gradient from that of the method as "
        'configured.'
    ]
    for option in options:
        whole = step_of(cfg, batch, setting, method, option)
        plain = step_of(cfg, batch, setting, PLAIN, option)
        things = [Thing(WHOLE, whole), Thing(REFERENCE, plain), Thing(CONFIGURED, configured)]
        try:
            found = measure(things, setting)
            gradient = gradient_distance(whole, configured, setting)
        except (TypeError, ValueError, RuntimeError) as error:
            notes.append(f'{option}: refused, {str(error).splitlines()[0]}')
            continue
        rows += [
            _row(option, item)
            | {
                'time / configured': time_ratio(found, WHOLE, CONFIGURED),
                'memory / configured': memory_ratio(found, WHOLE, CONFIGURED),
                'time / plain': time_ratio(found, WHOLE, REFERENCE),
                'memory / plain': memory_ratio(found, WHOLE, REFERENCE),
                'gradient': gradient,
            }
            for name, item in found.items()
            if name == WHOLE
        ]
    columns = (
        'step', 'ms', 'time / configured', 'time / plain', 'MiB', 'memory / configured',
        'memory / plain', 'gradient',
    )  # fmt: skip
    return Table(f'train_step: options, {_text(batch)}', columns, rows, notes)


def _row(name: str, item: Measured) -> dict[str, object]:
    return {'step': name, 'ms': 1e3 * item.median, 'MiB': item.own_mib, 'seconds': item.seconds}


def _text(batch: Batch) -> str:
    return (
        f'{batch.images} images of {size_text(batch.size)}, ground truth of '
        f'{size_text(batch.gt_size)}'
    )
