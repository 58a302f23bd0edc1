"""A suite: one base config and variants that state only their difference."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from mmwsdepth.apis import load_config

SOURCES = ('weights_from', 'starts_from')
PLACE = ('series', 'ratio')


class Variant(NamedTuple):
    """One row of a comparison.

    Attributes:
        name: What stands in the table.
        cfg: Its whole config.
        weights_from: Another variant whose weights it is scored with, instead of being trained.
        starts_from: Another variant from whose weights its training starts.
        series: Variants of one series are one line of the figure of errors against the ratio.
        ratio: Where in its series it stands: colour pixels to one depth pixel a side.
    """

    name: str
    cfg: Config
    weights_from: str | None = None
    starts_from: str | None = None
    series: str | None = None
    ratio: float | None = None


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
            as an inheriting config would be. The key `weights_from` names a variant whose weights
            are scored anew, `starts_from` one whose weights the training starts from; for `series`
            and `ratio` see `Variant`.
        only: Names to keep; all by default. A variant that they take weights from is kept too.
        data_root: Folder of the data, for every data set that the suite names.

    Raises:
        KeyError: A name is unknown.
        ValueError: A variant starts from one that itself starts from another.
    """
    base = load_config(path, data_root=data_root)
    differences = base.pop('variants')
    sources = {name: _taken(difference, SOURCES) for name, difference in differences.items()}
    wanted, found = set[str](), set(only or differences)
    while found:
        wanted |= found
        found = {s for name in found & sources.keys() for s in sources[name].values()} - wanted
    for name in sorted(wanted):
        if name not in differences:
            raise KeyError(f'{path}: no variant {name!r}, there are {", ".join(differences)}')
        first = sources[name].get('starts_from')
        if first and sources[first]:
            raise ValueError(f'{path}: {name!r} starts from {first!r}, which is not a first stage')
    variants = []
    for name in (name for name in differences if name in wanted):
        cfg = load_config(path, data_root=data_root)
        cfg.pop('variants')
        said = _taken(differences[name], SOURCES + PLACE)
        cfg.merge_from_dict({k: v for k, v in differences[name].items() if k not in said})
        variants.append(Variant(name, cfg, **said))
    return variants


def _taken(difference: dict, keys: Sequence[str]) -> dict:
    return {key: difference[key] for key in keys if key in difference}
