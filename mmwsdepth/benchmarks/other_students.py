"""The method's training step with one student against that with another."""

from collections.abc import Sequence

from .measure import Thing, measure, memory_ratio, time_ratio
from .report import Table
from .setting import Setting, Size, size_text
from .steps import CONFIGURED, Batch, step_of, variants_of
from .students import read_config

DEFAULT_CONFIGS = (
    'configs/wsdepth/wsdepth_r50_8xb4-40k_nyu-480x640.py',
    'configs/wsdepth/wsdepth_depth-anything-v2-small_8xb4-40k_nyu-480x640.py',
)
OPTIONS = (CONFIGURED, 'checkpointing')


def run(
    setting: Setting,
    size: Sequence[Size],
    configs: Sequence[str] = DEFAULT_CONFIGS,
    batch: int = 1,
    ratio: float = 4,
) -> list[Table]:
    """Compare steps of the whole method, both branches learning, with and without checkpointing.

    Args:
        setting: How to measure.
        size: (H, W) of the images.
        configs: Of the method, from the repository's root; the first is the reference.
        batch: Images.
        ratio: Of the image's side to the ground truth's.
    """
    cfgs = {path: read_config(path) for path in configs}
    return [_table(setting, image, cfgs, batch, ratio) for image in size]


def _table(setting: Setting, size: Size, cfgs: dict, batch: int, ratio: float) -> Table:
    grid = (round(size[0] / ratio), round(size[1] / ratio))
    what = Batch(batch, size, grid)
    names = {(path, option): f'{path}, {option}' for path in cfgs for option in OPTIONS}
    things = [
        Thing(name, step_of(cfgs[path], what, setting, variants_of(cfgs[path])[-1], option))
        for (path, option), name in names.items()
    ]
    found = measure(things, setting)
    reference = next(iter(names.values()))
    rows: list[dict[str, object]] = [
        {
            'config': path,
            'step': option,
            'ms': 1e3 * found[name].median,
            'time / first': time_ratio(found, name, reference),
            'MiB': found[name].own_mib,
            'memory / first': memory_ratio(found, name, reference),
            'seconds': found[name].seconds,
        }
        for (path, option), name in names.items()
        if name in found
    ]
    return Table(
        f'students: {batch} images of {size_text(size)}, ground truth of {size_text(grid)}',
        ('config', 'step', 'ms', 'time / first', 'MiB', 'memory / first'),
        rows,
        [
            f'{name} takes more than {setting.memory_limit:g} GiB.'
            for name in names.values()
            if name not in found
        ],
    )
