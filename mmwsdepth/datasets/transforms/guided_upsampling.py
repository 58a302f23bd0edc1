"""Upsampling that follows the colour image's edges; needs kornia (extra `compare`).

Not imported with the other transforms: a config that uses it has
`custom_imports = dict(imports=['mmwsdepth.datasets.transforms.guided_upsampling'])`.
"""

import torch
from kornia.filters import joint_bilateral_blur
from mmcv.transforms import BaseTransform

from mmwsdepth.functional.upsample import upsample_depth
from mmwsdepth.registry import TRANSFORMS

from .keys import DEPTH, IMAGE, Results


@TRANSFORMS.register_module()
class GuidedUpsampleDepth(BaseTransform):
    """Joint bilateral upsampling (Kopf et al. 2007) of `gt_depth_map` by the colour image.

    Bilinear upsampling, then a mean over neighbours that are near in space and in colour.

    Args:
        kernel_size: Side of the neighbourhood in pixels of the colour image, odd.
        sigma_colour: Width of the colour weight, colour being 0 to 1.
        sigma_space: Width of the space weight in pixels.
    """

    def __init__(
        self, kernel_size: int = 9, sigma_colour: float = 0.1, sigma_space: float = 3.0
    ) -> None:
        self.kernel_size = kernel_size
        self.sigma_colour = sigma_colour
        self.sigma_space = (sigma_space, sigma_space)

    def transform(self, results: Results) -> Results:
        """Replace `gt_depth_map`."""
        image = torch.from_numpy(results[IMAGE]).permute(2, 0, 1)[None].float() / 255
        lr = torch.from_numpy(results[DEPTH])[None, None]
        depth = upsample_depth(lr, (image.shape[-2], image.shape[-1]))
        measured = (depth > 0).float()
        weight, value = (self._blur(values, image) for values in (measured, depth))
        guided = torch.where(weight > 0.5, value / weight.clamp(min=0.5), 0)
        results[DEPTH] = guided[0, 0].numpy()
        return results

    def _blur(self, values: torch.Tensor, guide: torch.Tensor) -> torch.Tensor:
        return joint_bilateral_blur(
            values, guide, self.kernel_size, self.sigma_colour, self.sigma_space
        )
