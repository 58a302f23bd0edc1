"""Which folders, and which pairs, are for training and for testing."""

import logging
from collections.abc import Sequence
from pathlib import Path

from mmengine.logging import print_log

from .bad_file import printable
from .pairing import Pair

IMAGES, DEPTHS = 'images', 'annotations'
TEST_SHARE = 0.1
_FOLDERS = dict(train=('train',), val=('val', 'test'), test=('test', 'val'))


def split_folder(root: str, split: str) -> str:
    """Name the folder of a split within `images` and `annotations`.

    Args:
        root: Folder of both.
        split: 'train', 'val', 'test' or '' for all. 'val' and 'test' stand in for each other.

    Returns:
        The folder's name; '' if none of them is there.

    Raises:
        ValueError: There is no such split.
    """
    if not split:
        return ''
    if split not in _FOLDERS:
        raise ValueError(f'split={split!r} is none of {", ".join(_FOLDERS)}')
    there = [
        name for name in _FOLDERS['train'] + _FOLDERS['test'] if Path(root, IMAGES, name).is_dir()
    ]
    wanted = [name for name in _FOLDERS[split] if name in there]
    return (wanted or [split])[0] if there else ''


def part(pairs: Sequence[Pair], split: str, images: Path) -> list[Pair]:
    """Part pairs that no folder parts: the last tenth by name is for testing.

    Neighboring frames of a recording look alike, so these are not drawn from between the others.

    Args:
        pairs: All, by name.
        split: 'train', 'val' or 'test'.
        images: Folder of color images, for sentences.

    Raises:
        ValueError: There is only one.
    """
    if len(pairs) == 1:
        raise ValueError(printable(f'{images}: 1 pair, need 2 to train and to test: add some'))
    num_test = max(round(TEST_SHARE * len(pairs)), 1) if pairs else 0
    print_log(
        printable(
            f'{images}: no folders train and test: the last {num_test} of {len(pairs)} pairs by '
            f'name are for testing, the others for training'
        ),
        logger='current',
        level=logging.INFO,
    )
    start = len(pairs) - num_test
    return list(pairs[:start] if split == 'train' else pairs[start:])
