"""Choose the pairs that can be used, and report the others."""

import logging
from pathlib import Path

from mmengine.logging import print_log

from .bad_file import BadFileError, name_some, printable
from .depth_io import read_depth
from .layout import part
from .pairing import Pair, PairInspection, Sizes, inspect_pairs, pair_folders
from .split_file import pair_split_file

NAMED_COMPLAINTS = 3
NUM_PROBES = 5


def warn(text: str) -> None:
    """Print a warning to the current log."""
    print_log(printable(text), logger='current', level=logging.WARNING)


def select_pairs(
    images: Path,
    depths: Path,
    hr_depths: Path | None = None,
    split_file: Path | None = None,
    split: str = '',
) -> list[tuple[Pair, Sizes | None]]:
    """List the pairs whose headers are in order; the others make one warning.

    Args:
        images: Folder of color images.
        depths: Folder of the sensor's depth.
        hr_depths: Folder of HR ground truth, which every pair then must have, so that all are
            scored alike.
        split_file: List of pairs instead of whole folders.
        split: Which part of the folders' pairs to take, see `part`; '' for all.

    Returns:
        Pairs and their sizes, see `PairInspection`.

    Raises:
        FileNotFoundError: A folder or the split file does not exist.
        ValueError: No usable pair is left, or see `pair_split_file`.
    """
    if split_file:
        pairs, complaints = pair_split_file(split_file, images, depths, hr_depths)
    else:
        pairs, complaints = pair_folders(images, depths, hr_depths)
    if split:
        pairs = part(pairs, split, images)
    total = len(pairs) + len(complaints)
    looked_at = list(zip(pairs, inspect_pairs(pairs), strict=True))
    if hr_depths:
        looked_at = [(pair, _require_hr(pair, look, hr_depths)) for pair, look in looked_at]
    complaints = [look.complaint for _, look in looked_at if look.complaint] + complaints
    good = [(pair, look) for pair, look in looked_at if not look.complaint]
    if complaints:
        warn(f'{images}: left out {len(complaints)} bad of {total}: {name_some(complaints)}')
    if not good:
        found = f', first complaint: {complaints[0]}' if complaints else ''
        raise ValueError(
            printable(
                f'{images}: no usable pair of image and depth among {len(pairs)} images{found}'
            )
        )
    _warn_of_orientations(good, images)
    return [(pair, look.sizes) for pair, look in good]


def _require_hr(pair: Pair, look: PairInspection, folder: Path) -> PairInspection:
    if look.complaint or pair.hr_depth is not None:
        return look
    return PairInspection(f'{pair.image}: no HR depth in {folder}')


def _warn_of_orientations(good: list[tuple[Pair, PairInspection]], images: Path) -> None:
    rotated = [str(pair.image) for pair, look in good if look.orientations_differ]
    if rotated:
        warn(
            f'{images}: EXIF rotates image and depth differently in {len(rotated)} of {len(good)} '
            f'pairs, look whether they fit: {name_some(rotated)}'
        )


def probe(pairs: list[Pair], scale: float, depth_range: tuple[float, float]) -> None:
    """Decode a few depth files, so that a wrong unit shows before training does.

    Args:
        pairs: At least one.
        scale: Meters per unit of the files.
        depth_range: In meters, see `read_depth`.

    Raises:
        ValueError: All of them are bad.
    """
    step = max(len(pairs) // NUM_PROBES, 1)
    error: BadFileError | None = None
    for pair in pairs[::step]:
        try:
            read_depth(str(pair.depth), scale, depth_range)
        except BadFileError as found:
            error = found
        else:
            return
    raise ValueError(f'all of {len(pairs[::step])} depth files looked into are bad: {error}')
