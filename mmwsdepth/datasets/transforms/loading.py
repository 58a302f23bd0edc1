"""From the file on disk to arrays."""

from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform

from mmwsdepth.registry import TRANSFORMS

from ..depth_io import REDUCED_DECODING, BadFileError, peek_size, read_colour, read_depth
from ..pairing import size_complaint
from .keys import DEPTH, HR_DEPTH, IMAGE, REDUCTION, Results


@TRANSFORMS.register_module()
class LoadColour(BaseTransform):
    """Read the colour image at `img_path`.

    Sets `img`, (H, W, 3) uint8 BGR, `img_shape`, and `ori_shape`, which is the file's. A sample
    marked `is_bad` is black.

    Args:
        reduce: Pixels of the file, a side, to one of `img`: 1, 2, 4 or 8, set as `reduction` where
            it is above 1. For training at LR alone, which needs no more than twice the LR view's
            pixels a side: a JPEG is decoded at the reduced size, and all later steps are cheaper.

    Raises:
        ValueError: `reduce` is another number.
        BadFileError: The file is missing, truncated or no image.
    """

    def __init__(self, reduce: int = 1) -> None:
        if reduce not in (1, *REDUCED_DECODING):
            raise ValueError(f'reduce={reduce} is none of 1, 2, 4, 8')
        self.reduce = reduce

    def transform(self, results: Results) -> Results:
        """Add the image."""
        path = results['img_path']
        if results.get('is_bad'):
            height, width = (round(side / self.reduce) for side in _size_or_any(path))
            results[IMAGE] = np.zeros((height, width, 3), np.uint8)
        else:
            results[IMAGE] = read_colour(path, self.reduce)
        results['img_shape'] = results['ori_shape'] = results[IMAGE].shape[:2]
        if self.reduce > 1:
            results['ori_shape'] = _size_or_any(path)
            results[REDUCTION] = self.reduce
        return results


@TRANSFORMS.register_module()
class LoadDepth(BaseTransform):
    """Read the depth at `depth_map_path` and, where there is one, at `hr_depth_map_path`.

    Sets `gt_depth_map` and `gt_depth_map_hr`, float32 in metres, 0 where nothing was measured. A
    sample marked `is_bad` has none measured.

    Raises:
        BadFileError: See `read_depth`; or the size does not fit the image's, if that was loaded.
    """

    def transform(self, results: Results) -> Results:
        """Add the depth maps."""
        for path_key, key in (('depth_map_path', DEPTH), ('hr_depth_map_path', HR_DEPTH)):
            if path_key not in results:
                continue
            path = results[path_key]
            if results.get('is_bad'):
                results[key] = np.zeros(_size_or_any(path), np.float32)
            else:
                results[key] = read_depth(path, results['depth_scale'], results['depth_range'])
                complaint = size_complaint(
                    path, results.get('ori_shape', results[key].shape), results[key].shape
                )
                if complaint:
                    raise BadFileError(complaint)
        return results


def _size_or_any(path: str) -> tuple[int, int]:
    try:
        return peek_size(Path(path)) or (32, 32)
    except BadFileError:
        return 32, 32
