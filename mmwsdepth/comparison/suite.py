"""A suite: one base config and variants that state only their difference."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from mmwsdepth.apis import load_config

OWN_KEYS = ('weights_from', 'series', 'images')


class Variant(NamedTuple):
    """One row of a comparison.

    Attributes:
        name: What stands in the table.
        cfg: Its whole config.
        weights_from: Another variant whose weights it is scored with, instead of being trained.
        series: Variants of one series are one line of the figure of errors against the budget.
        images: Where in its series it stands: HR images whose forward and backward passes cost as
            much as its training.
    """

    name: str
    cfg: Config
    weights_from: str | None = None
    series: str | None = None
    images: int | None = None


class Run(NamedTuple):
    """A variant under one seed, and its folder."""

    variant: Variant
    seed: int
    folder: Path

    @property
    def metrics_file(self) -> Path:
        """Its presence says that the run is complete."""
        return self.folder / 'test' / 'metrics.json'

    @property
    def trained(self) -> Path:
        """Folder of the training that it is scored by: its own unless it has another's weights."""
        source = self.variant.weights_from
        return self.folder if source is None else self.folder_of(source)

    def folder_of(self, name: str) -> Path:
        """Folder of another variant under the same seed."""
        return self.folder.parents[1] / name / self.folder.name

    @property
    def predictions(self) -> Path:
        """Folder of the predictions on the test images."""
        return self.folder / 'predictions'


def load_suite(
    path: str, only: Sequence[str] | None = None, data_root: str | None = None
) -> list[Variant]:
    """Read a suite: a config with a further key `variants`.

    Args:
        path: Config file. `variants` maps a name to what differs from the rest of the file, merged
            as an inheriting config would be. For its keys `weights_from`, `series` and `images` see
            `Variant`.
        only: Names to keep; all by default. A variant that they take weights from is kept too.
        data_root: Folder of the data, for every data set that the suite names.

    Raises:
        ValueError: The config has no variants, or a name is unknown.
    """
    base = load_config(path, data_root=data_root)
    differences = base.pop('variants', None)
    if not differences:
        raise ValueError(f'{path}: no variants: give a suite, such as configs/compare/rooms.py')
    sources = {name: change.get('weights_from') for name, change in differences.items()}
    wanted = set(only or differences)
    wanted |= {sources[name] for name in wanted & sources.keys() if sources[name]}
    for name in sorted(wanted):
        if name not in differences:
            raise ValueError(f'{path}: no variant {name!r}, there are {", ".join(differences)}')
    variants = []
    for name in (name for name in differences if name in wanted):
        cfg = copy.deepcopy(base)
        own = {key: differences[name][key] for key in OWN_KEYS if key in differences[name]}
        cfg.merge_from_dict({k: v for k, v in differences[name].items() if k not in own})
        variants.append(Variant(name, cfg, **own))
    return variants
