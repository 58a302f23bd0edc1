"""Where the data lies, according to a config or to the layout of a folder."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmwsdepth.datasets import RGBDDataset, RoomsDataset
from mmwsdepth.datasets.focal_length import MANIFEST
from mmwsdepth.datasets.foreign import complaining
from mmwsdepth.datasets.layout import DEPTHS, IMAGES
from mmwsdepth.datasets.listing import is_hidden
from mmwsdepth.registry import DATASETS

LOADERS = ('train', 'val', 'test')
HR_DEPTHS = 'annotations_hr'
MILLIMETER = 0.001


class DataFolder(NamedTuple):
    """The paths of one data set and how its depth is read, as `RGBDDataset` takes them.

    `is_made_on_use` tells that training makes the data where there is none.
    """

    label: str
    images: Path
    depths: Path
    hr_depths: Path | None = None
    split_file: Path | None = None
    depth_scale: float = MILLIMETER
    depth_range: tuple[float, float] = RGBDDataset.DEPTH_RANGE
    is_made_on_use: bool = False


def folders_of_config(cfg: Config) -> list[DataFolder]:
    """List the data sets that a config trains and evaluates on; equal ones once.

    Data sets in wrappers such as `ConcatDataset` are found. Nothing is read, and no room rendered.

    Args:
        cfg: A whole config.

    Raises:
        ValueError: The config names no data set of RGB-D folders.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    labels: dict[DataFolder, list[str]] = {}
    for loader in LOADERS:
        dataset = (cfg.get(f'{loader}_dataloader') or {}).get('dataset')
        for kind, arguments in _rgbd_datasets(dataset):
            labels.setdefault(_folder_of(kind, arguments), []).append(loader)
    if not labels:
        raise ValueError(f'{cfg.filename}: names no data set of kind RGBDDataset in a dataloader')
    return [folder._replace(label=', '.join(found)) for folder, found in labels.items()]


def _rgbd_datasets(node: Any) -> Iterator[tuple[type[RGBDDataset], dict[str, Any]]]:
    if isinstance(node, dict):
        name = node.get('type')
        kind = DATASETS.get(name) if isinstance(name, str) else name
        if isinstance(kind, type) and issubclass(kind, RGBDDataset):
            yield kind, {key: value for key, value in node.items() if key != 'type'}
            return
    for child in node.values() if isinstance(node, dict) else node or ():
        if isinstance(child, dict | list):
            yield from _rgbd_datasets(child)


def _folder_of(kind: type[RGBDDataset], arguments: dict[str, Any]) -> DataFolder:
    """Let the data set's own class join the paths and fill in its defaults, but not read."""
    unread = type(kind.__name__, (kind,), dict(full_init=lambda self: None))
    dataset = unread(**(arguments | dict(pipeline=[])))
    paths = dataset.data_prefix
    hr_depths = paths.get('hr_depth_map_path')
    return DataFolder(
        '',
        Path(paths['img_path']),
        Path(paths['depth_map_path']),
        Path(hr_depths) if hr_depths else None,
        Path(dataset.ann_file) if dataset.ann_file else None,
        dataset.depth_scale,
        dataset.depth_range,
        issubclass(kind, RoomsDataset),
    )


def folders_below(
    root: Path,
    depth_scale: float | None = None,
    depth_range: tuple[float, float] = RGBDDataset.DEPTH_RANGE,
) -> list[DataFolder]:
    """List the data sets in a folder: `images` beside `annotations`, by split if there are any.

    Args:
        root: Folder that has both, and may have `annotations_hr`.
        depth_scale: Meters per unit of the depth files; by default what `manifest.json` says, else
            millimeters.
        depth_range: Nearest and farthest depth in meters.

    Raises:
        FileNotFoundError: One of the two is not there.
        ValueError: The manifest is damaged.
    """
    images, depths, hr_depths = root / IMAGES, root / DEPTHS, root / HR_DEPTHS
    for folder in (images, depths):
        if not folder.is_dir():
            raise FileNotFoundError(
                f'{folder}: no such folder: lay data out as {root}/{IMAGES} beside '
                f'{root}/{DEPTHS}, or give a config that says where they are'
            )
    inside = {path.name for path in images.iterdir() if not is_hidden(path.name)}
    splits = [name for name in LOADERS if name in inside] if inside <= set(LOADERS) else []
    scale = depth_scale or _manifest_scale(root / MANIFEST)
    return [
        DataFolder(
            split or root.name,
            images / split,
            depths / split,
            hr_depths / split if (hr_depths / split).is_dir() else None,
            depth_scale=scale,
            depth_range=depth_range,
        )
        for split in splits or ['']
    ]


def _manifest_scale(path: Path) -> float:
    if not path.is_file():
        return MILLIMETER
    with complaining(path):
        scale = float(json.loads(path.read_bytes()).get('depth_scale', MILLIMETER))
        if not 0 < scale < math.inf:
            raise ValueError(f'depth_scale is {scale}')
        return scale
