"""Look through a data folder: all headers, and a sample of the files as a whole."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
from rich.console import Console
from rich.progress import track

from mmwsdepth.datasets.pairing import find_issue, pair_folders
from mmwsdepth.datasets.split_file import pair_split_file

from .folder import DataFolder
from .sample import Sample, examine

T = TypeVar('T')
R = TypeVar('R')


class Inspection(NamedTuple):
    """What was found in a data folder.

    Attributes:
        folder: Which.
        num_pairs: Images that have a depth file.
        unpaired: A complaint for each file without counterpart.
        rejected: A complaint for each pair that training would leave out or replace.
        samples: Of the pairs looked into, rejected ones if there are no others.
    """

    folder: DataFolder
    num_pairs: int
    unpaired: list[str]
    rejected: list[str]
    samples: list[Sample]


def inspect(folder: DataFolder, num: int = 50, jobs: int = 2) -> Inspection:
    """Pair a folder's files, look at all headers and decode some of the pairs.

    Terminals see how far it is.

    Args:
        folder: Where the data lies and how its depth is read.
        num: Pairs to decode at most, spread evenly over the folder.
        jobs: Threads.

    Raises:
        FileNotFoundError: A folder or the split file does not exist.
        ValueError: Two files share a name, or a line of the split file is wrong.
    """
    paths = (folder.images, folder.depths, folder.hr_depths)
    if folder.split_file:
        pairs, orphans = pair_split_file(folder.split_file, *paths)
    else:
        pairs, orphans = pair_folders(*paths)
    both = [pair for pair in pairs if pair.depth is not None]
    unpaired = [f'{pair.image}: image without depth' for pair in pairs if pair.depth is None]
    headers = _at_once(find_issue, both, jobs, f'{folder.label}: headers')
    good = [pair for pair, complaint in zip(both, headers, strict=True) if complaint is None]

    look = partial(examine, folder=folder)
    samples = _at_once(look, spread(good or both, num), jobs, f'{folder.label}: files')
    rejected = [complaint for complaint in headers if complaint is not None]
    if good:
        rejected += [sample.complaint for sample in samples if sample.complaint is not None]
    return Inspection(folder, len(both), unpaired + orphans, rejected, samples)


def spread(items: list[T], num: int) -> list[T]:
    """Pick at most so many items, evenly from the first to the last."""
    if len(items) <= num:
        return items
    return [items[index] for index in np.linspace(0, len(items) - 1, num).round().astype(int)]


def _at_once(function: Callable[[T], R], items: Sequence[T], jobs: int, label: str) -> list[R]:
    console = Console(stderr=True)
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        return list(
            track(
                pool.map(function, items),
                label,
                len(items),
                console=console,
                transient=True,
                disable=not console.is_terminal,
            )
        )
