"""What people do instead: bring the sensor's depth up to the color image. For comparison alone."""

import torch
from mmcv.transforms import BaseTransform

from mmwsdepth.functional.upsample import upsample_depth
from mmwsdepth.registry import TRANSFORMS

from .keys import DEPTH, IMAGE, Results


@TRANSFORMS.register_module()
class UpsampleDepth(BaseTransform):
    """Bring `gt_depth_map` to the color image's grid, so that a model can be trained as usual.

    Args:
        mode: See `upsample_depth`.
    """

    def __init__(self, mode: str) -> None:
        self.mode = mode

    def transform(self, results: Results) -> Results:
        """Replace `gt_depth_map`."""
        depth = torch.from_numpy(results[DEPTH])[None, None]
        size = results[IMAGE].shape[:2]
        results[DEPTH] = upsample_depth(depth, size, self.mode)[0, 0].numpy()
        return results
