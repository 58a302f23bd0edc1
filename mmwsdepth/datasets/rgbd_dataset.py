"""A folder of color images and the depth that a coarser sensor saw."""

import copy
import logging
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from mmwsdepth.registry import DATASETS

from .depth_io import BadFileError, read_depth
from .pairing import Pair, pair_folders, pair_split_file, validate_pairs
from .sampler import SeededIndex

NAMED_COMPLAINTS = 3
NUM_PROBES = 5


@DATASETS.register_module()
class RGBDDataset(BaseDataset):
    """Pairs of HR color and LR depth, each depth map on its own grid.

    Bad pairs (a file missing on either side, truncated, of another aspect ratio, with more depth
    than color pixels) are left out at the start, counted and the first of them named. A file that
    turns out bad when it is decoded is counted too: training takes another sample, testing goes on
    with an empty one, which the metric reports and skips.

    Args:
        data_root: Folder that the other paths are relative to.
        data_prefix: Folders `img_path`, `depth_map_path` and, if there is HR ground truth,
            `hr_depth_map_path`; files belong together by relative path and stem.
        ann_file: Split file with an image and a depth path a line, relative to their folders,
            instead of whole folders.
        depth_scale: Meters per unit of the depth files; 0.001 for 16-bit PNG in millimeters.
        depth_range: Nearest and farthest depth in meters; what lies outside counts as missing. By
            default the class's `DEPTH_RANGE`.
        pipeline: Transforms.
        test_mode: Whether the samples are for evaluation.
        indices: Number of samples, or their indices, to use; all by default.

    Raises:
        FileNotFoundError: A folder or the split file does not exist.
        ValueError: No usable pair is left, or all depth files looked into contradict the unit.
    """

    METAINFO = dict(task='depth')
    DEPTH_RANGE = (0.001, 100.0)

    def __init__(
        self,
        data_root: str = '',
        data_prefix: dict | None = None,
        ann_file: str = '',
        depth_scale: float = 0.001,
        depth_range: Sequence[float] | None = None,
        pipeline: list[dict] | None = None,
        test_mode: bool = False,
        indices: int | list[int] | None = None,
    ) -> None:
        self.depth_scale = depth_scale
        nearest, farthest = depth_range or self.DEPTH_RANGE
        self.depth_range = (nearest, farthest)
        self.num_bad_files = 0
        super().__init__(
            ann_file=ann_file,
            data_root=data_root,
            data_prefix=data_prefix or dict(img_path='images', depth_map_path='annotations'),
            pipeline=pipeline or [],
            test_mode=test_mode,
            indices=indices,
        )

    def load_data_list(self) -> list[dict[str, Any]]:
        """List the good pairs and report the bad ones."""
        images, depths = (Path(self.data_prefix[k]) for k in ('img_path', 'depth_map_path'))
        hr_prefix = self.data_prefix.get('hr_depth_map_path')
        hr_depths = Path(hr_prefix) if hr_prefix else None
        orphans: list[str] = []
        if self.ann_file:
            pairs = pair_split_file(Path(self.ann_file), images, depths, hr_depths)
        else:
            pairs, orphans = pair_folders(images, depths, hr_depths)
        good, complaints = validate_pairs(pairs)
        complaints += orphans
        if complaints:
            named = '; '.join(complaints[:NAMED_COMPLAINTS])
            more = len(complaints) - NAMED_COMPLAINTS
            print_log(
                f'{images}: left out {len(complaints)} bad of {len(pairs) + len(orphans)}: {named}'
                + (f'; and {more} more' if more > 0 else ''),
                logger='current',
                level=logging.WARNING,
            )
        if not good:
            found = f', first complaint: {complaints[0]}' if complaints else ''
            raise ValueError(
                f'{images}: no usable pair of image and depth among {len(pairs)} images{found}'
            )
        self._probe(good)
        return [self._data_info(pair) for pair in good]

    def _probe(self, pairs: list[Pair]) -> None:
        """Decode a few depth files, so that a wrong unit shows before training does."""
        step = max(len(pairs) // NUM_PROBES, 1)
        error: BadFileError | None = None
        for pair in pairs[::step]:
            try:
                read_depth(str(pair.depth), self.depth_scale, self.depth_range)
            except BadFileError as found:
                error = found
            else:
                return
        raise ValueError(f'all of {len(pairs[::step])} depth files looked into are bad: {error}')

    def _data_info(self, pair: Pair) -> dict[str, Any]:
        info = dict(
            name=pair.name,
            img_path=str(pair.image),
            depth_map_path=str(pair.depth),
            depth_scale=self.depth_scale,
            depth_range=self.depth_range,
        )
        if pair.hr_depth is not None:
            info['hr_depth_map_path'] = str(pair.hr_depth)
        return info

    def __getitem__(self, idx: int) -> dict[str, Any]:
        """Return a sample; an index that carries a seed makes its augmentation repeatable."""
        if isinstance(idx, SeededIndex):
            seeds = np.random.SeedSequence(idx.seed).generate_state(2)
            np.random.seed(seeds[0])
            random.seed(int(seeds[1]))
        return super().__getitem__(int(idx))

    def prepare_data(self, idx: int) -> dict[str, Any] | None:
        """Run the pipeline on a sample.

        Returns:
            The sample. If a file turns out bad: None while training, so that another sample is
            drawn; an empty sample while testing.

        Raises:
            FileNotFoundError: The whole data set is gone.
        """
        info = self.get_data_info(idx)
        try:
            return self.pipeline(copy.deepcopy(info))
        except BadFileError as error:
            self._check_that_some_are_left()
            self.num_bad_files += 1
            print_log(
                f'bad file number {self.num_bad_files} of this process: {error}',
                logger='current',
                level=logging.WARNING,
            )
        return self.pipeline(info | dict(is_bad=True)) if self.test_mode else None

    def _check_that_some_are_left(self) -> None:
        """Stop if no file is there any more, so that not each of thousands is complained of."""
        step = max(len(self) // NUM_PROBES, 1)
        infos = [self.get_data_info(index) for index in range(0, len(self), step)]
        if not any(_is_there(info) for info in infos):
            raise FileNotFoundError(
                f'{self.data_root or infos[0]["img_path"]}: none of {len(infos)} samples looked '
                'into is there, though they were at the start: bring the data back and --resume'
            )


def _is_there(info: dict[str, Any]) -> bool:
    paths = [Path(value) for key, value in info.items() if key.endswith('_path')]
    return all(path.is_file() and path.stat().st_size for path in paths)
