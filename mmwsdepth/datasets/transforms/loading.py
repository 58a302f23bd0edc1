"""From the file on disk to arrays."""

from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform

from mmwsdepth.registry import TRANSFORMS

from ..depth_io import BadFileError, peek_size, read_color, read_depth
from ..pairing import Size, size_complaint
from .keys import DEPTH, HR_DEPTH, IMAGE, Results

ANY_SIZE = (32, 32)


@TRANSFORMS.register_module()
class LoadColor(BaseTransform):
    """Read the color image at `img_path`.

    Sets `img`, (H, W, 3) uint8 BGR, `img_shape` and `ori_shape`. A sample marked `is_bad` is black.

    Raises:
        BadFileError: The file is missing, truncated or no image.
    """

    def transform(self, results: Results) -> Results:
        """Add the image."""
        path = results['img_path']
        if results.get('is_bad'):
            results[IMAGE] = np.zeros((*_size_of(IMAGE, path, results), 3), np.uint8)
        else:
            results[IMAGE] = read_color(path)
        results['img_shape'] = results['ori_shape'] = results[IMAGE].shape[:2]
        return results


@TRANSFORMS.register_module()
class LoadDepth(BaseTransform):
    """Read the depth at `depth_map_path` and, where there is one, at `hr_depth_map_path`.

    Sets `gt_depth_map` and `gt_depth_map_hr`, float32 in meters, 0 where nothing was measured. A
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
                results[key] = np.zeros(_size_of(key, path, results), np.float32)
            else:
                results[key] = read_depth(path, results['depth_scale'], results['depth_range'])
                complaint = size_complaint(
                    path, results.get('ori_shape', results[key].shape), results[key].shape
                )
                if complaint:
                    raise BadFileError(complaint)
        return results


def _size_of(key: str, path: str, results: Results) -> Size:
    """What the data set knows since it listed the file, else what the header says."""
    known = dict(zip((IMAGE, DEPTH), results.get('sizes') or (), strict=False))
    try:
        return known.get(key) or peek_size(Path(path)) or ANY_SIZE
    except BadFileError:
        return ANY_SIZE
