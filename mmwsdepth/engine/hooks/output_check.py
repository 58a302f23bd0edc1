"""Looks before a test whether what it writes keeps its inputs, and itself, whole."""

import os
from pathlib import Path
from typing import Any

from mmwsdepth.datasets.bad_file import printable
from mmwsdepth.datasets.transforms.formatting import PATH_KEYS

from .data_check_hook import rgbd_datasets


def check_outputs(folder: Path, dataset: Any) -> None:
    """Stop if files named as the images would lie among inputs or replace one another.

    Only data sets of kind `RGBDDataset`, also in wrappers, are looked at.

    Args:
        folder: Where the files are going to be written.
        dataset: What is tested.

    Raises:
        ValueError: A file would come into a folder that is read from, or two images share a name.
    """
    inputs: set[str] = set()
    parents, taken = {folder}, dict[str, str]()
    for part in rgbd_datasets(dataset):
        infos = [part.get_data_info(index) for index in range(len(part))]
        files = [info[key] for info in infos for key in PATH_KEYS if key in info]
        inputs.update(map(os.path.dirname, files) if part.ann_file else part.folders)
        for info in infos:
            parents.add((folder / info['name']).parent)
            claim(taken, folder / info['name'], info['img_path'])
    _refuse_among(parents, inputs)


def claim(taken: dict[str, str], path: Path, image: str) -> None:
    """Stop before a second image's output takes the place of the first's.

    Args:
        taken: The image of each path; gets this one.
        path: Of the output, without suffix.
        image: What it is made from.

    Raises:
        ValueError: It is another image's.
    """
    first = taken.setdefault(str(path), image)
    if first != image:
        raise ValueError(
            printable(
                f'{path}: would be written for both {first} and {image}: rename one, or test them '
                'separately'
            )
        )


def _refuse_among(parents: set[Path], inputs: set[str]) -> None:
    sources = {os.path.realpath(source): source for source in inputs}
    for parent in parents:
        real = Path(os.path.realpath(parent))
        for above in (real, *real.parents):
            if str(above) in sources:
                raise ValueError(
                    printable(
                        f'{parent}: outputs would lie among the inputs in {sources[str(above)]}: '
                        'write to another folder'
                    )
                )
