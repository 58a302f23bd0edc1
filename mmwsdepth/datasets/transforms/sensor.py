"""Models of a coarse depth sensor."""

import numpy as np
import torch
from mmcv.transforms import BaseTransform

from mmwsdepth.functional import SENSORS, downsample_depth
from mmwsdepth.registry import TRANSFORMS

from .keys import DEPTH, HR_DEPTH, Results


def downsample_array(depth: np.ndarray, size: tuple[int, int], mode: str) -> np.ndarray:
    """`downsample_depth` for a NumPy array.

    Args:
        depth: (H, W) float32 in meters; 0 means no measurement.
        size: (h, w) of the coarser grid.
        mode: See `downsample_depth`.

    Returns:
        (h, w) float32.
    """
    return downsample_depth(torch.from_numpy(depth)[None, None], size, mode)[0, 0].numpy()


@TRANSFORMS.register_module()
class DownsampleDepth(BaseTransform):
    """Make LR ground truth out of HR ground truth by a declared sensor model.

    Args:
        ratio: HR pixels per LR pixel and side, >= 1, not necessarily an integer.
        mode: How the sensor integrates a cell: 'area', 'nearest', 'median' or 'min'.
        noise: Standard deviation of multiplicative Gaussian noise, as a share of depth.
        drop: Probability that a pixel is not measured.
        keep_hr: Keep the HR ground truth as `gt_depth_map_hr`, e.g. for evaluation.

    Raises:
        ValueError: The ratio is below 1, the mode unknown, the noise negative or the drop no
            probability below 1.
    """

    def __init__(
        self,
        ratio: float,
        mode: str = 'area',
        noise: float = 0.0,
        drop: float = 0.0,
        keep_hr: bool = False,
    ) -> None:
        if ratio < 1:
            raise ValueError(f'ratio={ratio}: the sensor has fewer pixels, need ratio >= 1')
        if mode not in SENSORS:
            raise ValueError(f'mode={mode!r} is none of {", ".join(SENSORS)}')
        if noise < 0 or not 0 <= drop < 1:
            raise ValueError(f'noise={noise}, drop={drop}: need noise >= 0 and 0 <= drop < 1')
        self.ratio = ratio
        self.mode = mode
        self.noise = noise
        self.drop = drop
        self.keep_hr = keep_hr

    def transform(self, results: Results) -> Results:
        """Replace `gt_depth_map` by what the sensor would have seen."""
        hr = results[DEPTH]
        height, width = hr.shape
        size = (max(round(height / self.ratio), 1), max(round(width / self.ratio), 1))
        lr = downsample_array(hr, size, self.mode)
        if self.noise:
            lr = lr * np.clip(1 + self.noise * np.random.randn(*size), 0.5, 1.5).astype(np.float32)
        if self.drop:
            lr = lr * (np.random.rand(*size) >= self.drop)
        results[DEPTH] = lr
        if self.keep_hr:
            results[HR_DEPTH] = hr
        return results
