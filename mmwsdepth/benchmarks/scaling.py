"""How the training step grows with the batch, the image, the ratio and the processes."""

from collections.abc import Sequence
from typing import Any

from mmengine.config import Config

from .measure import Thing, measure, time_ratio
from .memory import MIB, peak_of_tensors
from .processes import several_processes
from .report import Table
from .setting import Setting, Size, size_text
from .steps import PARTS, Batch, Variant, step_of
from .students import DEFAULT_CONFIG, read_config


def run(
    setting: Setting,
    size: Sequence[Size],
    config: str = DEFAULT_CONFIG,
    cfg_options: dict[str, Any] | None = None,
    batches: Sequence[int] = (1, 2, 4, 8),
    batch: int = 2,
    ratios: Sequence[float] = (2, 4, 8),
    ratio: float = 4,
    processes: int = 2,
) -> list[Table]:
    """Change one of batch, image and ratio at a time; share the work.

    Args:
        setting: How to measure.
        size: (H, W) of the images; the first one where something else changes.
        config: A config with a student.
        cfg_options: Values by dotted key that override the config's.
        batches: Images in a batch, where they change.
        batch: Where they do not; in each process too.
        ratios: Of the image's side to the ground truth's, where they change.
        ratio: Where they do not.
        processes: How many share the work.
    """
    cfg = read_config(config, cfg_options)
    base = Batch(batch, size[0], _shrunk(size[0], ratio))
    tables = [
        _table(cfg, setting, 'batch', {str(n): base._replace(images=n) for n in batches}),
        _table(
            cfg,
            setting,
            'resolution',
            {size_text(each): Batch(batch, each, _shrunk(each, ratio)) for each in size},
        ),
        _table(
            cfg,
            setting,
            'ratio',
            {f'{each:g}': base._replace(gt_size=_shrunk(size[0], each)) for each in ratios},
        ),
        several_processes(step_of(cfg, base, setting, _whole(cfg)), processes, setting),
    ]
    return [table._replace(title=f'{table.title}, {config}') for table in tables]


def _table(cfg: Config, setting: Setting, what: str, batches: dict[str, Batch]) -> Table:
    builds = {name: step_of(cfg, each, setting, _whole(cfg)) for name, each in batches.items()}
    found = measure([Thing(*named) for named in builds.items()], setting, memory=False)
    first = next(iter(batches))
    rows: list[dict[str, object]] = []
    for name, each in batches.items():
        pixels = each.images * each.size[0] * each.size[1]
        memory = peak_of_tensors(builds[name](), setting)
        rows.append(
            {
                what: name,
                'images': each.images,
                'image': size_text(each.size),
                'ground truth': size_text(each.gt_size),
                'ms': 1e3 * found[name].median,
                'us / pixel': 1e6 * found[name].median / pixels,
                f'time / {first}': time_ratio(found, name, first),
                'MiB': memory / MIB,
                'bytes / pixel': memory / pixels,
                'seconds': found[name].seconds,
            }
        )
    columns = [name for name in rows[0] if name != 'seconds']
    note = 'Pixels of the images. MiB: tensors at the peak, weights and optimizer left out.'
    return Table(f'scaling in {what}', columns, rows, [note])


def _whole(cfg: Config) -> Variant:
    return Variant(tuple(part for part in PARTS if cfg.model.get(part)))


def _shrunk(size: Size, ratio: float) -> Size:
    return round(size[0] / ratio), round(size[1] / ratio)
