"""From arrays to what the model takes."""

from typing import Any

import cv2
import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmwsdepth.registry import TRANSFORMS

from .keys import IMAGE, Results, depth_keys

PATH_KEYS = ('img_path', 'depth_map_path', 'hr_depth_map_path')
META_KEYS = ('name', *PATH_KEYS, 'ori_shape', 'img_shape', 'is_bad', 'focal_length')


@TRANSFORMS.register_module()
class PackRGBDInputs(BaseTransform):
    """Pack a sample into `inputs`, (3, H, W) uint8, and `data_samples`, a `SegDataSample`.

    The data sample has `gt_depth_map` and `gt_depth_map_hr` as far as they are there, (1, h, w)
    float32 in meters, each on its own grid, and names and shapes as metainfo: `ori_shape` is the
    size on disk, `img_shape` that of `inputs`, and `whole_shape` the size that the image would have
    if it had not been cropped.
    """

    def transform(self, results: Results) -> dict[str, Any]:
        """Pack."""
        sample = SegDataSample(metainfo={k: results[k] for k in META_KEYS if k in results})
        shares = results.get('crop_share', (1.0, 1.0))
        whole = (
            round(side / share) for side, share in zip(results[IMAGE].shape, shares, strict=False)
        )
        sample.set_metainfo(dict(whole_shape=tuple(whole)))
        for key in depth_keys(results):
            depth = torch.from_numpy(np.ascontiguousarray(results[key]))[None]
            sample.set_data({key: PixelData(data=depth)})
        image = torch.from_numpy(np.stack(cv2.split(results[IMAGE])))
        return dict(inputs=image, data_samples=sample)
