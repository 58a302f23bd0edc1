"""Find the pairs of color image and depth file in a folder, and leave out the bad ones."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .bad_file import BadFileError, printable
from .depth_io import DEPTH_SUFFIXES, IMAGE_SUFFIXES, is_complete, peek_header
from .listing import find_files

ASPECT_TOLERANCE = 0.02
Size = tuple[int, int]
Sizes = tuple[Size, Size | None]


class Pair(NamedTuple):
    """Paths of one sample; `depth` and `hr_depth` are None where there is no such file."""

    name: str
    image: Path
    depth: Path | None
    hr_depth: Path | None = None


def files_by_stem(folder: Path, suffixes: Sequence[str]) -> dict[str, Path]:
    """List a folder's files as `find_files` does, by relative path without suffix.

    An npz beside another file of its name, such as a camera's numbers, does not count.

    Raises:
        FileNotFoundError: There is no such folder.
        ValueError: Two files differ in their suffix only.
    """
    if not folder.is_dir():
        raise FileNotFoundError(
            printable(f'{folder}: no such folder: set data_root or data_prefix')
        )
    files: dict[str, Path] = {}
    for path in find_files(folder, suffixes):
        stem = path.relative_to(folder).with_suffix('').as_posix()
        if stem in files and path.suffix.lower() == '.npz':
            continue
        if stem in files and files[stem].suffix.lower() != '.npz':
            raise ValueError(
                printable(f'{path} and {files[stem].name} share one name: keep one of the two')
            )
        files[stem] = path
    return files


def pair_folders(
    images: Path, depths: Path, hr_depths: Path | None = None
) -> tuple[list[Pair], list[str]]:
    """Pair files of equal relative path and stem.

    Args:
        images: Folder of color images.
        depths: Folder of the sensor's depth.
        hr_depths: Folder of HR ground truth, if there is any.

    Returns:
        The pairs, and a complaint for each depth file without image.
    """
    names = files_by_stem(images, IMAGE_SUFFIXES)
    depth_files = files_by_stem(depths, DEPTH_SUFFIXES)
    hr_files = files_by_stem(hr_depths, DEPTH_SUFFIXES) if hr_depths else {}
    pairs = [
        Pair(name, path, depth_files.pop(name, None), hr_files.get(name))
        for name, path in names.items()
    ]
    hr_orphans = [path for name, path in hr_files.items() if name not in names]
    orphans = [*depth_files.values(), *hr_orphans]
    return pairs, [f'{path}: depth without image' for path in orphans]


class PairInspection(NamedTuple):
    """What a pair's headers tell.

    Attributes:
        complaint: Why it cannot be used; None if nothing is wrong.
        sizes: (H, W) of the upright image and (h, w) of the depth, which is None where only
            decoding tells; None if the pair cannot be used.
        orientations_differ: Whether EXIF rotates the image and a depth map differently.
    """

    complaint: str | None
    sizes: Sizes | None = None
    orientations_differ: bool = False


def inspect_pair(pair: Pair) -> PairInspection:
    """Look at a pair's headers and ends, without decoding."""
    if pair.depth is None:
        return PairInspection(f'{pair.image}: image without depth')
    paths = [path for path in (pair.image, pair.depth, pair.hr_depth) if path is not None]
    for path in paths:
        if not os.path.isfile(path):
            return PairInspection(f'{path}: no such file')
    try:
        color, *grids = map(peek_header, paths)
        incomplete = [path for path in paths if not is_complete(path)]
    except BadFileError as error:
        return PairInspection(str(error))
    except OSError as error:
        return PairInspection(f'{pair.image} or its depth: cannot be read ({error.strerror})')
    if incomplete:
        return PairInspection(f'{incomplete[0]}: truncated')
    if color is None:
        return PairInspection(None)
    orientations_differ = False
    for path, grid in zip(paths[1:], grids, strict=True):
        if grid is None:
            continue
        differ = color.orientation != grid.orientation
        orientations_differ |= differ
        complaint = size_complaint(path, color.size, grid.size)
        if complaint and differ:
            complaint += (
                f'; EXIF rotates the image by orientation {color.orientation}, the depth by '
                f'{grid.orientation}: store both upright'
            )
        if complaint:
            return PairInspection(complaint)
    return PairInspection(None, (color.size, grids[0] and grids[0].size), orientations_differ)


def find_issue(pair: Pair) -> str | None:
    """What `inspect_pair` complains about; None if nothing is wrong."""
    return inspect_pair(pair).complaint


def size_complaint(path: Path | str, color: Size, depth: Size) -> str | None:
    """Tell what is wrong with a depth map's size, given its image's; None if nothing.

    Args:
        path: The depth file.
        color: (H, W) of the image.
        depth: (h, w) of the depth map.
    """
    (height, width), (h, w) = color, depth
    sizes = f'{path}: depth is {h}x{w}, image {height}x{width}'
    if min(h, w) < 1:
        return f'{sizes}: depth has no pixels'
    if h > height or w > width:
        return f'{sizes}: depth has more pixels than its image'
    if abs(h * width / (w * height) - 1) > ASPECT_TOLERANCE:
        return f'{sizes}: aspect ratios differ by more than {ASPECT_TOLERANCE:.0%}'
    return None


def inspect_pairs(pairs: Iterable[Pair]) -> list[PairInspection]:
    """Look at many pairs at once, see `inspect_pair`."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(inspect_pair, pairs))


def validate_pairs(pairs: Iterable[Pair]) -> tuple[list[Pair], list[str]]:
    """Part good pairs from complaints about bad ones."""
    pairs = list(pairs)
    complaints = [inspected.complaint for inspected in inspect_pairs(pairs)]
    good = [pair for pair, complaint in zip(pairs, complaints, strict=True) if complaint is None]
    return good, [complaint for complaint in complaints if complaint is not None]
