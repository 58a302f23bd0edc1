"""The embedded data set: rendered rooms, made on first use."""

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
    ) -> None:
        write_rooms(data_root, dict(num), size, seed=seed, jobs=jobs)
        super().__init__(
            data_root=data_root,
            data_prefix=dict(img_path=f'images/{split}', depth_map_path=f'annotations/{split}'),
            pipeline=pipeline,
            test_mode=test_mode,
            indices=indices,
        )
