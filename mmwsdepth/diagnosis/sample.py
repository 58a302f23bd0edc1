"""One pair of color image and depth file, decoded and measured."""

from typing import NamedTuple

import numpy as np

from mmwsdepth.datasets.depth_io import (
    NO_MEASUREMENT,
    BadFileError,
    decode_depth,
    read_color,
    read_depth,
)
from mmwsdepth.datasets.foreign import complaining
from mmwsdepth.datasets.pairing import Pair, Size, find_issue, size_complaint

from .alignment import Edges, find_edges
from .folder import DataFolder
from .units import RawDepth

MAX_VALUES = 2000


class Sample(NamedTuple):
    """What a pair holds.

    Attributes:
        name: Of the pair.
        complaint: Why training would take another sample; None if it would not.
        raw: What the depth file holds; None if it could not be decoded or nothing was measured.
        color: (H, W) of the image.
        depth: (h, w) of the depth map.
        edges: Of both, see `find_edges`.
    """

    name: str
    complaint: str | None
    raw: RawDepth | None = None
    color: Size | None = None
    depth: Size | None = None
    edges: Edges | None = None


def examine(pair: Pair, folder: DataFolder) -> Sample:
    """Decode a pair and measure it.

    Args:
        pair: Whose headers are in order, see `find_issue`.
        folder: Whose unit and range apply.
    """
    if pair.depth is None:
        return Sample(pair.name, find_issue(pair))
    raw = None
    try:
        with complaining(pair.depth):
            raw = describe_raw(decode_depth(pair.depth))
            depth = read_depth(pair.depth, folder.depth_scale, folder.depth_range)
            color = read_color(pair.image)
            if pair.hr_depth is not None:
                read_depth(pair.hr_depth, folder.depth_scale, folder.depth_range)
    except BadFileError as error:
        return Sample(pair.name, str(error), raw)
    sizes = (color.shape[:2], depth.shape)
    complaint = size_complaint(pair.depth, *sizes)
    return Sample(pair.name, complaint, raw, *sizes, find_edges(color, depth))


def describe_raw(depth: np.ndarray) -> RawDepth | None:
    """Describe a depth map before any scale; None if nothing was measured.

    Args:
        depth: (h, w) of any number type.
    """
    measured = np.isfinite(depth) & (depth > 0) & (depth != NO_MEASUREMENT)
    saturated, levels, step = 0.0, 0, 0.0
    is_integer = np.issubdtype(depth.dtype, np.integer)
    if is_integer and depth.dtype.itemsize > 1:
        full = depth == np.iinfo(depth.dtype).max
        saturated, measured = float(full.mean()), measured & ~full
    values = depth[measured]
    if not values.size:
        return None
    neighbors = (measured[:, 1:] & measured[:, :-1]).sum() / max(measured[:, :-1].sum(), 1)
    if is_integer:
        found = np.unique(values).astype(np.float64)
        levels, step = len(found), float(np.median(np.diff(found))) if len(found) > 1 else 0.0
    return RawDepth(
        values[:: -(-values.size // MAX_VALUES)].astype(np.float64),
        depth.dtype,
        float(1 - measured.mean()),
        float(neighbors),
        saturated,
        levels,
        step,
        depth.shape[1],
    )


def pool(raws: list[RawDepth]) -> RawDepth:
    """Describe many files of one kind as if they were one.

    Args:
        raws: At least one; the type of the first stands for all.
    """
    richest = max(raws, key=lambda raw: raw.levels)
    return RawDepth(
        np.concatenate([raw.values for raw in raws]),
        raws[0].dtype,
        float(np.mean([raw.missing for raw in raws])),
        float(np.mean([raw.neighbors for raw in raws])),
        float(np.mean([raw.saturated for raw in raws])),
        richest.levels,
        richest.step,
        richest.columns,
    )
