"""A folder of color images and the depth that a coarser sensor saw."""

import copy
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.dist import broadcast_object_list, is_main_process
from torch.utils.data import get_worker_info

from mmwsdepth.registry import DATASETS

from .bad_file import BadFileError, printable
from .layout import DEPTHS, IMAGES, split_folder
from .pairing import Pair, Sizes
from .sampler import SeededIndex
from .selection import NAMED_COMPLAINTS, probe, select_pairs, warn


@DATASETS.register_module()
class RGBDDataset(BaseDataset):
    """Pairs of HR color and LR depth, each depth map on its own grid.

    Bad pairs (a file missing on either side, or HR depth where it is asked for, truncated, of
    another aspect ratio, with more depth than color pixels) are left out at the start, counted and
    the first of them named; of several processes the first checks for all. A file that turns out
    bad when it is decoded is counted too: training takes another sample, testing goes on with an
    empty one, which the metric reports and skips.

    Args:
        data_root: Folder that the other paths are relative to.
        data_prefix: Folders `img_path`, `depth_map_path` and, if there is HR ground truth,
            `hr_depth_map_path`; files belong together by relative path and stem. By default
            `images` and `annotations`, or what `split` says.
        split: 'train', 'val' or 'test': take the folder of this name in `images` and `annotations`
            where `data_prefix` does not name others; if neither has such folders, the last tenth by
            name is for testing. '' takes all.
        ann_file: Split file with an image and a depth path a line, relative to their folders,
            instead of whole folders, see `pair_split_file`.
        depth_scale: Meters per unit of the depth files; 0.001 for 16-bit PNG in millimeters.
        depth_range: Nearest and farthest depth in meters; what lies outside counts as missing. By
            default the class's `DEPTH_RANGE`.
        pipeline: Transforms.
        test_mode: Whether the samples are for evaluation.
        indices: Number of samples, or their indices, to use; all by default.
        metainfo: Overrides `METAINFO`.
        filter_cfg: For subclasses that filter; see MMEngine's `BaseDataset`.
        serialize_data: Keep the list of samples as bytes that workers share.
        lazy_init: Look at the files on first use instead of now.
        max_refetch: Further samples to draw in place of a bad one.
        backend_args: Of MMEngine's file backends; only `dict(backend='local')` is possible.

    Raises:
        FileNotFoundError: A folder or the split file does not exist.
        ValueError: No usable pair is left, all depth files looked into contradict the unit, or the
            files are not local.
    """

    METAINFO = dict(task='depth')
    DEPTH_RANGE = (0.001, 100.0)

    def __init__(
        self,
        data_root: str = '',
        data_prefix: dict | None = None,
        split: str = '',
        ann_file: str = '',
        depth_scale: float = 0.001,
        depth_range: Sequence[float] | None = None,
        pipeline: list[dict] | None = None,
        test_mode: bool = False,
        indices: int | list[int] | None = None,
        metainfo: dict | None = None,
        filter_cfg: dict | None = None,
        serialize_data: bool = True,
        lazy_init: bool = False,
        max_refetch: int = 1000,
        backend_args: dict | None = None,
    ) -> None:
        backend = (backend_args or {}).get('backend', 'local')
        if backend not in ('local', 'LocalBackend'):
            raise ValueError(f'backend_args names {backend!r}: files are read from disk: copy them')
        self.depth_scale = depth_scale
        nearest, farthest = depth_range or self.DEPTH_RANGE
        self.depth_range = (nearest, farthest)
        self.bad_samples: set[int] = set()
        self.folders: list[str] = []
        prefix = dict(data_prefix or {})
        folder = split_folder(data_root, split)
        is_parted = bool(folder or ann_file or 'img_path' in prefix)
        self.split = '' if is_parted else split
        prefix.setdefault('img_path', os.path.join(IMAGES, folder).rstrip(os.sep))
        prefix.setdefault('depth_map_path', os.path.join(DEPTHS, folder).rstrip(os.sep))
        super().__init__(
            ann_file=ann_file,
            data_root=data_root,
            data_prefix=prefix,
            pipeline=pipeline or [],
            test_mode=test_mode,
            indices=indices,
            metainfo=metainfo,
            filter_cfg=filter_cfg,
            serialize_data=serialize_data,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    def load_data_list(self) -> list[dict[str, Any]]:
        """List the good pairs and report the bad ones, in one process for all."""
        found: list[Any] = [None]
        is_worker = get_worker_info() is not None
        if is_worker or is_main_process():
            try:
                found[0] = self._find_samples()
            except (ValueError, OSError) as error:
                found[0] = error
        if not is_worker:
            broadcast_object_list(found)
        if isinstance(found[0], Exception):
            raise found[0]
        self.folders = [folder for folder in self.data_prefix.values() if os.path.isdir(folder)]
        return found[0]

    def _find_samples(self) -> list[dict[str, Any]]:
        hr_prefix = self.data_prefix.get('hr_depth_map_path')
        selected = select_pairs(
            Path(self.data_prefix['img_path']),
            Path(self.data_prefix['depth_map_path']),
            Path(hr_prefix) if hr_prefix else None,
            Path(self.ann_file) if self.ann_file else None,
            self.split,
        )
        probe([pair for pair, _ in selected], self.depth_scale, self.depth_range)
        return [self._data_info(pair, sizes) for pair, sizes in selected]

    def _data_info(self, pair: Pair, sizes: Sizes | None) -> dict[str, Any]:
        info = dict(
            name=pair.name,
            img_path=str(pair.image),
            depth_map_path=str(pair.depth),
            depth_scale=self.depth_scale,
            depth_range=self.depth_range,
            sizes=sizes,
        )
        if pair.hr_depth is not None:
            info['hr_depth_map_path'] = str(pair.hr_depth)
        return info

    @property
    def num_bad_files(self) -> int:
        """Number of samples that this process found bad when they were decoded."""
        return len(self.bad_samples)

    def __getitem__(self, idx: int) -> dict[str, Any]:
        """Return a sample; an index that carries a seed makes its augmentation repeatable.

        Raises:
            OSError: The data set is gone, or no sample of many can be used.
        """
        if isinstance(idx, SeededIndex):
            seeds = np.random.SeedSequence(idx.seed).generate_state(2)
            np.random.seed(seeds[0])
            random.seed(int(seeds[1]))
        self.full_init()
        index, tries = int(idx), 1 if self.test_mode else self.max_refetch + 1
        for _ in range(tries):
            sample = self.prepare_data(index)
            if sample is not None:
                return sample
            index = self._rand_another()
        raise OSError(
            printable(
                f'{self.data_prefix["img_path"]}: {tries} samples drawn one after the other cannot '
                f'be used, {self.num_bad_files} of {len(self)} are bad: see the warnings above'
            )
        )

    def prepare_data(self, idx: int) -> dict[str, Any] | None:
        """Run the pipeline on a sample.

        Returns:
            The sample. If a file turns out bad: None while training, so that another sample is
            drawn; an empty sample while testing.

        Raises:
            FileNotFoundError: A whole folder is gone.
        """
        info = self.get_data_info(idx)
        try:
            return self.pipeline(copy.deepcopy(info))
        except BadFileError as error:
            self._report(idx, error)
        return self.pipeline(info | dict(is_bad=True)) if self.test_mode else None

    def _report(self, idx: int, error: BadFileError) -> None:
        """Name the first bad files, then count."""
        for folder in self.folders:
            if not os.path.isdir(folder):
                raise FileNotFoundError(
                    printable(f'{folder}: gone with {len(self)} pairs: bring it back, then resume')
                ) from None
        if idx in self.bad_samples:
            return
        self.bad_samples.add(idx)
        count = self.num_bad_files
        if count <= NAMED_COMPLAINTS or count in (10, 100, 1000, 10_000, 100_000):
            further = (
                '; of further ones each tenth power is named' if count == NAMED_COMPLAINTS else ''
            )
            warn(f'bad file number {count} of this process: {error}{further}')
