"""The sensor's depth beside the color images of an inference."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from mmwsdepth.datasets.depth_io import DEPTH_SUFFIXES, IMAGE_SUFFIXES, BadFileError, read_depth
from mmwsdepth.datasets.pairing import files_by_stem, size_complaint
from mmwsdepth.datasets.rgbd_dataset import RGBDDataset
from mmwsdepth.functional import fuse_sensor_depth
from mmwsdepth.registry import DATASETS

from .inputs import Frame

METER_PER_UNIT = 0.001
SensorInput = np.ndarray | str | Path | Sequence[np.ndarray | str | Path]
ReadSensor = Callable[[int, Frame], np.ndarray]


class DepthUnit(NamedTuple):
    """How depth files are read, see `read_depth`."""

    depth_scale: float
    depth_range: tuple[float, float]


def find_unit(
    data: Any,
    depth_scale: float | None = None,
    depth_range: tuple[float, float] | None = None,
) -> DepthUnit:
    """Tell how depth files are read: as given, else as the test data are, else in millimeters.

    Args:
        data: The test data's config, in which data sets may be wrapped; None if there is none.
        depth_scale: Meters per unit.
        depth_range: Nearest and farthest depth in meters that count.

    Raises:
        ValueError: A number is invalid, or the test data are in several units and none is given.
    """
    if depth_scale is not None and not 0 < depth_scale < float('inf'):
        raise ValueError(f'depth scale is {depth_scale}: give a positive number of meters per unit')
    if depth_range is not None and not 0 <= depth_range[0] < depth_range[1]:
        raise ValueError(
            f'depth range is {depth_range[0]} to {depth_range[1]} m: give near before far'
        )
    known = list(_units_in(data or ())) or [DepthUnit(METER_PER_UNIT, RGBDDataset.DEPTH_RANGE)]
    scales = sorted({unit.depth_scale for unit in known})
    if depth_scale is None and len(scales) > 1:
        raise ValueError(
            f"the test data's depth has {len(scales)} units, {scales[0]:g} to {scales[-1]:g} m: "
            'give that of the sensor depth, --depth-scale, in Python depth_scale'
        )
    nearest, farthest = zip(*(unit.depth_range for unit in known), strict=True)
    return DepthUnit(depth_scale or scales[0], depth_range or (min(nearest), max(farthest)))


def _units_in(node: Any) -> Iterator[DepthUnit]:
    """Look through wrappers for data sets; a type that is not ours is not imported."""
    if isinstance(node, dict):
        kind = DATASETS.module_dict.get(str(node.get('type')).rpartition('.')[2])
        if kind or any(name in node for name in DepthUnit._fields):
            low, high = node.get('depth_range') or (kind or RGBDDataset).DEPTH_RANGE
            yield DepthUnit(node.get('depth_scale') or METER_PER_UNIT, (low, high))
            return
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list | tuple):
            yield from _units_in(child)


def open_sensor(sensor: SensorInput, unit: DepthUnit, number: int | None) -> ReadSensor:
    """Make a function that reads the sensor's depth of the frame at an index.

    Args:
        sensor: Of one image a (h, w) array in meters or a file; of many a folder with files of the
            images' names, or a list, one an image.
        unit: Of the files.
        number: How many frames there are; None if unknown.

    Returns:
        The function; it gives (h, w) float32 in meters, 0 where nothing was measured, and raises
        `BadFileError` where there is none, or one that does not fit the image.

    Raises:
        FileNotFoundError: There is no such file or folder.
        ValueError: One map is given for several images, or a list of another length.
    """
    if isinstance(sensor, str | Path):
        if Path(sensor).is_dir():
            return _folder_reader(Path(sensor), unit)
        if not Path(sensor).is_file():
            raise FileNotFoundError(f"{sensor}: no such file or folder of the sensor's depth")
    items = [sensor] if isinstance(sensor, str | Path | np.ndarray) else sensor
    if len(items) != number:
        given = sensor if isinstance(sensor, str | Path) else f'of {len(items)}'
        raise ValueError(
            f'sensor depth is {given} for {"any number of" if number is None else number} images: '
            'give one map an image, or a folder with files of the same names'
        )
    return lambda index, frame: _read(items[index], unit, frame)


def _folder_reader(folder: Path, unit: DepthUnit) -> ReadSensor:
    files = files_by_stem(folder, DEPTH_SUFFIXES)

    def read(index: int, frame: Frame) -> np.ndarray:
        name = PurePosixPath(frame.name)
        stem = name.with_suffix('') if name.suffix.lower() in IMAGE_SUFFIXES else name
        path = files.get(frame.name) or files.get(str(stem))
        if path is None:
            raise BadFileError(
                f'{frame.path or frame.name}: no sensor depth {folder / stem} with any of '
                f'{", ".join(DEPTH_SUFFIXES)}: add it, or leave the image out'
            )
        return _read(path, unit, frame)

    return read


def _read(item: np.ndarray | str | Path, unit: DepthUnit, frame: Frame) -> np.ndarray:
    if isinstance(item, np.ndarray):
        path = f'sensor depth of {frame.path or frame.name}'
        if item.ndim != 2 or not np.issubdtype(item.dtype, np.number):
            raise BadFileError(f'{path}: {item.dtype} of shape {item.shape}: give (h, w) in meters')
        depth = np.where(np.isfinite(item) & (item > 0), item, 0).astype(np.float32)
    else:
        path, depth = str(item), read_depth(item, unit.depth_scale, unit.depth_range)
    height, width = frame.image.shape[:2]
    complaint = size_complaint(path, (height, width), (depth.shape[0], depth.shape[1]))
    if complaint:
        raise BadFileError(complaint)
    return depth


def fuse_frame(prediction: Tensor, frame: Frame) -> Tensor:
    """Fuse a prediction, (1, H, W) in meters at the frame's size, with the frame's sensor depth."""
    image = torch.from_numpy(frame.image).to(prediction.device).permute(2, 0, 1)
    sensor = torch.as_tensor(frame.sensor, device=prediction.device)
    return fuse_sensor_depth(prediction[None].float(), sensor[None, None], image[None].float())[0]
