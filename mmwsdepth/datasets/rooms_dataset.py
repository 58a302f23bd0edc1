"""The embedded data set: rendered rooms, made on first use."""

from functools import partial
from typing import Any

from mmwsdepth.registry import DATASETS

from .rgbd_dataset import RGBDDataset
from .rooms import write_rooms


@DATASETS.register_module()
class RoomsDataset(RGBDDataset):
    """Procedurally rendered rooms with exact HR depth; rendered into `data_root` if not there yet.

    Of several processes, the ranks of one training too, one renders and the others wait for it.

    Args:
        data_root: Folder; a complete set of the same size and seed in it is used as it is.
        split: A key of `num`, e.g. 'train' or 'test'.
        num: Images by split.
        size: (height, width) in pixels.
        seed: Seed of the rooms.
        jobs: Processes that render.
        pipeline: Transforms.
        test_mode: Whether the samples are for evaluation.
        indices: Number of samples, or their indices, to use; all by default.
        metainfo: Overrides `METAINFO`.
        filter_cfg: For subclasses that filter; see MMEngine's `BaseDataset`.
        serialize_data: Keep the list of samples as bytes that workers share.
        lazy_init: Render and look at the files on first use instead of now.
        max_refetch: Further samples to draw in place of a bad one.
    """

    METAINFO = dict(task='depth', name='rendered rooms')

    def __init__(
        self,
        data_root: str,
        split: str,
        num: dict[str, int],
        size: tuple[int, int],
        seed: int = 0,
        jobs: int = 2,
        pipeline: list[dict] | None = None,
        test_mode: bool = False,
        indices: int | list[int] | None = None,
        metainfo: dict | None = None,
        filter_cfg: dict | None = None,
        serialize_data: bool = True,
        lazy_init: bool = False,
        max_refetch: int = 1000,
    ) -> None:
        self.render = partial(write_rooms, data_root, dict(num), size, seed=seed, jobs=jobs)
        super().__init__(
            data_root=data_root,
            data_prefix=dict(img_path=f'images/{split}', depth_map_path=f'annotations/{split}'),
            pipeline=pipeline,
            test_mode=test_mode,
            indices=indices,
            metainfo=metainfo,
            filter_cfg=filter_cfg,
            serialize_data=serialize_data,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    def load_data_list(self) -> list[dict[str, Any]]:
        """Render what is not there, then list the pairs."""
        self.render()
        return super().load_data_list()
