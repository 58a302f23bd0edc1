"""What iBims-1 annotates in its images, as `mmwsdepth prepare ibims` writes it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mmwsdepth.datasets.depth_io import decode_depth
from mmwsdepth.functional import Camera

_MEND = 'write the folder with mmwsdepth prepare ibims, without --rotate'


class Plane(NamedTuple):
    """A wall, table or floor.

    Attributes:
        mask: (H, W), true on it.
        normal: (3,); x to the right, y into the scene, z up.
    """

    mask: Tensor
    normal: Tensor


class Annotation(NamedTuple):
    """What is annotated in an image.

    Attributes:
        edges: (H, W), true on depth edges.
        planes: All that the image has.
        camera: In pixels from 0.
    """

    edges: Tensor
    planes: list[Plane]
    camera: Camera


def annotations_of(data_root: Path) -> dict[str, dict[str, Any]]:
    """Look up what the manifest says of each image.

    Args:
        data_root: Folder with `manifest.json`.

    Returns:
        The manifest's entries by the images' names.

    Raises:
        FileNotFoundError: There is no manifest.
        ValueError: It is another data set's, or the images were rotated, but not the planes.
    """
    path = data_root / 'manifest.json'
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such file: {_MEND}')
    manifest = json.loads(path.read_text())
    source, quarters = manifest['converter'], manifest['settings']['quarters']
    if source != 'ibims' or quarters:
        raise ValueError(f'{path}: is of {source}, rotated by {90 * quarters} degrees: {_MEND}')
    return {entry['name']: entry for entry in manifest['files']}


def load_annotation(data_root: Path, entry: Mapping[str, Any]) -> Annotation:
    """Read an image's annotations.

    Args:
        data_root: Folder that the entry's paths are relative to.
        entry: See `annotations_of`.

    Raises:
        BadFileError: A mask is missing or damaged.
    """

    def mask(kind: str) -> Tensor:
        return torch.from_numpy(decode_depth(data_root / entry[f'mask_{kind}']['path']))

    planes = [
        Plane(numbers == number, torch.tensor(parameters[4:7], dtype=torch.float64))
        for kind, rows in entry['planes'].items()
        for numbers in [mask(kind)]
        for number, parameters in enumerate(rows, start=1)
    ]
    (fx, *_), (_, fy, _), (cx, cy, _) = entry['camera']  # MATLAB's: transposed, pixels from 1
    return Annotation(mask('edges') > 0, planes, Camera(fx, fy, cx - 1, cy - 1))
