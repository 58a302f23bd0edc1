"""Find the pairs of color image and depth file in a folder, and leave out the bad ones."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .depth_io import DEPTH_SUFFIXES, IMAGE_SUFFIXES, BadFileError, is_complete, peek_size

ASPECT_TOLERANCE = 0.02
Size = tuple[int, int]


class Pair(NamedTuple):
    """Paths of one sample; `depth` and `hr_depth` are None where there is no such file."""

    name: str
    image: Path
    depth: Path | None
    hr_depth: Path | None = None


def files_by_stem(folder: Path, suffixes: Sequence[str]) -> dict[str, Path]:
    """List a folder's files, recursively, by relative path without suffix.

    Raises:
        FileNotFoundError: There is no such folder.
        ValueError: Two files differ in their suffix only.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f'{folder}: no such folder: set data_root or data_prefix')
    files: dict[str, Path] = {}
    for path in sorted(folder.rglob('*')):
        if path.suffix.lower() not in suffixes or path.name.startswith('.'):
            continue
        stem = path.relative_to(folder).with_suffix('').as_posix()
        if stem in files:
            raise ValueError(f'{path} and {files[stem].name} share one name: keep one of the two')
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
    depth_files = files_by_stem(depths, DEPTH_SUFFIXES)
    hr_files = files_by_stem(hr_depths, DEPTH_SUFFIXES) if hr_depths else {}
    names = files_by_stem(images, IMAGE_SUFFIXES)
    pairs = [
        Pair(name, path, depth_files.pop(name, None), hr_files.get(name))
        for name, path in names.items()
    ]
    hr_orphans = [path for name, path in hr_files.items() if name not in names]
    orphans = [*depth_files.values(), *hr_orphans]
    return pairs, [f'{path}: depth without image' for path in orphans]


def pair_split_file(
    split: Path, images: Path, depths: Path, hr_depths: Path | None = None
) -> list[Pair]:
    """Read a split file with an image and a depth path a line; further columns are not read.

    Args:
        split: Text file; paths are relative to the two folders.
        images: Folder of color images.
        depths: Folder of the sensor's depth.
        hr_depths: Folder of HR ground truth, if there is any, named as the sensor's depth.

    Raises:
        FileNotFoundError: There is no such file or HR folder.
        ValueError: A line has fewer than two columns, or a path with `..`.
    """
    if not split.is_file():
        raise FileNotFoundError(f'{split}: no such split file')
    hr_files = files_by_stem(hr_depths, DEPTH_SUFFIXES) if hr_depths else {}
    pairs = []
    for number, line in enumerate(split.read_text().splitlines(), start=1):
        columns = line.split()
        if not columns or columns[0].startswith('#'):
            continue
        if len(columns) < 2:
            raise ValueError(
                f'{split}:{number}: found {len(columns)} column, need image and depth path'
            )
        image, depth = (name.lstrip('/') for name in columns[:2])
        if '..' in (*Path(image).parts, *Path(depth).parts):
            raise ValueError(f'{split}:{number}: a path leads out of its folder by ..')
        name, depth_name = (Path(path).with_suffix('').as_posix() for path in (image, depth))
        pairs.append(Pair(name, images / image, depths / depth, hr_files.get(depth_name)))
    return pairs


def find_issue(pair: Pair) -> str | None:
    """Look at a pair's headers and ends, without decoding; None if nothing is wrong."""
    if pair.depth is None:
        return f'{pair.image}: image without depth'
    paths = [path for path in (pair.image, pair.depth, pair.hr_depth) if path is not None]
    for path in paths:
        if not path.is_file():
            return f'{path}: no such file'
    try:
        color, depth = peek_size(pair.image), peek_size(pair.depth)
        incomplete = [path for path in paths if not is_complete(path)]
    except BadFileError as error:
        return str(error)
    if incomplete:
        return f'{incomplete[0]}: truncated'
    if color is None or depth is None:
        return None
    return size_complaint(pair.depth, color, depth)


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


def validate_pairs(pairs: Iterable[Pair]) -> tuple[list[Pair], list[str]]:
    """Part good pairs from complaints about bad ones, looking at many files at once."""
    pairs = list(pairs)
    with ThreadPoolExecutor(max_workers=8) as pool:
        complaints = list(pool.map(find_issue, pairs))
    good = [pair for pair, complaint in zip(pairs, complaints, strict=True) if complaint is None]
    return good, [complaint for complaint in complaints if complaint is not None]
