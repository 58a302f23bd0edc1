"""A suite: one base config and variants that state only their difference."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from mmwsdepth.config_lookup import resolve_config


class Variant(NamedTuple):
    """One row of a comparison.

    Attributes:
        name: What stands in the table.
        cfg: Its whole config.
        weights_from: Another variant whose weights it is scored with, instead of being trained.
    """

    name: str
    cfg: Config
    weights_from: str | None = None


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
    def predictions(self) -> Path:
        """Folder of the predictions on the test images."""
        return self.folder / 'predictions'


def load_suite(path: str, only: Sequence[str] | None = None) -> list[Variant]:
    """Read a suite: a config with a further key `variants`.

    Args:
        path: Config file. `variants` maps a name to what differs from the rest of the file, merged
            as an inheriting config would be; the key `weights_from` names a variant whose weights
            are scored anew.
        only: Names to keep; all by default. A variant that they take weights from is kept too.

    Raises:
        KeyError: A name is unknown.
    """
    base = Config.fromfile(resolve_config(path))
    differences = base.pop('variants')
    wanted = list(only or differences)
    for name in wanted:
        if name not in differences:
            raise KeyError(f'{path}: no variant {name!r}, there are {", ".join(differences)}')
        source = differences[name].get('weights_from')
        if source and source not in wanted:
            wanted.append(source)
    variants = []
    for name in (name for name in differences if name in wanted):
        difference = dict(differences[name])
        source = difference.pop('weights_from', None)
        cfg = Config.fromfile(resolve_config(path))
        cfg.pop('variants')
        cfg.merge_from_dict(difference)
        variants.append(Variant(name, cfg, source))
    return variants
